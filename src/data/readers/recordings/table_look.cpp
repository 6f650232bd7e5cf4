#include "data/readers/recordings/table_look.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/quantile.hpp"
#include "base/unicode.hpp"
#include "data/formats/calendar.hpp"
#include "data/formats/numbers.hpp"
#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/units.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Fields = std::vector<std::string>;
using Lines = std::vector<std::string_view>;

constexpr std::size_t kLooked = 2000;  // lines of values

// ---- how the file is written -----------------------------------------------------------------------------

// How fields are told apart and read.
struct Writing {
  char separator = ',';
  bool decimal_comma = false;
};

// The fields of a line; empty ones at its end are left out, but for the first `width`.
Fields split(const fs::path& file, std::string_view line, char separator, std::size_t width = 1) {
  Fields fields;
  if (separator == ' ') {
    for (const std::string_view field : formats::fields_of(line, ' ')) fields.emplace_back(field);
  } else if (std::count(line.begin(), line.end(), '"') % 2 == 0) {
    fields = formats::csv_fields(file, 1, line, separator);
  }
  while (fields.size() > width && fields.back().empty()) fields.pop_back();
  return fields;
}

std::optional<double> number(std::string field, const Writing& writing) {
  if (writing.decimal_comma) std::replace(field.begin(), field.end(), ',', '.');
  double value = 0;
  return formats::parse_number(field, value) ? std::optional(value) : std::nullopt;
}

// Calendar forms that loggers write, besides ISO 8601.
constexpr std::array kCalendarForms = {
    "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",    "%d-%m-%Y %H:%M:%S",    "%m/%d/%Y %H:%M:%S",    "%Y%m%d_%H:%M:%S",
    "%Y%m%d %H:%M:%S",   "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%Y-%m-%d %I:%M:%S %p", "%I:%M:%S %p"};

bool is_calendar(const std::string& field) {
  double ignored = 0;
  return formats::parse_calendar(field, ignored) ||
         std::any_of(kCalendarForms.begin(), kCalendarForms.end(),
                     [&](const char* form) { return formats::parse_calendar(field, form, ignored); });
}

bool is_value(const std::string& field, const Writing& writing) {
  return number(field, writing).has_value() || is_calendar(field);
}

Writing writing_of(const fs::path& file, std::string_view line) {
  Writing writing{formats::find_separator(line), false};
  if (writing.separator == ',') return writing;
  for (const std::string& field : split(file, line, writing.separator)) {
    writing.decimal_comma |= !number(field, writing) && number(field, {writing.separator, true}).has_value();
  }
  return writing;
}

// ---- the parts of the file -------------------------------------------------------------------------------

struct Parts {
  Writing writing;
  Lines lines;
  std::size_t first = 0;  // line of the first values
  std::size_t width = 0;  // fields of a line of values
  Fields header, units;
};

// Most fields of a line of values are values.
bool holds_values(const Fields& fields, const Parts& parts) {
  const auto values = std::count_if(fields.begin(), fields.end(),
                                    [&](const std::string& field) { return is_value(field, parts.writing); });
  return fields.size() == parts.width && static_cast<std::size_t>(2 * values) > fields.size();
}

bool are_units(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const std::string& field) { return unit_word(field).has_value(); });
}

// How many fields the lines of values have. Some of them may leave the last one empty, such as a label; where all do,
// their last separator is the end of the line.
std::size_t width_of(const fs::path& file, const Parts& parts) {
  const auto filled = [&](std::string_view line) { return split(file, line, parts.writing.separator).size(); };
  const std::string_view last = parts.lines.back();
  const std::size_t whole = split(file, last, parts.writing.separator, last.size() + 1).size();
  const auto end = parts.lines.begin() + static_cast<std::ptrdiff_t>(std::min(parts.lines.size(), kLooked));
  const bool is_filled =
      std::any_of(parts.lines.begin(), end, [&](std::string_view line) { return filled(line) == whole; });
  return is_filled ? whole : filled(last);
}

// A header that only counts the columns: 0, 1, 2, ..., perhaps behind an empty name of the line's number.
bool counts_columns(const Fields& fields) {
  const std::size_t first = !fields.empty() && formats::trimmed(fields[0]).empty() ? 1 : 0;
  for (std::size_t i = first; i < fields.size(); ++i) {
    if (formats::trimmed(fields[i]) != std::to_string(i - first)) return false;
  }
  return fields.size() - first >= 3;
}

