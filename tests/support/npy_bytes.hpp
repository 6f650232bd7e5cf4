// Bytes of .npy files, and of .npz archives that hold them as they are.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace pskd::testing {

inline std::string little_endian_bytes(std::uint64_t number, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xffU);
  return bytes;
}

/// An array of the type `descr`, as in "<i8", whose shape is written as in "(2, 3)".
template <class T>
std::string npy_bytes(const std::string& descr, const std::string& shape, const std::vector<T>& values,
                      bool columns_first = false) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (columns_first ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
  header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string bytes = std::string("\x93NUMPY\x01", 7) + '\0' + little_endian_bytes(header.size(), 2) + header;
  const std::size_t begin = bytes.size();
  bytes.resize(begin + values.size() * sizeof(T));
  std::memcpy(bytes.data() + begin, values.data(), values.size() * sizeof(T));
  return bytes;
}

/// An archive of files, each stored as its method says: 0 as it is, 8 packed beforehand.
struct ZipFile {
  std::string name, bytes;
  std::size_t method = 0, size = 0;
};
inline std::string zip_bytes(const std::vector<ZipFile>& files) {
  std::string bytes;
  std::string list;
  for (const ZipFile& file : files) {
    const std::string sizes = little_endian_bytes(file.method, 2) + std::string(8, '\0') +
                              little_endian_bytes(file.bytes.size(), 4) +
                              little_endian_bytes(file.method == 0 ? file.bytes.size() : file.size, 4) +
                              little_endian_bytes(file.name.size(), 2) + little_endian_bytes(0, 2);
    list += "PK\x01\x02" + little_endian_bytes(20, 2) + little_endian_bytes(20, 2) + little_endian_bytes(0, 2) + sizes +
            std::string(10, '\0') + little_endian_bytes(bytes.size(), 4) + file.name;
    bytes += "PK\x03\x04" + little_endian_bytes(20, 2) + little_endian_bytes(0, 2) + sizes + file.name + file.bytes;
  }
  return bytes + list + "PK\x05\x06" + std::string(4, '\0') + little_endian_bytes(files.size(), 2) +
         little_endian_bytes(files.size(), 2) + little_endian_bytes(list.size(), 4) +
         little_endian_bytes(bytes.size(), 4) + little_endian_bytes(0, 2);
}

}  // namespace pskd::testing
