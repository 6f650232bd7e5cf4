#include "data/readers/recordings/table_file.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/formats/npy.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;

// A column by its number, which is all that an array has.
Index position(const fs::path& file, const std::string& column, Index columns) {
  Index number = -1;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), number);
  if (error == std::errc() && end == column.data() + column.size() && number >= 0 && number < columns) return number;
  fail(file, "expected a column of the array, a number of 0 .. " + std::to_string(columns - 1) + ", found " +
                 config::quoted(column));
}

std::vector<Index> positions(const fs::path& file, const formats::TableDescription& table,
                             const std::optional<Index>& time, const std::optional<Index>& label, Index columns) {
  std::vector<Index> read;
  for (const std::string& column : table.columns) read.push_back(position(file, column, columns));
  for (Index column = 0; column < columns && table.columns.empty(); ++column) {
    if (column != time && column != label) read.push_back(column);
  }
  return read;
}

// What rows say in the column of labels; a whole number is written as one.
std::vector<formats::LabelRun> label_runs(const formats::NpyArray& array, Index column) {
  std::vector<formats::LabelRun> runs;
  for (Index row = 0; row < array.rows(); ++row) {
    const double value = array(row, column);
    const std::string label = std::isnan(value)            ? ""
                              : std::trunc(value) == value ? fmt::format("{:.0f}", value + 0.0)
                                                           : fmt::format("{}", value);
    formats::add_label(runs, static_cast<std::size_t>(row), label);
  }
  return runs;
}

formats::TextTable array_table(const fs::path& file, const formats::TableDescription& table, std::size_t wanted) {
  const formats::NpyArray array = formats::read_numpy_file(file, table.array);
  if (array.rows() < 2) fail(file, "expected at least 2 rows, found " + std::to_string(array.rows()));
  std::optional<Index> time, label;
  if (!table.time.empty()) time = position(file, table.time, array.cols());
  if (!table.label.empty()) label = position(file, table.label, array.cols());
  const std::vector<Index> columns = positions(file, table, time, label, array.cols());
  if (label && (label == time || std::find(columns.begin(), columns.end(), *label) != columns.end())) {
    fail(file, "column " + table.label + " is the label, and read as a value or as the time, too");
  }
  if (columns.size() != wanted) {
    fail(file, "expected " + std::to_string(wanted) + " columns" + formats::besides(table) + ", found " +
                   std::to_string(columns.size()) + "; the key `columns` of the description tells which to read");
  }
  formats::TextTable read;
  if (label) read.labels = label_runs(array, *label);
  read.samples.values.resize(array.rows(), static_cast<Index>(wanted));
  for (std::size_t i = 0; i < wanted; ++i) {
    read.samples.values.col(static_cast<Index>(i)) = array.col(columns[i]).cast<float>();
  }
  for (Index row = 0; row < array.rows(); ++row) {
    read.lines.push_back(static_cast<std::uint32_t>(row + 1));
    if (!time) continue;
    read.samples.times.push_back(array(row, *time) * formats::seconds_of(table.time_unit));
    if (!std::isfinite(read.samples.times.back()))
      fail(file, "row " + std::to_string(row + 1) + ": expected a time stamp");
  }
  return read;
}

}  // namespace

formats::TextTable read_table(const fs::path& file, const formats::TableDescription& table, std::size_t wanted) {
  if (formats::is_numpy_file(file)) return array_table(file, table, wanted);
  return formats::read_text_table(file, table, wanted);
}

formats::TextTable read_tables(const std::vector<fs::path>& files, const formats::TableDescription& table,
                               std::size_t wanted) {
  formats::TextTable all = read_table(files.front(), table, wanted);
  if (files.size() == 1) return all;
  const Index rows = all.samples.values.rows();
  Frames values(rows, static_cast<Index>(files.size() * wanted));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const formats::TextTable one = i == 0 ? all : read_table(files[i], table, wanted);
    if (one.samples.values.rows() != rows) {
      fail(files[i], "expected as many rows as " + files.front().filename().string() + " has, " + std::to_string(rows) +
                         ", found " + std::to_string(one.samples.values.rows()));
    }
    values.middleCols(static_cast<Index>(i * wanted), static_cast<Index>(wanted)) = one.samples.values;
  }
  all.samples.values = std::move(values);
  all.units.clear();
  return all;
}

std::vector<std::string> joint_file_ends(const std::string& pattern, const std::vector<std::string>& joints) {
  const std::size_t open = pattern.find('{');
  const std::size_t close = pattern.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {};
  const std::string inner = pattern.substr(open + 1, close - open - 1);
  int first = 0;
  const auto [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), first);
  const bool numbered = error == std::errc() && end == inner.data() + inner.size();
  if (!numbered && inner != "name") return {};
  std::vector<std::string> ends;
  for (std::size_t i = 0; i < joints.size(); ++i) {
    std::string text = numbered ? std::to_string(first + static_cast<int>(i)) : joints[i];
    if (numbered && text.size() < inner.size()) text.insert(0, inner.size() - text.size(), '0');
    ends.push_back(pattern.substr(0, open) + text + pattern.substr(close + 1));
  }
  return ends;
}

}  // namespace pskd::data::readers
