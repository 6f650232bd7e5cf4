// MAT v5 files that hold real double matrices: a strict reader, and a reproducible writer around libmatio.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pskd::data::formats {

/// A real matrix as MATLAB stores it: column-major, the first index runs fastest.
struct MatMatrix {
  std::vector<std::size_t> dims;
  std::vector<double> values;
};

/// Stands for the number of frames in an expected shape: 2 .. 100000.
inline constexpr std::size_t kAnyFrames = 0;

/// The variable `name` of `file`, of the expected `shape` (one extent may be kAnyFrames). Throws Error(data) naming the
/// file, what was expected and what was found: not a MAT v5 file, truncated, damaged, variable absent, not a real
/// double matrix, another shape.
MatMatrix read_mat_matrix(const std::filesystem::path& file, const std::string& name,
                          const std::vector<std::size_t>& shape);

/// Writes one zlib-compressed matrix, as a whole or not at all. The bytes depend on the arguments
/// only: no date is written. Throws Error(io).
void write_mat_matrix(const std::filesystem::path& file, const std::string& name, MatMatrix matrix);

}  // namespace pskd::data::formats
