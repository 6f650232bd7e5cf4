#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace pskd {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< 0: the text goes on with no character of UTF-8
};

std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/// The first character of `text`, which is not empty.
Character first_character(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  constexpr std::array<unsigned char, 5> kFirstBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(first);
  if (length == 0 || length > text.size()) return {};
  std::uint32_t code = first & kFirstBits[length];
  for (const char letter : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte & 0xc0) != 0x80) return {};
    code = code << 6 | (byte & 0x3f);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kSmallest[length] || surrogate || code > 0x10ffff) return {};
  return {code, length};
}

bool is_control(std::uint32_t code) {
  const auto within = [code](std::uint32_t first, std::uint32_t last) { return first <= code && code <= last; };
  return code < 0x20 || within(0x7f, 0x9f) || within(0x2028, 0x202e) || within(0x2066, 0x2069) ||
         within(0x200e, 0x200f) || code == 0x061c;
}

std::string hexadecimal(const char* format, std::uint32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(number));
  return text.data();
}

std::string escaped(std::string_view text, std::string_view kept) {
  std::string result;
  while (!text.empty()) {
    const Character next = first_character(text);
    const std::size_t bytes = next.bytes == 0 ? 1 : next.bytes;
    if (next.bytes == 0) {
      result += hexadecimal("\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (is_control(next.code) && kept.find(text.front()) == std::string_view::npos) {
      result += hexadecimal(next.code < 0x80 ? "\\x%02x" : "\\u%04x", next.code);
    } else {
      result += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return result;
}

}  // namespace

std::optional<Utf8Fault> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character next = first_character(text.substr(at));
    if (next.bytes == 0) return Utf8Fault{at};
    at += next.bytes;
  }
  return std::nullopt;
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.bytes == 0 || is_control(next.code)) return true;
    text.remove_prefix(next.bytes);
  }
  return false;
}

std::string escaped_for_terminal(std::string_view text) { return escaped(text, "\n\t"); }

std::string escaped_for_line(std::string_view text) { return escaped(text, ""); }

}  // namespace pskd
