// What is wrong with a file: as a whole, or at one of its lines.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "pskd/base/error.hpp"

namespace pskd::data {

/// "file: problem", as Error(data).
[[noreturn]] inline void fail(const std::filesystem::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

/// "file: line n: problem", as Error(data).
[[noreturn]] inline void fail_at_line(const std::filesystem::path& file, std::size_t line, const std::string& problem) {
  fail(file, "line " + std::to_string(line) + ": " + problem);
}

}  // namespace pskd::data
