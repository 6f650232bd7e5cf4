#include "data/formats/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "config/node.hpp"
#include "data/formats/numbers.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;

char character_of(Separator separator) {
  constexpr std::array kCharacters = {',', ';', ' ', '\t'};
  return kCharacters[static_cast<std::size_t>(separator)];
}

double seconds_of(TimeUnit unit) {
  constexpr std::array kSeconds = {1.0, 1e-3, 1e-6, 1e-9};
  return kSeconds[static_cast<std::size_t>(unit)];
}

// Where things are in a line.
struct Layout {
  std::size_t fields = 0;  // in each line
  std::vector<std::size_t> columns;
  std::optional<std::size_t> time;
};

// A column by its number, or by its name in the header.
std::size_t find_column(const fs::path& file, const std::string& column, const std::vector<std::string>& header,
                        std::size_t fields) {
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), position);
  if (error == std::errc() && end == column.data() + column.size()) {
    if (position < fields) return position;
    fail_at_line(file, 1, "expected a column " + column + " (from 0), found " + std::to_string(fields) + " columns");
  }
  const auto named = std::find(header.begin(), header.end(), column);
  if (named == header.end()) {
    fail_at_line(file, 1, "expected a column called " + config::quoted(column) + config::did_you_mean(column, header));
  }
  if (std::find(named + 1, header.end(), column) != header.end()) {
    fail_at_line(file, 1, "found two columns called " + config::quoted(column));
  }
  return static_cast<std::size_t>(named - header.begin());
}

Layout layout_of(const fs::path& file, const TableDescription& table, std::size_t wanted, std::string_view first) {
  Layout layout;
  const char separator = character_of(table.separator);
  std::vector<std::string> header;
  if (table.header) {
    if (separator == ' ') {
      for (const std::string_view field : fields_of(first, ' ')) header.emplace_back(field);
    } else {
      header = csv_fields(file, 1, first, separator);
    }
  }
  layout.fields = table.header ? header.size() : fields_of(first, separator).size();
  if (!table.time.empty()) layout.time = find_column(file, table.time, header, layout.fields);
  for (const std::string& column : table.columns) {
    layout.columns.push_back(find_column(file, column, header, layout.fields));
  }
  if (!table.columns.empty()) return layout;
  for (std::size_t column = 0; column < layout.fields; ++column) {
    if (column != layout.time) layout.columns.push_back(column);
  }
  if (layout.columns.size() != wanted) {
    fail_at_line(file, 1,
                 "expected " + std::to_string(wanted) + " columns" + (layout.time ? " besides the time" : "") +
                     ", found " + std::to_string(layout.columns.size()) +
                     "; the key `columns` of the description tells which to read");
  }
  return layout;
}

double number_at(const fs::path& file, std::size_t line, std::string_view field) {
  double value = 0;
  if (parse_number(field, value)) return value;
  fail_at_line(file, line,
               "expected a number, found " + quoted_field(trimmed(field)) +
                   (line == 1 ? "; if the first line holds names, say header: true" : ""));
}

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

TimedSamples read_text_table(const fs::path& file, const TableDescription& table, std::size_t wanted) {
  const std::string text = read_text(file);
  const std::vector<std::string_view> lines = lines_of(text);
  const std::size_t first = table.header ? 1 : 0;
  if (lines.size() < first + 2) {
    throw Error(ErrorKind::data, file.string() + ": expected at least 2 lines of values, found " +
                                     std::to_string(lines.size() - std::min(first, lines.size())));
  }
  const Layout layout = layout_of(file, table, wanted, lines[0]);
  TimedSamples samples{{}, Frames(static_cast<Eigen::Index>(lines.size() - first), static_cast<Eigen::Index>(wanted))};
  const double seconds = seconds_of(table.time_unit);
  for (std::size_t line = first; line < lines.size(); ++line) {
    const std::vector<std::string_view> fields = fields_of(lines[line], character_of(table.separator));
    if (fields.size() != layout.fields) {
      fail_at_line(file, line + 1,
                   "expected " + std::to_string(layout.fields) + " columns, found " + std::to_string(fields.size()));
    }
    for (std::size_t i = 0; i < wanted; ++i) {
      samples.values(static_cast<Eigen::Index>(line - first), static_cast<Eigen::Index>(i)) =
          static_cast<float>(number_at(file, line + 1, fields[layout.columns[i]]));
    }
    if (!layout.time) continue;
    const double time = number_at(file, line + 1, fields[*layout.time]) * seconds;
    if (!std::isfinite(time)) fail_at_line(file, line + 1, "expected a finite time stamp");
    samples.times.push_back(time);
  }
  return samples;
}

}  // namespace pskd::data::formats
