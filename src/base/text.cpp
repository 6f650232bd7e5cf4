#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstring>

#include "base/utf8.hpp"

namespace pskd {
namespace {

bool is_control(utf8proc_int32_t code) {
  const auto within = [code](utf8proc_int32_t first, utf8proc_int32_t last) { return first <= code && code <= last; };
  return code < 0x20 || within(0x7f, 0x9f) || within(0x2028, 0x202e) || within(0x2066, 0x2069) ||
         within(0x200e, 0x200f) || code == 0x061c;
}

std::string hexadecimal(const char* format, unsigned number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string escaped(std::string_view text, std::string_view kept) {
  std::string result;
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.code < 0) {
      result += hexadecimal("\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (is_control(next.code) && kept.find(text.front()) == std::string_view::npos) {
      result += hexadecimal(next.code < 0x80 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(next.code));
    } else {
      result += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return result;
}

}  // namespace

std::optional<Utf8Fault> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character next = first_character(text.substr(at));
    if (next.code < 0) return Utf8Fault{at};
    at += next.bytes;
  }
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.code < 0 || is_control(next.code)) return true;
    text.remove_prefix(next.bytes);
  }
  return false;
}

std::string escaped_for_terminal(std::string_view text) { return escaped(text, "\n\t"); }

std::string escaped_for_line(std::string_view text) { return escaped(text, ""); }

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + "\"";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || (c != 0 && std::strchr("/._-+=:,@", c) != nullptr);
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char letter : text) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
  return quoted + "'";
}

}  // namespace pskd
