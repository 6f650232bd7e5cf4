#include "report/comparison_notes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "base/text.hpp"
#include "report/conditions.hpp"
#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

std::set<eval::RunKey> runs_of(const Cell& cell) {
  std::set<eval::RunKey> runs;
  for (const auto& [run, entry] : cell) runs.insert(run);
  return runs;
}

/// The runs that rows of the column lack, where others have them.
std::string lacking_runs(const Comparison& of, const std::string& column) {
  std::set<eval::RunKey> all;
  for (const Entry* entry : column_of(of.entries, column)) all.insert({entry->record->fold, entry->record->seed});
  std::string text;
  for (const std::string& row : of.rows) {
    const Cell* cell = of.cell(row, column);
    const std::string missing = cell == nullptr ? "" : missing_runs(runs_of(*cell), every_run(all));
    if (!missing.empty()) text += (text.empty() ? "'" : "; '") + row + "' lacks " + missing;
  }
  return text;
}

std::string classes_text(const Comparison& of, const std::string& column) {
  std::string what;
  std::vector<Metric> shown = of.options.metrics;
  shown.insert(shown.end(), of.options.beside.begin(), of.options.beside.end());
  for (const Metric metric : shown) {
    if (metric != Metric::macro_f1 && metric != Metric::balanced_accuracy) continue;
    what += (what.empty() ? "" : " and ") + std::string(title_of(metric));
  }
  if (what.empty()) return "";
  std::vector<const eval::StageResult*> stages;
  for (const Entry* entry : column_of(of.entries, column)) stages.push_back(entry->stage);
  return note_on_classes(stages, what);
}

std::string best_epochs(const Comparison& of, const std::string& column) {
  std::vector<std::string> rows;
  for (const std::string& row : of.rows) {
    const Cell* cell = of.cell(row, column);
    std::vector<std::string> epochs;
    for (const auto& [run, entry] : cell == nullptr ? Cell() : *cell) epochs.push_back(best_epoch_text(*entry->stage));
    std::erase(epochs, "");
    if (!epochs.empty()) rows.push_back(row + " " + joined(epochs));
  }
  return rows.empty() ? "" : kBestEpochs + joined(rows, "; ") + kTiesOfEpochs;
}

/// The most pairs of a row with the reference, in any column.
std::size_t most_pairs(const Comparison& of) {
  std::size_t most = 0;
  for (const std::string& column : of.columns) {
    const Cell* reference = of.cell(of.options.reference, column);
    for (const std::string& row : of.rows) {
      const Cell* cell = of.cell(row, column);
      if (row == of.options.reference || cell == nullptr || reference == nullptr) continue;
      most = std::max(
          most,
          eval::paired_values(scores_of(*cell, Metric::accuracy), scores_of(*reference, Metric::accuracy)).size());
    }
  }
  return most;
}

std::string difference_note(const Comparison& of) {
  const std::size_t pairs = most_pairs(of);
  std::string text = "difference to '" + of.options.reference + "' in points, paired by ";
  text += of.has_folds() ? "fold and seed, then averaged over the seeds of each fold" : "seed";
  text +=
      "; 95 % interval of its mean by Student's t (a dash where all differences are equal); p of the two-sided "
      "sign-flip test, then by Holm's procedure over the rows";
  if (pairs == 0) return text;
  return text + "; the smallest p that " + std::to_string(pairs) + (pairs == 1 ? " pair" : " pairs") + " can give is " +
         fixed(std::min(1.0, std::pow(2, 1 - static_cast<double>(pairs))), 3);
}

}  // namespace

std::vector<std::string> column_notes(const Comparison& of, const std::string& column) {
  std::vector<std::string> notes = condition_notes(column_of(of.entries, column), column, of.runs);
  for (const std::string& text : {lacking_runs(of, column), classes_text(of, column), best_epochs(of, column)}) {
    if (!text.empty()) notes.push_back(column + ": " + text);
  }
  return notes;
}

std::vector<std::string> reading_notes(const Comparison& of) {
  std::vector<std::string> notes;
  const ComparisonOptions& options = of.options;
  if (options.rows != Axis::stage && options.columns != Axis::stage) notes.push_back("stage: " + options.stage);
  const bool only_cost = options.metrics == std::vector<Metric>{Metric::cost};
  if (!only_cost) {
    notes.emplace_back(of.has_folds()
                           ? "mean \u00b1 standard deviation (n - 1) over n folds, each the mean over its seeds"
                           : "mean \u00b1 standard deviation (n - 1) over n seeds");
    if (!options.reference.empty()) notes.push_back(difference_note(of));
    if (of.rows.size() > 1) {
      notes.emplace_back(
          "a row is the best where its mean is the highest and its paired difference to every other row is "
          "significant: t test, Holm's procedure over the rows, 5 %");
    }
  }
  if (of.has(Metric::cost)) {
    notes.emplace_back(
        "MACs: multiply-adds for one clip; size: parameters and buffers as 32-bit floats; int8: weights as `pskd "
        "export "
        "--quantize int8` writes them; latency: one clip on one thread, median of runs and seeds, on the machine that "
        "trained");
  }
  for (const std::string& note : unfinished_notes(of.runs)) notes.push_back(note);
  std::vector<const eval::RunRecord*> records;
  for (const Entry& entry : of.entries) records.push_back(entry.record);
  if (const std::string versions = note_on_versions(records); !versions.empty()) notes.push_back(versions);
  notes.emplace_back(kReconstruction);
  return notes;
}

}  // namespace pskd::report
