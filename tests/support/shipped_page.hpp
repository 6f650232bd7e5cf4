// Pages of docs/ that the program writes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "base/file.hpp"

namespace pskd::testing {

/// Whether docs/<name> is what the program prints; if not, names the first line that differs and the command that
/// writes the page anew.
inline ::testing::AssertionResult is_shipped_page(const std::string& name, const std::string& printed,
                                                  const std::string& command) {
  const std::string shipped = read_file(std::filesystem::path(PSKD_SOURCE_DIR) / "docs" / name);
  if (shipped == printed) return ::testing::AssertionSuccess();
  std::istringstream pages[] = {std::istringstream(shipped), std::istringstream(printed)};
  std::string lines[2];
  int number = 0;
  do {
    ++number;
    for (int page = 0; page < 2; ++page) {
      if (!std::getline(pages[page], lines[page])) lines[page] = "(end of the page)";
    }
  } while (lines[0] == lines[1] && (pages[0] || pages[1]));
  return ::testing::AssertionFailure() << "docs/" << name << ":" << number << " is out of date\n  shipped: " << lines[0]
                                       << "\n  printed: " << lines[1] << "\nwrite it anew: " << command;
}

}  // namespace pskd::testing
