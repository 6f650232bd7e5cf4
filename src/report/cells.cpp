#include "report/cells.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "pskd/base/error.hpp"
#include "report/records.hpp"
#include "report/row_names.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

[[noreturn]] void refuse(const Entry& first, const Entry& other, const std::string& what) {
  std::string text = "cannot make a table: row '" + other.row + "', column '" + other.column + "' " + what;
  if (!first.record->folder.empty() && !other.record->folder.empty()) {
    text += "; give one of the folders, not both: " + first.record->folder.string() + " and " +
            other.record->folder.string();
  }
  throw Error(ErrorKind::data, text);
}

void check_addable(const Cell& cell, const Entry& entry) {
  if (cell.empty()) return;
  const Entry& first = *cell.begin()->second;
  if (first.record->config_hash != entry.record->config_hash) {
    refuse(first, entry,
           "would mix runs of different configs, " + first.record->config_hash + " and " + entry.record->config_hash);
  }
  for (const auto& [run, other] : cell) {
    const std::optional<std::string> key = differing_input(*other->record, *entry.record);
    if (key) refuse(*other, entry, "would mix runs whose file for " + *key + " had another content");
  }
}

double score_of(const eval::Scores& scores, Metric metric) {
  switch (metric) {
    case Metric::balanced_accuracy:
      return scores.balanced_accuracy;
    case Metric::macro_f1:
      return scores.macro_f1;
    case Metric::weighted_f1:
      return scores.weighted_f1;
    default:
      return scores.accuracy;
  }
}

}  // namespace

std::vector<Entry> entries_of(const RunSet& runs, const ComparisonOptions& options) {
  const std::vector<std::string> methods = run_names(runs, false), with_sweeps = run_names(runs, true);
  const bool all_stages = options.rows == Axis::stage || options.columns == Axis::stage;
  std::vector<Entry> entries;
  std::set<std::string> known;
  for (std::size_t index = 0; index < runs.records.size(); ++index) {
    const eval::RunRecord& record = runs.records[index];
    for (const eval::StageResult& stage : record.stages) {
      const auto value_of = [&](Axis axis) {
        if (axis == Axis::method) return methods[index];
        if (axis == Axis::run) return with_sweeps[index];
        if (axis == Axis::stage) return stage.name;
        return record.dataset.empty() ? std::string("data set not recorded") : record.dataset;
      };
      known.insert(stage.name);
      if (!all_stages && stage.name != options.stage) continue;
      entries.push_back({value_of(options.rows), value_of(options.columns), &record, &stage});
    }
  }
  if (!entries.empty()) return entries;
  if (known.empty()) throw Error(ErrorKind::data, "cannot make a table: there is no finished run");
  throw Error(ErrorKind::usage, "--stage: expected one of " + quoted_list({known.begin(), known.end()}) + ", found '" +
                                    options.stage + "'");
}

std::vector<std::string> distinct(const std::vector<Entry>& entries, std::string Entry::*field) {
  std::vector<std::string> values;
  for (const Entry& entry : entries) {
    if (std::find(values.begin(), values.end(), entry.*field) == values.end()) values.push_back(entry.*field);
  }
  return values;
}

Cells cells_of(const std::vector<Entry>& entries) {
  Cells cells;
  for (const Entry& entry : entries) {
    Cell& cell = cells[{entry.row, entry.column}];
    check_addable(cell, entry);
    const auto [other, is_new] = cell.emplace(eval::RunKey{entry.record->fold, entry.record->seed}, &entry);
    if (is_new) continue;
    const std::string fold = entry.record->fold.empty() ? "" : "fold " + entry.record->fold + ", ";
    refuse(*other->second, entry, "has " + fold + "seed " + std::to_string(entry.record->seed) + " twice");
  }
  return cells;
}

const Cell* Comparison::cell(const std::string& row, const std::string& column) const {
  const auto found = cells.find({row, column});
  return found == cells.end() ? nullptr : &found->second;
}

std::vector<eval::ScoreByRun> Comparison::scores(const std::string& column, Metric metric) const {
  std::vector<eval::ScoreByRun> found;
  for (const std::string& row : rows) {
    const Cell* one = cell(row, column);
    found.push_back(one == nullptr ? eval::ScoreByRun() : scores_of(*one, metric));
  }
  return found;
}

bool Comparison::has(Metric metric) const {
  return std::find(options.metrics.begin(), options.metrics.end(), metric) != options.metrics.end();
}

bool Comparison::has_folds() const {
  return std::any_of(entries.begin(), entries.end(), [](const Entry& one) { return !one.record->fold.empty(); });
}

const char* title_of(Metric metric) {
  switch (metric) {
    case Metric::accuracy:
      return "accuracy";
    case Metric::balanced_accuracy:
      return "balanced accuracy";
    case Metric::macro_f1:
      return "macro F1";
    case Metric::weighted_f1:
      return "weighted F1";
    case Metric::cost:
      break;
  }
  return "cost";
}

eval::ScoreByRun scores_of(const Cell& cell, Metric metric) {
  eval::ScoreByRun scores;
  for (const auto& [run, entry] : cell) scores[run] = score_of(shown_scores(*entry->stage), metric);
  return scores;
}

eval::PairedDifference difference_in_points(const eval::ScoreByRun& method, const eval::ScoreByRun& reference) {
  std::vector<double> points = eval::paired_values(method, reference);
  for (double& point : points) point *= 100;
  return eval::paired_difference(points);
}

}  // namespace pskd::report
