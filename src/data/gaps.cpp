#include "data/gaps.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "data/file_error.hpp"
#include "data/finite.hpp"

namespace pskd::data {
namespace {

using Eigen::Index;

std::string seconds(double value) {
  std::ostringstream text;
  text.precision(3);
  text << value << " s";
  return text.str();
}

constexpr const char* kRemedy =
    "; the description's key `gaps` may say cut (the longest part is kept) or {interpolate: {longest: SECONDS}}";

// ---- missing values --------------------------------------------------------------------------------------

[[noreturn]] void refuse_missing(const ReadSamples& read, const std::vector<std::string>& columns,
                                 const StreamOrigin& origin) {
  constexpr std::int64_t kNamed = 5;
  const Frames& values = read.samples.values;
  std::string places;
  std::int64_t count = 0;
  for (Index row = 0; row < values.rows(); ++row) {
    for (Index column = 0; column < values.cols(); ++column) {
      if (!std::isnan(values(row, column)) || ++count > kNamed) continue;
      places += (count > 1 ? "; line " : "line ") + std::to_string(read.lines[static_cast<std::size_t>(row)]) +
                ", column " + columns[static_cast<std::size_t>(column)];
    }
  }
  throw NotFinite(origin.file.string() + ": " + places + (count > kNamed ? "; ..." : "") + ": no value (" +
                      std::to_string(count) + " in the file)" + kRemedy,
                  (!values.isFinite()).count());
}

void keep_rows(ReadSamples& read, std::size_t first, std::size_t last) {
  const auto count = static_cast<Index>(last - first + 1);
  const auto at = [](auto& values, std::size_t row) { return values.begin() + static_cast<std::ptrdiff_t>(row); };
  read.samples.values = read.samples.values.middleRows(static_cast<Index>(first), count).eval();
  read.samples.times = {at(read.samples.times, first), at(read.samples.times, last + 1)};
  read.lines = {at(read.lines, first), at(read.lines, last + 1)};
}

bool lacks_value(const ReadSamples& read, std::size_t row) {
  return read.samples.values.row(static_cast<Index>(row)).isNaN().any();
}

void trim_missing_ends(ReadSamples& read, const StreamOrigin& origin, Repairs& repairs) {
  const std::size_t count = read.lines.size();
  std::size_t first = 0;
  while (first < count && lacks_value(read, first)) ++first;
  if (first == count) fail_at_line(origin.file, read.lines.front(), "expected values, found none in the whole file");
  std::size_t last = count - 1;
  while (lacks_value(read, last)) --last;
  if (first == 0 && last + 1 == count) return;
  note_repair(repairs, "missing values at the beginning or end: samples dropped", origin.id,
              static_cast<std::int64_t>(first + count - 1 - last));
  keep_rows(read, first, last);
}

// A run of missing values in one column: the rows before and after it, which have one.
struct Run {
  std::size_t before, after;
};

std::vector<Run> missing_runs(const Frames& values, Index column) {
  std::vector<Run> runs;
  for (Index row = 1; row < values.rows(); ++row) {
    if (!std::isnan(values(row, column))) continue;
    const Index before = row - 1;
    while (std::isnan(values(row, column))) ++row;
    runs.push_back({static_cast<std::size_t>(before), static_cast<std::size_t>(row)});
  }
  return runs;
}

void fill(TimedSamples& samples, Index column, const Run& run) {
  const double begin = samples.times[run.before];
  const double length = samples.times[run.after] - begin;
  const float first = samples.values(static_cast<Index>(run.before), column);
  const float last = samples.values(static_cast<Index>(run.after), column);
  for (std::size_t row = run.before + 1; row < run.after; ++row) {
    const auto share = static_cast<float>((samples.times[row] - begin) / length);
    samples.values(static_cast<Index>(row), column) = first + share * (last - first);
  }
}

// Fills the runs of missing values that are no longer than `longest`. Returns the others.
std::vector<Run> fill_missing(ReadSamples& read, double longest, const StreamOrigin& origin, Repairs& repairs) {
  std::vector<Run> left;
  std::int64_t filled = 0;
  for (Index column = 0; column < read.samples.values.cols(); ++column) {
    for (const Run& run : missing_runs(read.samples.values, column)) {
      if (read.samples.times[run.after] - read.samples.times[run.before] > longest) {
        left.push_back(run);
        continue;
      }
      fill(read.samples, column, run);
      filled += static_cast<std::int64_t>(run.after - run.before - 1);
    }
  }
  if (filled > 0) note_repair(repairs, "missing values: interpolated", origin.id, filled);
  return left;
}

// ---- gaps ------------------------------------------------------------------------------------------------

// The gaps between stamps that are longer than `longest`; shorter ones of more than three intervals are counted.
std::vector<Run> long_gaps(const ReadSamples& read, double usual, double longest, const StreamOrigin& origin,
                           Repairs& repairs) {
  constexpr double kJitter = 3;  // intervals
  const std::vector<double>& times = read.samples.times;
  std::vector<Run> gaps;
  std::int64_t bridged = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double interval = times[i] - times[i - 1];
    if (interval > longest) gaps.push_back({i - 1, i});
    bridged += interval <= longest && interval > kJitter * usual ? 1 : 0;
  }
  if (bridged > 0) note_repair(repairs, "short gaps: bridged by straight lines", origin.id, bridged);
  return gaps;
}

[[noreturn]] void refuse_gap(const ReadSamples& read, const Run& gap, double usual, std::size_t count,
                             const StreamOrigin& origin, const std::string& remedy) {
  const double length = read.samples.times[gap.after] - read.samples.times[gap.before];
  fail_at_line(origin.file, read.lines[gap.after],
               "a gap of " + seconds(length) + " after line " + std::to_string(read.lines[gap.before]) +
                   ", where samples are " + seconds(usual) + " apart" +
                   (count > 1 ? " (" + std::to_string(count) + " gaps in the file)" : "") + remedy);
}

// Keeps the longest part, in seconds, that holds none of `gaps`.
void keep_longest_part(ReadSamples& read, std::vector<Run> gaps, const StreamOrigin& origin, Repairs& repairs) {
  const std::vector<double>& times = read.samples.times;
  std::sort(gaps.begin(), gaps.end(), [](const Run& a, const Run& b) { return a.before < b.before; });
  gaps.push_back({times.size() - 1, times.size()});
  std::size_t first = 0;
  std::pair<std::size_t, std::size_t> kept = {0, 0};
  for (const Run& gap : gaps) {
    if (gap.before >= first && times[gap.before] - times[first] > times[kept.second] - times[kept.first]) {
      kept = {first, gap.before};
    }
    first = std::max(first, gap.after);
  }
  note_repair(repairs, "gaps: the longest part kept", origin.id, static_cast<std::int64_t>(gaps.size() - 1));
  keep_rows(read, kept.first, kept.second);
}

}  // namespace

