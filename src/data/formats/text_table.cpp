#include "data/formats/text_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <regex>

#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/formats/calendar.hpp"
#include "data/formats/numbers.hpp"
#include "data/formats/text_file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string_view>;
using Fields = std::vector<std::string>;

Fields split(const fs::path& file, std::size_t line, std::string_view text, char separator) {
  if (separator != ' ') return csv_fields(file, line + 1, text, separator);
  Fields fields;
  for (const std::string_view field : fields_of(text, ' ')) fields.emplace_back(field);
  return fields;
}

// ---- what stands before the values -----------------------------------------------------------------------

struct Opening {
  char separator = ',';
  Fields header;                   // the columns' names; empty: there is none
  std::size_t header_line = 0;     // from 0
  std::vector<std::string> units;  // a second line of the header
  std::size_t first = 0;           // line of the first values
};

// 08:15, which is no time stamp, but no name either.
bool is_clock(std::string_view field) {
  return !field.empty() && field.find_first_not_of("0123456789:") == std::string_view::npos;
}

bool is_number(const TableDescription& table, std::string field) {
  double ignored = 0;
  if (parse_calendar(field, ignored) || is_clock(field)) return true;
  if (table.decimal_comma) std::replace(field.begin(), field.end(), ',', '.');
  return parse_number(field, ignored);
}

// What loggers and spreadsheets write where there is no value.
bool is_missing(std::string_view field) {
  constexpr std::array kWords = {"",   "na", "n/a",     "#n/a",    "nan",   "null",  "none",   "nil",   "-",
                                 "--", "?",  "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"};
  constexpr std::size_t kLongest = 7;
  const std::string_view text = trimmed(field);
  if (text.size() > 1 && text.find_first_not_of('#') == std::string_view::npos) return true;  // a column too narrow
  if (text.size() > kLongest) return false;
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

// A cell of Excel's #N/A, #DIV/0! or ##### that comes first makes no comment of its line, of ##### where numbers
// follow.
bool is_comment(const TableDescription& table, std::string_view line) {
  if (table.comment.empty() || !line.starts_with(table.comment)) return false;
  const std::size_t end = line.find_first_of(",;\t ");
  const std::string_view cell = line.substr(0, end);
  if (cell.find_first_not_of('#') != std::string_view::npos) return !is_missing(cell);
  if (cell.size() == 1 || end == std::string_view::npos) return true;
  const std::vector<std::string_view> others = fields_of(line.substr(end + 1), line[end]);
  return std::none_of(others.begin(), others.end(),
                      [&](std::string_view field) { return is_number(table, std::string(field)); });
}

// Whether a line names all that is asked for by name; where nothing is, whether it has as many fields as are wanted,
// none of them a number.
bool is_header(const TableDescription& table, std::size_t wanted, const Fields& fields) {
  Fields names;
  for (const std::string& column : table.columns) {
    if (!is_position(column)) names.push_back(column);
  }
  for (const std::string& column : {table.time, table.label}) {
    if (!is_position(column)) names.push_back(column);
  }
  if (!names.empty()) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return std::find(fields.begin(), fields.end(), name) != fields.end();
    });
  }
  const std::size_t others = (table.time.empty() ? 0 : 1) + (table.label.empty() ? 0 : 1);
  const bool as_many = !table.columns.empty() || fields.size() == wanted + others;
  return as_many &&
         std::none_of(fields.begin(), fields.end(), [&](const std::string& field) { return is_number(table, field); });
}

// Finds a file's header among its first lines.
class HeaderSearch {
 public:
  HeaderSearch(const fs::path& file, const TableDescription& table, std::size_t wanted, const Lines& lines)
      : file_(file), table_(table), wanted_(wanted), lines_(lines) {}

