// A text with one place of it changed.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace pskd::testing {

/// `text` with `with` in place of the first `old`, which must be there.
inline std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), with);
}

}  // namespace pskd::testing