void mend_gaps(ReadSamples& read, const GapRule& rule, const std::vector<std::string>& columns,
               const StreamOrigin& origin, Repairs& repairs) {
  const bool missing = read.samples.values.isNaN().any();
  if (missing && rule.kind == GapRule::Kind::refuse) refuse_missing(read, columns, origin);
  if (missing) trim_missing_ends(read, origin, repairs);
  if (read.lines.size() < 2) return;
  const double usual = median_interval(read.samples.times);
  const bool interpolate = rule.kind == GapRule::Kind::interpolate;
  const double longest = interpolate ? std::max(rule.longest, 2 * usual) : std::max(kShortGap, 5 * usual);
  std::vector<Run> gaps = long_gaps(read, usual, longest, origin, repairs);
  if (missing) {
    const std::vector<Run> left = fill_missing(read, longest, origin, repairs);
    gaps.insert(gaps.end(), left.begin(), left.end());
  }
  if (gaps.empty()) return;
  if (rule.kind == GapRule::Kind::cut) return keep_longest_part(read, std::move(gaps), origin, repairs);
  refuse_gap(read, gaps.front(), usual, gaps.size(), origin,
             interpolate ? "; `gaps` allows to bridge " + seconds(rule.longest) : kRemedy);
}

}  // namespace pskd::data