  Opening find() {
    constexpr std::size_t kSearched = 200;  // lines
    const auto begin = static_cast<std::size_t>(table_.skip);
    const std::size_t end = std::min(lines_.size(), begin + kSearched);
    std::size_t otherwise = lines_.size();  // the first line that is no comment
    for (std::size_t line = begin; line < end; ++line) {
      if (is_passed_over(line) || is_comment(table_, lines_[line])) continue;
      if (otherwise == lines_.size()) otherwise = line;
      if (!table_.header) return {separator_of(lines_[line]), {}, 0, {}, line};
      if (is_named_in(lines_[line], line)) return opening(line, lines_[line]);
    }
    for (std::size_t line = begin; line < end; ++line) {  // as numpy writes it
      if (!is_comment(table_, lines_[line])) continue;
      const std::string_view text = trimmed(lines_[line].substr(table_.comment.size()));
      if (!text.empty() && is_named_in(text, line)) return opening(line, text);
    }
    if (otherwise < lines_.size()) return opening(otherwise, lines_[otherwise]);
    fail_without_values(begin, end);
  }

 private:
  // Lines from `begin` to `end` were searched.
  [[noreturn]] void fail_without_values(std::size_t begin, std::size_t end) const {
    const std::string nothing = "expected at least 2 lines of values, found 0";
    if (begin < end) {
      fail(file_, nothing + " among the lines " + std::to_string(begin + 1) + " to " + std::to_string(end) +
                      ": they are empty or comments, which begin with " + config::quoted(table_.comment) +
                      "; `skip` of the description leaves out lines at the beginning, and `comment` says how a comment "
                      "begins");
    }
    if (begin == 0) fail(file_, nothing);
    fail(file_, nothing + ": expected a `skip` of less than " + std::to_string(lines_.size()) + " lines, found " +
                    std::to_string(begin));
  }

  // An empty line, or one that says which separator follows.
  bool is_passed_over(std::size_t line) {
    if (const auto stated = stated_separator(lines_[line])) {
      stated_ = *stated;
      return true;
    }
    return trimmed(lines_[line]).empty();
  }

  char separator_of(std::string_view line) const {
    if (table_.separator) return character_of(*table_.separator);
    if (stated_) return *stated_;
    const char found = find_separator(line);
    return found == ',' && table_.decimal_comma ? ' ' : found;
  }

  bool is_named_in(std::string_view text, std::size_t line) const {
    const char separator = separator_of(text);
    if (std::count(text.begin(), text.end(), '"') % 2 != 0) return false;
    return is_header(table_, wanted_, without_empty_end(split(file_, line, text, separator)));
  }

  static Fields without_empty_end(Fields fields) {
    while (fields.size() > 1 && fields.back().empty()) fields.pop_back();
    return fields;
  }

  Opening opening(std::size_t line, std::string_view text) {
    Opening opening;
    opening.separator = separator_of(text);
    opening.header = without_empty_end(split(file_, line, text, opening.separator));
    opening.header_line = line;
    opening.first = line + 1;
    while (opening.first < lines_.size() && is_comment(table_, lines_[opening.first])) ++opening.first;
    if (opening.first == lines_.size()) return opening;
    Fields second = split(file_, opening.first, lines_[opening.first], opening.separator);
    const auto says_nothing = [&](const std::string& field) {
      const auto column = static_cast<std::size_t>(&field - second.data());
      return is_missing(field) || (column < opening.header.size() && opening.header[column] == table_.label);
    };
    const bool words = std::none_of(second.begin(), second.end(),
                                    [&](const std::string& field) { return is_number(table_, field); }) &&
                       !std::all_of(second.begin(), second.end(), says_nothing);
    if (!words || second.size() < opening.header.size() || opening.first + 1 == lines_.size()) return opening;
    opening.units = std::move(second);
    ++opening.first;
    return opening;
  }

  const fs::path& file_;
  const TableDescription& table_;
  std::size_t wanted_;
  const Lines& lines_;
  std::optional<char> stated_;
};

// ---- columns ---------------------------------------------------------------------------------------------

// Where things are in a line.
struct Layout {
  std::size_t fields = 0;  // in each line
  std::vector<std::size_t> columns;
  std::optional<std::size_t> time, label;
};

// A column by its number, or by its name in the header.
std::size_t find_column(const fs::path& file, const std::string& column, const Opening& opening, std::size_t fields) {
  const Fields& header = opening.header;
  const std::size_t line = (header.empty() ? opening.first : opening.header_line) + 1;
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), position);
  if (error == std::errc() && end == column.data() + column.size()) {
    if (position < fields) return position;
    fail_at_line(file, line, "expected a column " + column + " (from 0), found " + std::to_string(fields) + " columns");
  }
  const auto named = std::find(header.begin(), header.end(), column);
  if (named == header.end()) {
    fail_at_line(file, line,
                 "expected a column called " + config::quoted(column) + config::did_you_mean(column, header));
  }
  if (std::find(named + 1, header.end(), column) != header.end()) {
    fail_at_line(file, line, "found two columns called " + config::quoted(column));
  }
  return static_cast<std::size_t>(named - header.begin());
}

