// Tables of numbers in CSV files, and CSV lines with quotes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/readers/recordings/description.hpp"
#include "data/alignment.hpp"

namespace pskd {

/// The fields of one CSV line, without blanks at their ends; a field in double quotes may hold the separator, and a
/// quote written twice. Throws Error(data) naming `file` and `line` when a quote is not closed.
std::vector<std::string> csv_fields(const std::filesystem::path& file, std::size_t line, std::string_view text,
                                    char separator);

/// `text` without the byte order mark that some programs put before it.
std::string_view without_byte_order_mark(std::string_view text);

/// The `wanted` columns of the CSV file that `table` describes, as they are written; time stamps in seconds, none where
/// the table has a rate. Throws Error(data) naming file and line for anything but numbers in a full grid of at least
/// two lines; values may still be NaN or infinite.
TimedSamples read_text_table(const std::filesystem::path& file, const TableDescription& table, std::size_t wanted);

}  // namespace pskd
