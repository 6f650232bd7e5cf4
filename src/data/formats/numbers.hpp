// Text files and the numbers in them: strict, without locales, naming file and line.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::formats {

/// The text of a file, without the byte order mark that some programs put before it. Throws Error(data) naming file,
/// line and column where it is not UTF-8, and UTF-16 or Latin-1 where it is probably that.
std::string read_text(const std::filesystem::path& file);

/// What read_text makes of the text with which a file begins. Throws as it does.
std::string checked_beginning(const std::filesystem::path& file, std::string text);

/// Throws Error(data) where lines of a file, the first of them with this number from 0, are not UTF-8.
void check_utf8(const std::filesystem::path& file, std::string_view lines, std::size_t first);

/// The lines of a text; \n or \r\n ends one.
std::vector<std::string_view> lines_of(std::string_view text);

/// What lies between `separator`s; several blanks count as one where the separator is a blank.
std::vector<std::string_view> fields_of(std::string_view line, char separator);

/// `text` without blanks at its ends.
std::string_view trimmed(std::string_view text);

/// The whole of `text` as a finite number, or NaN and infinity as such; false when it is no number.
bool parse_number(std::string_view text, double& value);

/// The whole of `text`, without blanks, as a whole number; false when it is none.
bool parse_whole(std::string_view text, int& value);

/// `text` in quotes, cut when it is long, for messages.
std::string quoted_field(std::string_view text);

}  // namespace pskd::data::formats