Layout layout_of(const fs::path& file, const TableDescription& table, std::size_t wanted, const Opening& opening,
                 std::string_view first) {
  Layout layout;
  layout.fields = opening.header.size();
  if (opening.header.empty()) {
    Fields fields = split(file, opening.first, first, opening.separator);
    const bool is_label = table.label == std::to_string(fields.size() - 1);
    if (fields.size() > 1 && fields.back().empty() && !is_label) fields.pop_back();
    layout.fields = fields.size();
  }
  if (!table.time.empty()) layout.time = find_column(file, table.time, opening, layout.fields);
  if (!table.label.empty()) layout.label = find_column(file, table.label, opening, layout.fields);
  for (const std::string& column : table.columns) {
    layout.columns.push_back(find_column(file, column, opening, layout.fields));
  }
  const auto is_read = [&](std::size_t column) {
    return column == layout.time ||
           std::find(layout.columns.begin(), layout.columns.end(), column) != layout.columns.end();
  };
  if (layout.label && is_read(*layout.label)) {
    fail_at_line(file, opening.first + 1,
                 "column " + config::quoted(table.label) + " is the label, and read as a value or as the time, too");
  }
  if (!table.columns.empty()) return layout;
  for (std::size_t column = 0; column < layout.fields; ++column) {
    if (column != layout.time && column != layout.label) layout.columns.push_back(column);
  }
  if (layout.columns.size() != wanted) {
    const std::size_t line = (opening.header.empty() ? opening.first : opening.header_line) + 1;
    fail_at_line(file, line,
                 "expected " + std::to_string(wanted) + " columns" + besides(table) + ", found " +
                     std::to_string(layout.columns.size()) +
                     "; the key `columns` of the description tells which to read");
  }
  return layout;
}

// What the file says of the units of the columns that are read, and of its time stamps.
std::vector<std::string> units_of(const Opening& opening, const Layout& layout) {
  const auto unit = [&](std::size_t column) {
    return opening.units.empty() ? in_brackets(opening.header[column]) : opening.units[column];
  };
  std::vector<std::string> units;
  if (opening.header.empty()) return units;
  for (const std::size_t column : layout.columns) units.push_back(unit(column));
  units.push_back(layout.time ? unit(*layout.time) : "");
  const bool silent = opening.units.empty() &&
                      std::all_of(units.begin(), units.end(), [](const std::string& text) { return text.empty(); });
  return silent ? std::vector<std::string>() : units;
}

// ---- values ----------------------------------------------------------------------------------------------

// Reads the lines of one file.
class RowReader {
 public:
  /// `end` is the number behind that of the last line.
  RowReader(const fs::path& file, const TableDescription& table, const Opening& opening, const Layout& layout,
            std::size_t end)
      : file_(file),
        table_(table),
        opening_(opening),
        layout_(layout),
        end_(end),
        seconds_(seconds_of(table.time_unit)) {
    if (!table.time_format.empty()) names_zone_ = table.time_format.find("%z") != std::string::npos;
  }

  void append(std::size_t line, std::string_view text, TextTable& read) {
    split_line(line, text);
    const auto row = static_cast<Eigen::Index>(read.lines.size());
    for (std::size_t i = 0; i < layout_.columns.size(); ++i) {
      read.samples.values(row, static_cast<Eigen::Index>(i)) =
          static_cast<float>(number(line, fields_[layout_.columns[i]]));
    }
    if (layout_.time) read.samples.times.push_back(moment(line, fields_[*layout_.time]));
    if (layout_.label) add_label(read.labels, read.lines.size(), trimmed(fields_[*layout_.label]));
    read.lines.push_back(static_cast<std::uint32_t>(line + 1));
  }

  // Of the time stamps read so far; see TextTable.
  std::optional<bool> names_zone() const { return names_zone_; }

