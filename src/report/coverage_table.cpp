#include "report/coverage_table.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/run_layout.hpp"
#include "eval/coverage.hpp"
#include "eval/none_rule.hpp"
#include "eval/statistics.hpp"
#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;

constexpr std::array kPercents = {100, 95, 90, 80, 70, 50};

using Predictions = std::vector<eval::Prediction>;

/// None where there is no such file.
std::optional<Predictions> predictions_in(const fs::path& file, const eval::Scores& scores) {
  if (!fs::exists(file)) return std::nullopt;
  std::vector<std::string> classes;
  for (const eval::ClassScore& one : scores.per_class) classes.push_back(one.name);
  return eval::read_predictions(file, classes);
}

/// What the runs say of one stage.
struct Column {
  bool complete = true;                      ///< no file is missing
  std::map<int, eval::ScoreByRun> accuracy;  ///< by percent
  eval::ScoreByRun answered, right;          ///< shares that the rule for none leaves, and of these
};

void add_rule(Column& column, const eval::RunKey& run, const Predictions& tested, const Predictions& validated) {
  const eval::Answered left = eval::answered(tested, eval::fit_none_rule(validated));
  column.answered[run] = static_cast<double>(left.clips) / static_cast<double>(tested.size());
  if (left.clips > 0) column.right[run] = static_cast<double>(left.right) / static_cast<double>(left.clips);
}

Column column_of(const std::vector<eval::RunRecord>& records, std::size_t index) {
  Column column;
  for (const eval::RunRecord& record : records) {
    const eval::StageResult& stage = record.stages[index];
    const StageLayout folder = RunLayout{record.folder}.stage(stage.name);
    const eval::RunKey run{record.fold, record.seed};
    const auto tested =
        predictions_in(stage.test ? folder.test_predictions() : folder.val_predictions(), shown_scores(stage));
    column.complete = column.complete && tested && !tested->empty();
    if (!column.complete) return column;
    for (const int percent : kPercents) column.accuracy[percent][run] = eval::accuracy_at(*tested, percent);
    if (!stage.test || !stage.val) continue;
    const auto validated = predictions_in(folder.val_predictions(), *stage.val);
    if (validated && !validated->empty()) add_rule(column, run, *tested, *validated);
  }
  return column;
}

/// "95.8 ± 0.6 of 94.1"; a dash where a run has no rule, or one that leaves nothing.
std::string by_rule(const Column& column, std::size_t runs) {
  if (column.right.size() != runs) return kEnDash;
  return mean_and_deviation(eval::unit_values(column.right)) + " of " +
         fixed(100 * eval::summarize(eval::unit_values(column.answered)).mean, 1);
}

}  // namespace

Table coverage_table(const std::vector<eval::RunRecord>& records) {
  const std::vector<eval::StageResult>& stages = records.front().stages;
  std::vector<Column> columns;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) columns.push_back(column_of(records, stage));
  Table table;
  if (std::none_of(columns.begin(), columns.end(), [](const Column& one) { return one.complete; })) return table;
  table.notes = {"clips answered: those with the highest probability; the others are left open"};
  table.header = {"clips answered %"};
  for (const eval::StageResult& stage : stages) table.header.push_back(stage.name);
  for (const int percent : kPercents) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row.push_back(std::to_string(percent));
    for (Column& one : columns) {
      row.push_back(one.complete ? mean_and_deviation(eval::unit_values(one.accuracy[percent])) : kEnDash);
    }
  }
  std::vector<std::string> rule = {"rule for none"};
  for (const Column& one : columns) rule.push_back(by_rule(one, records.size()));
  if (std::count(rule.begin(), rule.end(), kEnDash) == std::ssize(columns)) return table;
  table.notes.emplace_back("rule for none: accuracy and share of what `pskd predict` answers; fitted on the val part");
  table.rows.push_back(std::move(rule));
  return table;
}

}  // namespace pskd::report
