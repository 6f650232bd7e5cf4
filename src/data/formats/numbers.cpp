#include "data/formats/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "data/file_error.hpp"

namespace pskd::data::formats {

namespace {

// "UTF-16 (little-endian)", by its mark or by the zeros that it has beside each character of ASCII; else nothing.
std::string utf16_name(std::string_view text) {
  constexpr std::size_t kLooked = 200;
  if (text.starts_with("\xff\xfe")) return "UTF-16 (little-endian)";
  if (text.starts_with("\xfe\xff")) return "UTF-16 (big-endian)";
  const std::string_view begin = text.substr(0, kLooked);
  std::array<std::size_t, 2> zeros{};  // at even and at odd places
  for (std::size_t i = 0; i < begin.size(); ++i) zeros[i % 2] += begin[i] == '\0' ? 1 : 0;
  const auto most = [&](std::size_t place) { return begin.size() >= 8 && zeros[place] * 3 > begin.size(); };
  return most(1) ? "UTF-16 (little-endian)" : most(0) ? "UTF-16 (big-endian)" : "";
}

// What a packed file begins with; nothing for any other.
std::string packed_hint(std::string_view text) {
  if (text.starts_with("\x1f\x8b")) return "a file that gzip packed; unpack it";
  if (text.starts_with("PK\x03\x04")) return "a zip archive or an .xlsx file; unpack it, or save the sheet as CSV";
  if (text.starts_with("\xd0\xcf\x11\xe0")) return "an .xls file; save the sheet as CSV";
  return "";
}

// What a byte that is no UTF-8 probably is.
std::string latin1_hint(unsigned char byte) {
  constexpr unsigned kFirstLetter = 0xa0;
  std::string hint = "; the file is probably Latin-1 or Windows-1252";
  if (byte < kFirstLetter) return hint;
  hint += ", where this byte is ";
  hint += static_cast<char>(0xc0U | (byte >> 6U));
  hint += static_cast<char>(0x80U | (byte & 0x3fU));
  return hint;
}

}  // namespace

std::string read_text(const std::filesystem::path& file) { return checked_beginning(file, read_file(file)); }

std::string checked_beginning(const std::filesystem::path& file, std::string text) {
  if (const std::string hint = packed_hint(text); !hint.empty()) fail(file, "expected text in UTF-8, found " + hint);
  if (const std::string name = utf16_name(text); !name.empty()) {
    fail_at_line(file, 1, "expected text in UTF-8, found " + name + "; save it as UTF-8");
  }
  text.erase(0, text.size() - without_byte_order_mark(text).size());
  check_utf8(file, text, 0);
  if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');  // of an old Macintosh
  return text;
}

void check_utf8(const std::filesystem::path& file, std::string_view lines, std::size_t first) {
  const auto fault = find_invalid_utf8(lines);
  if (!fault) return;
  const TextPosition at = position_of(lines, fault->offset);
  fail_at_line(file, first + at.line,
               "column " + std::to_string(at.column) + ": " + utf8_complaint(lines, fault->offset) +
                   latin1_hint(static_cast<unsigned char>(lines[fault->offset])));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    while (line.ends_with('\r')) line.remove_suffix(1);  // some programs write two
    lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  const bool blank = separator == ' ';
  const auto separates = [&](char c) { return c == separator || (blank && c == '\t'); };
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && !separates(line[at])) continue;
    if (!blank || at > begin) fields.push_back(line.substr(begin, at - begin));
    begin = at + 1;
  }
  return fields;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool parse_number(std::string_view text, double& value) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_whole(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string quoted_field(std::string_view text) {
  constexpr std::size_t kMaxShown = 40;
  const bool cut = text.size() > kMaxShown;
  return "'" + with_hidden_shown(cut_to(text, kMaxShown)) + (cut ? "...'" : "'");
}

}  // namespace pskd::data::formats
