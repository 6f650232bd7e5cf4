#include "pskd/base/error.hpp"

#include <gtest/gtest.h>

namespace pskd {
namespace {

TEST(Error, EachKindHasTheExitCodeOfTheContract) {
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::config), 2);
  EXPECT_EQ(exit_code(ErrorKind::data), 3);
  EXPECT_EQ(exit_code(ErrorKind::io), 3);
  EXPECT_EQ(exit_code(ErrorKind::diverged), 4);
  EXPECT_EQ(exit_code(ErrorKind::checkpoint), 5);
}

}  // namespace
}  // namespace pskd
