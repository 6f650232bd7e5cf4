#include "data/formats/csv.hpp"

#include <algorithm>
#include <array>

#include "data/file_error.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;

// The field in double quotes that begins at `at`, which moves behind its closing quote.
std::string take_quoted(const fs::path& file, std::size_t line, std::string_view text, std::size_t& at) {
  std::string field;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (text.substr(at, 2) != "\"\"") {
        ++at;
        return field;
      }
      ++at;
    }
    field += text[at];
  }
  fail_at_line(file, line, "found a quote that is not closed on its line");
}

}  // namespace

char character_of(Separator separator) {
  constexpr std::array kCharacters = {',', ';', ' ', '\t'};
  return kCharacters[static_cast<std::size_t>(separator)];
}

char find_separator(std::string_view line) {
  std::string outside;  // of quotes
  bool in_quotes = false;
  for (const char c : trimmed(line)) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes) outside += c;
  }
  for (const char separator : {'\t', ';', ',', ' '}) {
    if (outside.find(separator) != std::string::npos) return separator;
  }
  return ',';
}

std::optional<char> stated_separator(std::string_view line) {
  constexpr std::string_view kMark = "sep=";
  if (line.starts_with('"') && line.ends_with('"') && line.size() > 1) line = line.substr(1, line.size() - 2);
  if (line.size() != kMark.size() + 1 || !line.starts_with(kMark)) return std::nullopt;
  return line.back();
}

bool is_empty_line(std::string_view line, char separator) {
  return std::all_of(line.begin(), line.end(), [&](char c) { return c == ' ' || c == '\t' || c == separator; });
}

std::vector<std::string> csv_fields(const fs::path& file, std::size_t line, std::string_view text, char separator) {
  std::vector<std::string> fields;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    while (at < text.size() && text[at] == ' ') ++at;
    std::string quoted;
    const bool in_quotes = at < text.size() && text[at] == '"';
    if (in_quotes) quoted = take_quoted(file, line, text, at);
    const std::size_t end = std::min(text.find(separator, at), text.size());
    const std::string_view rest = trimmed(text.substr(at, end - at));
    if (in_quotes && !rest.empty()) {
      fail_at_line(file, line,
                   "expected nothing between a closing quote and the separator, found " +
                       quoted_field(text.substr(at, end - at)));
    }
    fields.push_back(in_quotes ? std::move(quoted) : std::string(rest));
    at = end;
  }
  return fields;
}

}  // namespace pskd::data::formats