// The names of the columns, and their units where a line says them, in the lines above the values. Names may stand in a
// comment, where no other line has as many.
void find_header(const fs::path& file, Parts& parts) {
  Fields commented;
  for (std::size_t line = parts.first; line-- > 0 && parts.header.empty();) {
    std::string_view names = parts.lines[line];
    const bool is_comment = names.starts_with('#');
    while (names.starts_with('#')) names = formats::trimmed(names.substr(1));
    Fields found = split(file, names, parts.writing.separator);
    if (found.size() != parts.width) continue;
    const bool is_unit = are_units(found) && parts.units.empty() && line > 0;
    Fields& place = is_unit ? parts.units : is_comment ? commented : parts.header;
    if (place.empty()) place = std::move(found);
  }
  if (parts.header.empty()) parts.header.swap(commented);
  if (parts.header.empty()) parts.header.swap(parts.units);  // names that look like units
}

Parts parts_of(const fs::path& file, const std::string& text) {
  Parts parts;
  parts.lines = formats::lines_of(text);
  while (!parts.lines.empty() &&
         formats::is_empty_line(parts.lines.back(), formats::find_separator(parts.lines.back()))) {
    parts.lines.pop_back();
  }
  if (parts.lines.size() < 2)
    throw Error(ErrorKind::data, file.string() + ": expected a table of numbers, found less than two lines");
  parts.writing = writing_of(file, parts.lines.back());
  parts.width = width_of(file, parts);
  const auto fields = [&](std::size_t line) {
    return split(file, parts.lines[line], parts.writing.separator, parts.width);
  };
  while (parts.first < parts.lines.size() && !holds_values(fields(parts.first), parts)) ++parts.first;
  if (parts.first + 1 < parts.lines.size() && counts_columns(fields(parts.first))) ++parts.first;
  if (parts.first + 1 >= parts.lines.size())
    throw Error(ErrorKind::data, file.string() + ": expected lines of " + std::to_string(parts.width) +
                                     " numbers, as many as its last line has fields, found none before it; if the "
                                     "recording was cut off in its last line, delete that line");
  find_header(file, parts);
  return parts;
}

// ---- time ------------------------------------------------------------------------------------------------

std::vector<std::vector<std::string>> columns_of(const fs::path& file, const Parts& parts) {
  std::vector<std::vector<std::string>> columns(parts.width);
  const std::size_t end = std::min(parts.lines.size(), parts.first + kLooked);
  for (std::size_t line = parts.first; line < end; ++line) {
    Fields fields = split(file, parts.lines[line], parts.writing.separator);
    fields.resize(parts.width);
    for (std::size_t i = 0; i < parts.width; ++i) columns[i].push_back(std::move(fields[i]));
  }
  return columns;
}

std::string name_of(const Parts& parts, std::size_t column) {
  return parts.header.empty() ? std::to_string(column) : parts.header[column];
}

std::vector<double> numbers_of(const std::vector<std::string>& column, const Writing& writing) {
  std::vector<double> numbers;
  for (const std::string& field : column) {
    numbers.push_back(number(field, writing).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return numbers;
}

bool never_falls(const std::vector<double>& numbers) {
  return numbers.front() < numbers.back() && std::is_sorted(numbers.begin(), numbers.end());
}

bool sounds_like_label(const std::string& name) {
  constexpr std::array kNames = {"label", "labels", "activity", "activity_label", "action", "class", "annotation"};
  return std::find(kNames.begin(), kNames.end(), compared_form(name)) != kNames.end();
}

// 0, 1, 2, ...: a number of the line.
bool counts_lines(const std::vector<double>& numbers) {
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] != numbers[i - 1] + 1) return false;
  }
  return true;
}

bool sounds_like_time(const std::string& name) {
  constexpr std::array kParts = {"time", "stamp", "epoch", "elapsed", "date", "zeit", "datum"};
  constexpr std::array kWords = {"t", "ts", "s", "ms", "us", "ns", "sec", "secs", "seconds", "millis", "micros"};
  const std::string form = compared_form(name);
  const std::vector<std::string> words = name_words(name);
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](const char* part) { return form.find(part) != std::string::npos; }) ||
         (!words.empty() && std::all_of(words.begin(), words.end(), [&](const std::string& word) {
           return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
         }));
}

// The column of the time stamps: calendar stamps, else one that is called so and never falls, else the first column
// where it has no name and only rises.
std::optional<std::size_t> time_column(const Parts& parts, const std::vector<std::vector<std::string>>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool all = std::all_of(columns[i].begin(), columns[i].end(), is_calendar);
    if (all && !number(columns[i].front(), parts.writing)) return i;
  }
  std::optional<std::size_t> named;
  for (std::size_t i = 0; i < columns.size() && !parts.header.empty() && !named; ++i) {
    const std::vector<double> numbers = numbers_of(columns[i], parts.writing);
    const double before = numbers.front();
    if (sounds_like_time(parts.header[i]) && numbers.back() > before) named = i;
  }
  if (named || !parts.header.empty()) return named;
  const std::vector<double> first = numbers_of(columns[0], parts.writing);
  if (first.size() >= 8 && never_falls(first) && !counts_lines(first)) return 0;
  return std::nullopt;
}

