// CSV lines: fields with quotes, and the separator that a line is written with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::formats {

enum class Separator { comma, semicolon, blank, tab };

char character_of(Separator separator);

/// The separator that `line` is written with: a tab, else a semicolon, else a comma, else a blank where the line has
/// one outside of quotes; a comma where it has none of them. Semicolons come first, because commas beside them are
/// decimal.
char find_separator(std::string_view line);

/// What a line `sep=;` says, with which Excel begins files; nothing for another line.
std::optional<char> stated_separator(std::string_view line);

/// Whether a line holds nothing but blanks and separators, as spreadsheets leave at the end of a file.
bool is_empty_line(std::string_view line, char separator);

/// The fields of one CSV line, without blanks at their ends; a field in double quotes may hold the separator, and a
/// quote written twice. Throws Error(data) naming `file` and `line` when a quote is not closed.
std::vector<std::string> csv_fields(const std::filesystem::path& file, std::size_t line, std::string_view text,
                                    char separator);

}  // namespace pskd::data::formats
