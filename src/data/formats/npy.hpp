// Arrays of NumPy: .npy files, and .npz archives of them.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>

namespace pskd::data::formats {

/// Rows are the first axis of an array; the other axes are its columns, the last one fastest.
using NpyArray = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Whether a file is one of these, by its ending.
bool is_numpy_file(const std::filesystem::path& file);

/// The array in a .npy file, or the one called `name` in a .npz archive; empty: the only one. Whole and floating-point
/// numbers of 1 to 8 bytes in either byte order and either order of axes. Throws Error(data) naming the file, and of an
/// archive the arrays that it has: not such a file, damaged, of another type, without rows.
NpyArray read_numpy_file(const std::filesystem::path& file, const std::string& name = "");

}  // namespace pskd::data::formats
