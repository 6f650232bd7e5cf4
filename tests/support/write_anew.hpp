// Files that a test writes again and again: each time a new one, since file systems hurry to the disk with one that is
// cut and written over, and a test of ten thousand damaged files would wait for it ten thousand times.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace pskd::testing {

inline void write_anew(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::remove(file);
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace pskd::testing
