// The message with which a call is refused.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "pskd/base/error.hpp"

namespace pskd::testing {

/// Fails the test unless `call` throws an Error of this kind.
template <class Call>
std::string refusal(ErrorKind kind, Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

}  // namespace pskd::testing