// The columns that might be the time, where no stamps could be read: they are called so, look like a clock, or rise.
std::vector<std::string> perhaps_time(const Parts& parts, const std::vector<std::vector<std::string>>& columns) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::vector<double> numbers = numbers_of(columns[i], parts.writing);
    const std::string& field = columns[i].front();
    const bool named = !parts.header.empty() && sounds_like_time(parts.header[i]);
    const bool clock = field.find(':') != std::string::npos && field.find_first_of("0123456789") != std::string::npos;
    const bool rises = numbers.size() >= 8 && never_falls(numbers) && !counts_lines(numbers);
    if (named || clock || rises) names.push_back(name_of(parts, i));
  }
  return names;
}

// The units in which stamps `interval` apart are those of a sensor, the likelier first: whole numbers are rather of the
// finer unit. Moments since 1970 tell it by their size.
std::vector<formats::TimeUnit> units_of_stamps(const std::vector<double>& stamps, double interval) {
  constexpr double kSince = 1e9;    // s: 2001
  constexpr double kUntil = 4e9;    // s: 2096
  constexpr double kSlowest = 0.5;  // Hz
  constexpr double kFastest = 2000;
  std::vector<formats::TimeUnit> units;
  for (int i = 0; i < 4; ++i) {
    const auto unit = static_cast<formats::TimeUnit>(i);
    const double second = formats::seconds_of(unit);
    if (stamps.front() * second > kSince && stamps.front() * second < kUntil) return {unit};
    const double rate = 1 / (interval * second);
    if (rate >= kSlowest && rate <= kFastest) units.push_back(unit);
  }
  if (std::all_of(stamps.begin(), stamps.end(), [](double stamp) { return stamp == std::round(stamp); }))
    std::reverse(units.begin(), units.end());
  return units;
}

// The time between two stamps: the mean, or the median where pauses and losses move the mean. Most stamps of packets
// are equal, or nearly so: the mean.
struct Interval {
  double usual = 0, mean = 0;
  bool is_even = false;  // whether the median is about the mean: no pause, no packets
};

Interval interval_of(const std::vector<double>& times) {
  constexpr double kApart = 0.1;
  std::vector<double> intervals;
  for (std::size_t i = 1; i < times.size(); ++i) intervals.push_back(times[i] - times[i - 1]);
  const double mean = (times.back() - times.front()) / static_cast<double>(intervals.size());
  std::erase_if(intervals, [](double interval) { return !std::isfinite(interval); });
  std::sort(intervals.begin(), intervals.end());
  const double median = intervals.empty() ? 0 : intervals[intervals.size() / 2];
  const std::size_t longest = std::min(intervals.size(), std::max<std::size_t>(2, intervals.size() / 100));
  intervals.resize(intervals.size() - longest);  // pauses
  const double sum = std::accumulate(intervals.begin(), intervals.end(), 0.0);
  const bool are_packets = !(median > kApart * sum / static_cast<double>(intervals.size()));
  const bool is_even = std::abs(median / mean - 1) < kApart;
  return {is_even || are_packets ? mean : median, mean, is_even};
}

// The unit of stamps whose name and header say none.
formats::TimeUnit guessed_unit(const std::vector<double>& stamps, const Interval& interval, TableLook& look) {
  const std::vector<formats::TimeUnit> by_mean = units_of_stamps(stamps, interval.mean);
  std::vector<formats::TimeUnit> units = units_of_stamps(stamps, interval.usual);
  const double apart = units.empty() ? interval.mean : interval.usual;
  if (units.empty()) units = by_mean;
  const auto in_unit = [](double each, formats::TimeUnit unit) {
    return fmt::format("{:g} Hz in {}", 1 / (each * formats::seconds_of(unit)),
                       time_unit_words()[static_cast<std::size_t>(unit)]);
  };
  if (units.empty()) look.doubts.emplace_back("time_unit: no unit makes a usual rate of these stamps");
  if (units.size() > 1) {
    look.doubts.push_back(fmt::format("time_unit: stamps {:g} apart are {}, or {}", apart, in_unit(apart, units[0]),
                                      in_unit(apart, units[1])));
  } else if (!by_mean.empty() && by_mean.front() != units.front()) {
    look.doubts.push_back(fmt::format("time_unit: most stamps are {:g} apart, {}, but {:g} on average, {}", apart,
                                      in_unit(apart, units[0]), interval.mean, in_unit(interval.mean, by_mean[0])));
  }
  return units.empty() ? formats::TimeUnit::s : units.front();
}

