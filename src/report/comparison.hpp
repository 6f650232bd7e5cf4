// Tables that put methods side by side: means over seeds, and differences paired by seed.
#pragma once

#include <string>
#include <vector>

#include "eval/statistics.hpp"
#include "pskd/eval/run_record.hpp"
#include "report/table.hpp"

namespace pskd::report {

/// What rows and columns of a comparison are: the run's name (a sweep's setting), that with the sweep before it, so
/// that settings of several sweeps stay apart, the data set, or the stage.
enum class Axis { method, run, dataset, stage };
enum class Metric { accuracy, macro_f1, cost };

struct ComparisonOptions {
  Axis rows = Axis::method, columns = Axis::dataset;  ///< not the same
  Metric metric = Metric::accuracy;
  std::string stage = "student";  ///< whose scores, unless rows or columns are stages
  std::string reference = {};     ///< row that the others are compared with; empty: no differences
};

/// Accuracy and macro F1: per cent, mean and standard deviation over seeds, n. With a reference also the mean
/// difference in points over the seeds that both rows have, its 95 % t interval, the sign-flip p and that p by
/// Holm's procedure over the rows of the column (eval/statistics.hpp). Rows and columns in the order of the records. No
/// wall-clock time, so that the same results give the same bytes. Cost: parameters, those that only training needed,
/// multiply-adds, size, and latency, which is a time. Throws Error(data) when a column mixes protocols, selection
/// rules, clips or the sharing of subjects, when a cell holds a seed twice or different configs, and when nothing fits;
/// Error(usage) when there is no such reference or stage.
Table comparison_table(const std::vector<eval::RunRecord>& records, const ComparisonOptions& options);

/// McNemar's test of two single models from their predictions on the same clips.
Table mcnemar_table(const std::string& first, const std::string& second, const eval::McNemar& result);

}  // namespace pskd::report
