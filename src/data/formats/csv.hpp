// Tables of numbers in CSV files, and CSV lines with quotes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/alignment.hpp"

namespace pskd::data::formats {

enum class Separator { comma, semicolon, blank, tab };
enum class TimeUnit { s, ms, us, ns };

/// What the lines and columns of a CSV file are.
struct TableDescription {
  bool header = false;  ///< whether the first line holds the columns' names
  Separator separator = Separator::comma;
  std::vector<std::string> columns;  ///< names or numbers (from 0) of those that are read; empty: all but `time`
  double rate = 0;                   ///< Hz; 0: the column `time` says when
  std::string time;                  ///< column of the time stamps, its name or number (from 0); empty: none
  TimeUnit time_unit = TimeUnit::s;
};

/// The fields of one CSV line, without blanks at their ends; a field in double quotes may hold the separator, and a
/// quote written twice. Throws Error(data) naming `file` and `line` when a quote is not closed.
std::vector<std::string> csv_fields(const std::filesystem::path& file, std::size_t line, std::string_view text,
                                    char separator);

/// The `wanted` columns of the CSV file that `table` describes, as they are written; time stamps in seconds, none where
/// the table has a rate. Throws Error(data) naming file and line for anything but numbers in a full grid of at least
/// two lines; values may still be NaN or infinite.
TimedSamples read_text_table(const std::filesystem::path& file, const TableDescription& table, std::size_t wanted);

}  // namespace pskd::data::formats
