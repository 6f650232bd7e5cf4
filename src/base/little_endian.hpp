// Numbers as files hold them: the lowest byte first, whatever machine reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pskd {

/// The number in the `count` (at most 8) bytes from `at`, which must be there.
inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

}  // namespace pskd
