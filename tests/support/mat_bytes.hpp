// MAT v5 files written byte by byte from the format's description, so that the reader is held to the format and not to
// the library it is built on. See "MAT-File Format", MathWorks.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace pskd::testing {

constexpr std::uint32_t kInt8 = 1, kInt32 = 5, kUint32 = 6, kDouble = 9, kMatrix = 14, kCompressed = 15;
constexpr std::uint32_t kCellClass = 1, kCharClass = 4, kDoubleClass = 6, kSingleClass = 7, kInt16Class = 10;
constexpr std::uint32_t kComplexFlag = 0x800, kLogicalFlag = 0x200;

inline std::string little_endian(std::uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

/// A data element: tag, content, padding to 8 bytes.
inline std::string mat_element(std::uint32_t type, const std::string& content) {
  std::string element = little_endian(type) + little_endian(static_cast<std::uint32_t>(content.size())) + content;
  while (element.size() % 8 != 0) element += '\0';
  return element;
}

inline std::string mat_header() {
  std::string header = "MATLAB 5.0 MAT-file, written by a test";
  header.resize(124, ' ');
  return header + std::string("\x00\x01IM", 4);
}

/// A matrix variable of doubles, column-major.
inline std::string mat_variable(const std::string& name, const std::vector<std::int32_t>& dims,
                                const std::vector<double>& values, std::uint32_t flags_and_class = kDoubleClass) {
  std::string shape;
  for (const std::int32_t extent : dims) shape += little_endian(static_cast<std::uint32_t>(extent));
  std::string bytes(values.size() * sizeof(double), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  std::string parts = mat_element(kUint32, little_endian(flags_and_class) + little_endian(0)) +
                      mat_element(kInt32, shape) + mat_element(kInt8, name) + mat_element(kDouble, bytes);
  if ((flags_and_class & kComplexFlag) != 0) parts += mat_element(kDouble, bytes);
  return mat_element(kMatrix, parts);
}

/// The same variable as MATLAB compresses it.
inline std::string mat_compressed(const std::string& variable) {
  uLongf size = compressBound(variable.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(variable.data()),
           variable.size());
  packed.resize(size);
  return little_endian(kCompressed) + little_endian(static_cast<std::uint32_t>(size)) + packed;
}

}  // namespace pskd::testing
