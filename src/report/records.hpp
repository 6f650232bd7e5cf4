// What the table and the report both ask of a list of run records.
#pragma once

#include <string>
#include <vector>

#include "pskd/eval/run_record.hpp"
#include "report/table.hpp"

namespace pskd {

/// Throws Error(data) when there is no record, when a seed is there twice, or when the records do not share config
/// hash, protocol, selection rule, stages and classes: means over such records would be means over different things.
void check_same_experiment(const std::vector<RunRecord>& records);

/// The test part's scores or, in a protocol without one, the val part's. check_same_experiment has seen to it that one
/// exists.
const Scores& shown_scores(const StageResult& stage);

/// The stage the reports look at closely: the one named "student", else the last.
std::size_t student_stage(const std::vector<StageResult>& stages);

/// Rows: classes; columns: clips of the class, then the F1 of each stage in per cent, mean over seeds.
Table per_class_table(const std::vector<RunRecord>& records);

inline constexpr const char* kEnDash = "\u2013";
inline constexpr const char* kReconstruction = "our reconstruction of PSKD";
inline constexpr const char* kSharedSubjects =
    "SUBJECTS ARE SHARED BETWEEN TRAIN AND TEST: NOT COMPARABLE WITH CROSS-SUBJECT RESULTS";

/// With so many digits after the point.
std::string fixed(double value, int digits);

/// "93.3 ± 0.6"; one value has no standard deviation.
std::string mean_and_deviation(const std::vector<double>& shares);

/// In words.
std::string selection_rule(const std::string& selection);

}  // namespace pskd
