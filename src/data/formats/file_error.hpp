// What is wrong with a file as a whole.
#pragma once

#include <filesystem>
#include <string>

#include "pskd/base/error.hpp"

namespace pskd::data::formats {

/// "file: problem", as Error(data).
[[noreturn]] inline void fail(const std::filesystem::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

}  // namespace pskd::data::formats
