#include "base/quantile.hpp"

#include <gtest/gtest.h>

namespace pskd {
namespace {

TEST(Quantile, LiesBetweenTheNeighbors) {
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 1), 4);
  EXPECT_DOUBLE_EQ(quantile({7}, 0.99), 7);
}

}  // namespace
}  // namespace pskd
