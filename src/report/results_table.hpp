// The results of one experiment: a row a stage, or a row a class.
#pragma once

#include <vector>

#include "pskd/eval/run_record.hpp"
#include "report/table.hpp"

namespace pskd::report {

/// Rows: stages in training order; columns: accuracy, balanced accuracy and macro F1 (per cent, mean and standard
/// deviation over seeds or folds, see eval::unit_values), of folds also the accuracy on the clips of all of them
/// together, n, parameters, epochs, training seconds (mean). Scores are of the test part or, in a protocol without one,
/// of the val part. Throws Error(data) when there is no record, when a seed is there twice, or when the records do not
/// share config hash, protocol, selection rule, stages and classes.
Table results_table(const std::vector<eval::RunRecord>& records);

/// Rows: folds; columns: what they are tested on, clips, and the accuracy of each stage in per cent, mean and standard
/// deviation over seeds. No row where the protocol has one split.
Table folds_table(const std::vector<eval::RunRecord>& records);

/// Rows: classes; columns: clips of the class, then the F1 of each stage in per cent, mean over seeds, the
/// clips of all folds together;
/// a dash for a class without clips.
Table per_class_table(const std::vector<eval::RunRecord>& records);

}  // namespace pskd::report
