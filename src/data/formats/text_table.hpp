// Tables of numbers in CSV files, as loggers write them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/alignment.hpp"
#include "data/formats/csv.hpp"

namespace pskd::data::formats {

enum class TimeUnit { s, ms, us, ns };
double seconds_of(TimeUnit unit);

/// What the lines and columns of a CSV file are.
struct TableDescription {
  bool header = false;                 ///< whether a line before the values holds the columns' names
  int skip = 0;                        ///< lines at the beginning that are not looked at
  std::string comment = "#";           ///< lines that begin with it are left out
  std::optional<Separator> separator;  ///< none: found in the file
  bool decimal_comma = false;
  std::vector<std::string> columns;  ///< names or numbers (from 0) of those that are read; empty: all other ones
  double rate = 0;                   ///< Hz; 0: the column `time` says when
  std::string time;                  ///< column of the time stamps, its name or number (from 0); empty: none
  TimeUnit time_unit = TimeUnit::s;  ///< of stamps that are numbers
  std::string time_format;           ///< of calendar stamps, see parse_calendar; empty: ISO 8601
  std::string array;                 ///< of an archive of NumPy, which has others too
  std::string label;                 ///< column of what was done, its name or number (from 0); empty: none
};

/// Whether a column is said by its number, from 0, instead of its name.
bool is_position(const std::string& column);

/// " besides the time and the label", as far as a table has columns of them.
std::string besides(const TableDescription& table);

/// What stands in the last brackets of a column's name: "m/s^2" of "Acceleration x (m/s^2)"; empty where none end it.
std::string in_brackets(const std::string& name);

/// Samples one after the other of which the column `label` says the same.
struct LabelRun {
  std::size_t first = 0;  ///< sample, from 0
  std::string label;      ///< as it is written, without blanks at its ends
};

/// Adds the next sample, number `sample`, to the runs.
void add_label(std::vector<LabelRun>& runs, std::size_t sample, std::string_view label);

/// The rate in Hz that one of the first `count` lines says, as "at 32 Hz" does; 0: none does.
double stated_rate(const std::vector<std::string_view>& lines, std::size_t count);

struct TextTable {
  TimedSamples samples;
  std::vector<std::uint32_t> lines;  ///< where each sample stands, from 1
  std::vector<LabelRun> labels;      ///< of all samples, where there is a column of them
  /// What the file says of its units: a second line of the header, else what stands in brackets in its names. Empty
  /// where it says nothing, otherwise one text for each column that was read and one for the time stamps, empty where
  /// it says nothing of that column.
  std::vector<std::string> units;
  std::size_t units_line = 0;           ///< from 1
  bool units_row = false;               ///< whether they are a line of their own, whose words must then be units
  std::vector<std::string> names = {};  ///< of the columns that were read; none without a header
  std::size_t header_line = 0;          ///< from 1
  std::optional<bool> names_zone = {};  ///< whether its time stamps say their zone; none: they are numbers
  double stated_rate = 0;               ///< Hz, that a line before the values says; 0: none does
};

/// The `wanted` columns of the CSV file that `table` describes, as they are written; time stamps in seconds, none where
/// the table has a rate; calendar stamps since 1970. Before the values there may be a line `sep=;`, comments and other
/// lines of a preamble: the header is the first line that has the names of the columns that are read, or as many names
/// as there are columns. Numbers may stand in quotes. Empty lines at the end are left out. Throws Error(data) naming
/// file and line for anything but numbers in a full grid of at least two lines; values may still be NaN or infinite.
TextTable read_text_table(const std::filesystem::path& file, const TableDescription& table, std::size_t wanted);

}  // namespace pskd::data::formats
