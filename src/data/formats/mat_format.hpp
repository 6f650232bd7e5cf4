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

/// A numeric matrix as MATLAB stores it: column-major, the first index runs fastest.
struct MatVariable {
  std::string name;
  std::uint32_t number_class = kMatDouble;
  bool complex = false, logical = false;
  std::vector<std::size_t> dims;
  std::vector<double> values;  ///< the real parts
};

/// The variables in `bytes`, the content of `file`: a little-endian MAT v5 header, then numeric matrices whose parts
/// state sizes that agree with each other and with the file's length, to the byte. Throws Error(data) naming the file.
std::vector<MatVariable> parse_mat(const std::filesystem::path& file, std::string_view bytes);

}  // namespace pskd::data::formats
