// The MAT v5 format. matio trusts the sizes a file states (a few changed bytes make it ask for gigabytes), stops
// reading before a compressed variable's checksum, and takes twice as long; so files are read here, and written by
// matio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::formats {

inline constexpr std::uint32_t kMatDouble = 6;  ///< MATLAB's class of double matrices

/// What a numeric matrix is, and where it lies in its file.
struct MatVariable {
  std::string name;
  std::uint32_t number_class = kMatDouble;
  bool complex = false, logical = false;
  std::vector<std::size_t> dims;
  std::string_view element;  ///< its bytes in the file, with their tag
};

/// The variables in `bytes`, the content of `file`: a little-endian MAT v5 header, then numeric matrices. Of each only
/// the beginning is decompressed, so that the memory this takes is bounded by the file. Throws Error(data) naming it.
std::vector<MatVariable> list_mat(const std::filesystem::path& file, std::string_view bytes);

/// The values (the real parts) of a variable that list_mat returned, as MATLAB stores them: column-major, the first
/// index runs fastest. Throws Error(data) unless its parts state sizes that agree with each other and with the file's,
/// to the byte.
std::vector<double> read_values(const std::filesystem::path& file, const MatVariable& variable);

}  // namespace pskd::data::formats