 private:
  void split_line(std::size_t line, std::string_view text) {
    if (text.find('"') == std::string_view::npos) {
      fields_ = fields_of(text, opening_.separator);
    } else {
      quoted_ = csv_fields(file_, line + 1, text, opening_.separator);
      fields_.assign(quoted_.begin(), quoted_.end());
    }
    const bool separator_at_end = fields_.size() == layout_.fields + 1 && trimmed(fields_.back()).empty();
    if (fields_.size() == layout_.fields || separator_at_end) return;
    fail_at_line(file_, line + 1,
                 "expected " + std::to_string(layout_.fields) + " columns, found " + std::to_string(fields_.size()) +
                     hint_at(line, text));
  }

  // Why a line may have too few columns.
  std::string hint_at(std::size_t line, std::string_view text) const {
    if (text.find('\0') != std::string_view::npos) {
      return "; the line holds NUL bytes, as where a device lost its power: delete it, and what follows";
    }
    if (trimmed(text).empty()) return ": the line is empty, and values follow it; delete it";
    return line + 1 == end_ ? "; it is the last line: if the recording was cut off there, delete it" : "";
  }

  double number(std::size_t line, std::string_view field) {
    double value = 0;
    if (table_.decimal_comma) {
      if (field.find('.') != std::string_view::npos) {
        fail_at_line(file_, line + 1,
                     "expected a number with a decimal comma, found " + quoted_field(trimmed(field)) +
                         ": a point may be a decimal one or stand between thousands; write all numbers in one way");
      }
      with_point_.assign(field);
      std::replace(with_point_.begin(), with_point_.end(), ',', '.');
      field = with_point_;
    }
    if (parse_number(field, value)) return value;
    if (is_missing(field)) return std::numeric_limits<double>::quiet_NaN();
    fail_at_line(file_, line + 1, "expected a number, found " + quoted_field(trimmed(field)) + advice(field));
  }

  std::string advice(std::string_view field) const {
    std::string text(field);
    double ignored = 0;
    if (std::count(text.begin(), text.end(), ',') == 1) {
      std::replace(text.begin(), text.end(), ',', '.');
      if (parse_number(text, ignored)) return "; if the file has decimal commas, say decimal: comma";
    }
    return opening_.header.empty() && !trimmed(field).empty()
               ? "; if a line before the values holds names, say header: true"
               : "";
  }

  double moment(std::size_t line, std::string_view field) {
    constexpr double kEndOfTime = 1e13;  // s: differences of stamps stay exact enough
    const std::string_view text = trimmed(field);
    double value = 0;
    if (!table_.time_format.empty()) {
      if (parse_calendar(text, table_.time_format, value)) return value;
      fail_at_line(
          file_, line + 1,
          "expected a time stamp of the form " + config::quoted(table_.time_format) + ", found " + quoted_field(text));
    }
    if (bool named = false; parse_calendar(text, value, named)) {
      check_zone(line, text, named);
      return value;
    }
    value = stamp_number(line, text) * seconds_;
    if (!(std::abs(value) < kEndOfTime)) fail_at_line(file_, line + 1, "expected a finite time stamp");
    return value;
  }

  // Either all stamps of a file say their zone, or none does.
  void check_zone(std::size_t line, std::string_view text, bool named) {
    if (!names_zone_) names_zone_ = named;
    if (*names_zone_ == named) return;
    fail_at_line(file_, line + 1,
                 std::string("expected a time stamp ") + (named ? "without a zone" : "with its zone") +
                     ", as in the lines before; found " + quoted_field(text));
  }

  double stamp_number(std::size_t line, std::string_view text) {
    double value = 0;
    with_point_.assign(text);
    if (table_.decimal_comma) std::replace(with_point_.begin(), with_point_.end(), ',', '.');
    if (parse_number(with_point_, value)) return value;
    fail_at_line(file_, line + 1,
                 "expected a time stamp: a number, a date and time such as 2024-06-03 08:15:10.031, or a time of day "
                 "with its seconds; found " +
                     quoted_field(text) + "; time_format names another form, such as \"%d.%m.%Y %H:%M:%S\"");
  }

