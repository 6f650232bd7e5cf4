// Tables that put methods side by side: means over seeds or folds, and paired differences.
#pragma once

#include <string>
#include <vector>

#include "eval/statistics.hpp"
#include "report/run_search.hpp"
#include "report/table.hpp"

namespace pskd::report {

/// What rows and columns of a comparison are: the run's name (a sweep's setting), that with the sweep before it, the
/// data set, or the stage.
enum class Axis { method, run, dataset, stage };
enum class Metric { accuracy, balanced_accuracy, macro_f1, weighted_f1, cost };
/// Of rows: as the runs come, the first score of the first column from high to low, or by name.
enum class Order { given, score, name };

/// What stands beside the accuracy where nothing else is asked for: accuracy alone hides rare classes.
inline const std::vector<Metric> kBesideAccuracy = {Metric::balanced_accuracy, Metric::macro_f1};

struct ComparisonOptions {
  Axis rows = Axis::method, columns = Axis::dataset;  ///< not the same
  std::vector<Metric> metrics = {Metric::accuracy};   ///< each once, side by side
  std::vector<Metric> beside = {};                    ///< further scores behind them, without differences
  std::string stage = "student";                      ///< whose scores, unless rows or columns are stages
  std::string reference = {};                         ///< row that the others are compared with; empty: no differences
  Order sort = Order::given;
};

/// Scores: per cent, mean and standard deviation over seeds or folds (eval::unit_values), n. With a reference also the
/// mean difference in points over the runs that both rows have, its 95 % t interval, the sign-flip p and that p by
/// Holm's procedure over the rows of the column (eval/statistics.hpp). The highest mean of a score is marked where
/// best_row allows it. Rows are called as run_names says; those of a grid have a column for each axis. No wall-clock
/// time, so that the same results give the same bytes. Cost: parameters, those that only training needed,
/// multiply-adds, size, that in 8-bit integers, and latency, which is a time. Throws Error(data) when a column mixes
/// what cannot be compared (check_column), when a cell holds a run twice or different configs, and when nothing fits;
/// Error(usage) when there is no such reference or stage, or several rows have the reference's name.
Table comparison_table(const RunSet& runs, const ComparisonOptions& options);

/// McNemar's test of two single models, the same stage of two runs, from their predictions on the same clips.
Table mcnemar_table(const std::string& first, const std::string& second, const std::string& stage,
                    const eval::McNemar& result);

}  // namespace pskd::report
