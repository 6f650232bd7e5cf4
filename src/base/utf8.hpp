// The characters of a UTF-8 text, one after the other.
#pragma once

#include <utf8proc.h>

#include <cstddef>
#include <string_view>

namespace pskd {

struct Character {
  utf8proc_int32_t code = -1;  ///< negative: the byte begins no character of UTF-8
  std::size_t bytes = 1;
};

/// The first character of `text`, which is not empty. A byte that begins none is one of its own.
inline Character first_character(std::string_view text) {
  Character character;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &character.code);
  if (bytes > 0) character.bytes = static_cast<std::size_t>(bytes);
  return character;
}

}  // namespace pskd
