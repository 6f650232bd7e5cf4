#include "report/closing_line.hpp"

#include <algorithm>
#include <cmath>

#include "eval/statistics.hpp"
#include "pskd/base/error.hpp"
#include "report/cells.hpp"
#include "report/conditions.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

constexpr const char* kStudent = "student";
constexpr const char* kBaseline = "baseline";

std::string number_of(int n, bool folds) {
  const std::string what = folds ? "fold" : "seed";
  return "n = " + std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string line_of(const std::string& what, const eval::ScoreByRun& method, const eval::ScoreByRun& reference) {
  const eval::PairedDifference found = difference_in_points(method, reference);
  if (found.n == 0) return "";
  std::string text = what + ": " + with_sign(found.mean) + " points accuracy";
  if (found.interval) text += ", 95 % interval " + interval_text(found.interval);
  if (found.n > 1) text += ", p = " + fixed(found.permutation_p, 3) + " (sign-flip test)";
  text += ", " + number_of(found.n, !method.begin()->first.fold.empty());
  if (found.n == 1) return text + ", which cannot tell it from chance";
  text += ", which cannot give a p below " + fixed(std::pow(2, 1 - found.n), 3);
  if (!found.interval) return text;
  return text + "; less than " + fixed((found.interval->high - found.interval->low) / 2, 1) +
         " points would not have been noticed";
}

/// Of one experiment: its student against its baseline.
std::vector<std::string> lines_within(const RunSet& runs) {
  const ComparisonOptions options{.rows = Axis::stage, .columns = Axis::method};
  const std::vector<Entry> entries = entries_of(runs, options);
  const Cells cells = cells_of(entries);
  std::vector<Entry> of_both = entries;
  std::erase_if(of_both, [](const Entry& one) { return one.row != kStudent && one.row != kBaseline; });
  std::vector<std::string> lines;
  const std::vector<std::string> names = distinct(entries, &Entry::column);
  for (const std::string& name : names) {
    const auto student = cells.find({kStudent, name}), baseline = cells.find({kBaseline, name});
    if (student == cells.end() || baseline == cells.end()) continue;
    check_column(column_of(of_both, name), name);
    const std::string begin = names.size() > 1 ? name + ": " : "";
    lines.push_back(line_of(begin + kStudent + " minus " + kBaseline, scores_of(student->second, Metric::accuracy),
                            scores_of(baseline->second, Metric::accuracy)));
  }
  return lines;
}

/// Of a sweep: each run's student against that of the run called `label` or `baseline`.
std::vector<std::string> lines_between(const RunSet& runs) {
  const std::vector<Entry> entries = entries_of(runs, {});
  const Cells cells = cells_of(entries);
  std::vector<std::string> lines;
  const std::vector<std::string> rows = distinct(entries, &Entry::row);
  const std::string reference = usual_reference(rows);
  for (const std::string& column : distinct(entries, &Entry::column)) {
    check_column(column_of(entries, column), column);
    if (!cells.contains({reference, column})) continue;
    for (const std::string& row : rows) {
      const auto cell = cells.find({row, column});
      if (row == reference || cell == cells.end()) continue;
      lines.push_back(line_of(row + " minus " + reference, scores_of(cell->second, Metric::accuracy),
                              scores_of(cells.at({reference, column}), Metric::accuracy)));
    }
  }
  return lines;
}

}  // namespace

std::string usual_reference(const std::vector<std::string>& rows) {
  for (const char* name : {"label", kBaseline}) {
    if (std::find(rows.begin(), rows.end(), name) != rows.end()) return name;
  }
  return "";
}

std::vector<std::string> closing_lines(const RunSet& runs) {
  try {
    std::vector<std::string> lines = lines_within(runs);
    if (lines.empty()) lines = lines_between(runs);
    std::erase(lines, "");
    return lines;
  } catch (const Error&) {
    return {};  // no student, or runs that cannot be compared: the table says which
  }
}

}  // namespace pskd::report
