// Text that comes from outside: whether it is UTF-8, and whether it can be shown as it is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pskd {

/// Where a text stops being UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
struct Utf8Fault {
  std::size_t offset = 0;  ///< of the first byte that begins no character, in bytes from 0
};
std::optional<Utf8Fault> find_invalid_utf8(std::string_view text);

/// The text behind the byte order mark, with which some programs begin a file in UTF-8.
std::string_view without_byte_order_mark(std::string_view text);

/// Whether a UTF-8 text holds characters that are not shown but act: controls (C0 with tab and newline, DEL, C1), line
/// and paragraph separators (U+2028, U+2029), and those that turn the direction of writing (U+202A..U+202E,
/// U+2066..U+2069, U+200E, U+200F, U+061C). A byte that is no UTF-8 counts as one.
bool has_control_characters(std::string_view text);

/// The text as a terminal may show it, always UTF-8: control characters become \x1b or \u202e, bytes that are no UTF-8
/// \xe9. Newline and tab stay, because messages have several lines.
std::string escaped_for_terminal(std::string_view text);

/// As escaped_for_terminal, with newline and tab escaped too: \x0a, \x09. For a text within a line.
std::string escaped_for_line(std::string_view text);

/// "a, b, c"
template <class Range>
std::string joined(const Range& texts, std::string_view between = ", ") {
  std::string list;
  for (const auto& text : texts) {
    if (!list.empty()) list += between;
    list += text;
  }
  return list;
}

std::string first_line(const std::string& text);

/// A field of a CSV file (RFC 4180): in quotes where it holds a comma or quotes, which are doubled.
std::string csv_field(const std::string& text);

/// One word of a shell's command line: in single quotes, where it would be several words or mean something else
/// without.
std::string shell_word(const std::string& text);

}  // namespace pskd
