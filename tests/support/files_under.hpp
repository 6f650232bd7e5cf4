// The files below a folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/file.hpp"

namespace pskd::testing {

/// Their bytes by path relative to `root`.
inline std::map<std::string, std::string> files_under(const std::filesystem::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files[entry.path().lexically_relative(root).string()] = read_file(entry.path());
  }
  return files;
}

}  // namespace pskd::testing