// Calendar stamps in the first form that all have.
void read_calendar(const std::vector<std::string>& stamps, TableLook& look, std::vector<double>& times) {
  const auto all = [&](const auto& parse) {
    return std::all_of(stamps.begin(), stamps.end(), [&](const std::string& stamp) {
      double time = 0;
      return parse(stamp, time);
    });
  };
  const auto read = [&](const auto& parse) {
    for (std::size_t i = 0; i < stamps.size(); ++i) parse(stamps[i], times[i]);
  };
  const auto iso = [](const std::string& stamp, double& time) { return formats::parse_calendar(stamp, time); };
  if (all(iso)) return read(iso);
  for (const char* form : kCalendarForms) {
    const auto by_form = [&](const std::string& stamp, double& time) {
      return formats::parse_calendar(stamp, form, time);
    };
    if (!all(by_form)) continue;
    if (!look.table.time_format.empty()) {
      look.doubts.push_back("time_format: day or month first? It may as well be \"" + std::string(form) + "\"");
      continue;
    }
    look.table.time_format = form;
    read(by_form);
  }
}

void read_time(const Parts& parts, const std::vector<std::vector<std::string>>& columns, std::size_t column,
               TableLook& look) {
  look.table.time = name_of(parts, column);
  std::vector<double> times = numbers_of(columns[column], parts.writing);
  const bool calendar = !number(columns[column].front(), parts.writing);
  if (calendar) read_calendar(columns[column], look, times);
  const Interval interval = interval_of(times);
  double second = 1;
  if (!calendar) {
    const auto& words = time_unit_words();
    const std::optional<std::string> said = unit_word(look.units.empty() ? "" : look.units[column]);
    const auto known = said ? std::find(words.begin(), words.end(), *said) : words.end();
    look.table.time_unit = known != words.end() ? static_cast<formats::TimeUnit>(known - words.begin())
                                                : guessed_unit(times, interval, look);
    second = formats::seconds_of(look.table.time_unit);
  }
  look.rate = 1 / (interval.usual * second);
  look.is_even = interval.is_even;
  look.begin = times.front() * second;
}

void describe_writing(const Parts& parts, TableLook& look) {
  constexpr std::string_view kSeparators = ",; \t";  // in the order of formats::Separator
  look.table.header = !parts.header.empty();
  look.table.separator = static_cast<formats::Separator>(kSeparators.find(parts.writing.separator));
  look.table.decimal_comma = parts.writing.decimal_comma;
  const bool words_before = parts.first > 0 && !parts.lines[parts.first - 1].starts_with('#');
  if (parts.header.empty() && words_before) look.table.skip = static_cast<int>(parts.first);
}

// Columns of numbers that are neither the time nor a number of the line. One that is called so holds labels.
void keep_values(const Parts& parts, const std::vector<std::vector<std::string>>& columns,
                 std::optional<std::size_t> time, TableLook& look) {
  std::vector<std::string> units;
  look.values.resize(static_cast<Eigen::Index>(columns[0].size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t i = 0; i < parts.width; ++i) {
    const std::vector<double> numbers = numbers_of(columns[i], parts.writing);
    const auto known = std::count_if(numbers.begin(), numbers.end(), [](double value) { return std::isfinite(value); });
    const bool counts =
        (i == 0 && counts_lines(numbers)) || (!parts.header.empty() && sounds_like_time(parts.header[i]));
    if (!parts.header.empty() && sounds_like_label(parts.header[i]) && look.table.label.empty()) {
      look.table.label = parts.header[i];
      continue;
    }
    if (i == time) continue;
    if (counts || static_cast<std::size_t>(2 * known) < numbers.size()) {
      look.others.push_back(name_of(parts, i));
      continue;
    }
    const auto kept = static_cast<Eigen::Index>(units.size());
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      look.values(static_cast<Eigen::Index>(row), kept) = static_cast<float>(numbers[row]);
    }
    look.columns.push_back(name_of(parts, i));
    units.push_back(look.units[i]);
  }
  look.values.conservativeResize(Eigen::NoChange, static_cast<Eigen::Index>(units.size()));
  look.units = std::move(units);
}

}  // namespace

TableLook look_at_table(const fs::path& file) {
  const std::string text = formats::read_text(file);
  const Parts parts = parts_of(file, text);
  const std::vector<std::vector<std::string>> columns = columns_of(file, parts);
  TableLook look;
  describe_writing(parts, look);
  for (std::size_t i = 0; i < parts.width; ++i) {
    look.units.push_back(parts.units.empty() ? formats::in_brackets(name_of(parts, i)) : parts.units[i]);
  }
  const std::optional<std::size_t> time = time_column(parts, columns);
  if (time) read_time(parts, columns, *time, look);
  if (!time) {
    look.table.rate = formats::stated_rate(parts.lines, parts.first);
    look.perhaps = perhaps_time(parts, columns);
  }
  keep_values(parts, columns, time, look);
  return look;
}

}  // namespace pskd::data::readers
