// Arrays as numpy reads them: NEP 1, the format .npy, version 1.0.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace pskd::deploy {

/// A float array [rows, columns] that is written row by row. The rows lie in a temporary file until the end, when it is
/// known how many there are: so memory stays small, and there is a whole file or none.
class NpyFile {
 public:
  /// Throws Error(io) where no temporary file can be made.
  NpyFile(std::filesystem::path path, std::size_t columns);

  /// `row` has as many numbers as there are columns. Throws Error(io).
  void add(std::span<const float> row);
  /// Writes the file, atomically. Throws Error(io).
  void finish();

 private:
  std::filesystem::path path_;
  std::size_t columns_, rows_ = 0;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> spool_;
};

}  // namespace pskd::deploy