  const fs::path& file_;
  const TableDescription& table_;
  const Opening& opening_;
  const Layout& layout_;
  std::size_t end_;
  double seconds_;
  std::vector<std::string_view> fields_;
  Fields quoted_;
  std::string with_point_;
  std::optional<bool> names_zone_;  // whether its stamps do
};

// The number behind that of the last line that is not empty, at least `first`.
std::size_t end_of_values(const TextFile& text, std::size_t first, char separator) {
  std::size_t end = first;
  text.each_line([&](std::size_t number, std::string_view line) {
    if (number >= first && !is_empty_line(line, separator)) end = number + 1;
    return true;
  });
  return end;
}

}  // namespace

void add_label(std::vector<LabelRun>& runs, std::size_t sample, std::string_view label) {
  if (runs.empty() || runs.back().label != label) runs.push_back({sample, std::string(label)});
}

bool is_position(const std::string& column) {
  return std::all_of(column.begin(), column.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string besides(const TableDescription& table) {
  std::string others;
  for (const auto& [column, what] : {std::pair(&table.time, "the time"), std::pair(&table.label, "the label")}) {
    if (!column->empty()) others += (others.empty() ? " besides " : " and ") + std::string(what);
  }
  return others;
}

std::string in_brackets(const std::string& name) {
  if (name.empty() || (name.back() != ')' && name.back() != ']')) return "";
  const char open = name.back() == ')' ? '(' : '[';
  int depth = 0;
  for (std::size_t at = name.size(); at-- > 0;) {
    depth += name[at] == name.back() ? 1 : name[at] == open ? -1 : 0;
    if (depth == 0) return name.substr(at + 1, name.size() - at - 2);
  }
  return "";
}

double stated_rate(const Lines& lines, std::size_t count) {
  // With bounds, since std::regex takes stack for every byte.
  static const std::regex rate("\\b([0-9]{1,6}(\\.[0-9]{1,9})?) ?hz", std::regex::icase);
  for (std::size_t line = 0; line < count; ++line) {
    std::match_results<std::string_view::const_iterator> found;
    if (std::regex_search(lines[line].begin(), lines[line].end(), found, rate)) return std::stod(found[1].str());
  }
  return 0;
}

double seconds_of(TimeUnit unit) {
  constexpr std::array kSeconds = {1.0, 1e-3, 1e-6, 1e-9};
  return kSeconds[static_cast<std::size_t>(unit)];
}

TextTable read_text_table(const fs::path& file, const TableDescription& table, std::size_t wanted) {
  const TextFile text(file);
  const Lines& lines = text.beginning();
  const Opening opening = HeaderSearch(file, table, wanted, lines).find();
  const std::size_t end = end_of_values(text, opening.first, opening.separator);
  const std::size_t most = end - opening.first;
  if (most < 2) fail(file, "expected at least 2 lines of values, found " + std::to_string(most));
  if (opening.first == lines.size()) {
    fail_at_line(file, opening.header_line + 1, "expected values after this header, found only comments");
  }
  const Layout layout = layout_of(file, table, wanted, opening, lines[opening.first]);
  TextTable read;
  read.samples.values.resize(static_cast<Eigen::Index>(most), static_cast<Eigen::Index>(wanted));
  read.units = units_of(opening, layout);
  for (const std::size_t column : layout.columns) {
    if (!opening.header.empty()) read.names.push_back(opening.header[column]);
  }
  read.header_line = opening.header_line + 1;
  read.units_line = (opening.units.empty() ? opening.header_line : opening.first - 1) + 1;
  read.units_row = !opening.units.empty();
  read.stated_rate = stated_rate(lines, opening.first);
  read.lines.reserve(most);
  if (layout.time) read.samples.times.reserve(most);
  RowReader rows(file, table, opening, layout, end);
  text.each_line([&](std::size_t number, std::string_view line) {
    if (number >= opening.first && number < end && !is_comment(table, line)) rows.append(number, line, read);
    return number < end;
  });
  read.names_zone = rows.names_zone();
  read.samples.values.conservativeResize(static_cast<Eigen::Index>(read.lines.size()), Eigen::NoChange);
  if (read.lines.size() >= 2) return read;
  fail(file, "expected at least 2 lines of values, found " + std::to_string(read.lines.size()));
}

}  // namespace pskd::data::formats
