// The cells of a comparison: which scores belong to which row and column.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eval/statistics.hpp"
#include "report/comparison.hpp"

namespace pskd::report {

/// A stage of a record, and the row and column it belongs to.
struct Entry {
  std::string row, column;
  const eval::RunRecord* record;
  const eval::StageResult* stage;
};

/// Throws Error(data) where there is no record, Error(usage) where none has the stage.
std::vector<Entry> entries_of(const RunSet& runs, const ComparisonOptions& options);

/// Distinct values of a field, in the order in which they come.
std::vector<std::string> distinct(const std::vector<Entry>& entries, std::string Entry::*field);

using Cell = std::map<eval::RunKey, const Entry*>;
using Cells = std::map<std::pair<std::string, std::string>, Cell>;  // by row and column

/// Throws Error(data) when a cell would hold a run twice, or runs of different configs or files.
Cells cells_of(const std::vector<Entry>& entries);

/// What the parts of a table are made from.
struct Comparison {
  const RunSet& runs;
  const ComparisonOptions& options;
  std::vector<Entry> entries = {};
  std::vector<std::string> rows = {}, columns = {};  ///< names
  Cells cells = {};

  /// Null where it is empty.
  const Cell* cell(const std::string& row, const std::string& column) const;
  /// Of every row; none where the cell is empty.
  std::vector<eval::ScoreByRun> scores(const std::string& column, Metric metric) const;
  bool has(Metric metric) const;
  bool has_folds() const;
};

/// "accuracy"; how the table calls it.
const char* title_of(Metric metric);

/// Scores of each run of the cell, shares of 0 .. 1. Not for Metric::cost.
eval::ScoreByRun scores_of(const Cell& cell, Metric metric);

/// Method minus reference, paired by run, in points of 100.
eval::PairedDifference difference_in_points(const eval::ScoreByRun& method, const eval::ScoreByRun& reference);

}  // namespace pskd::report
