// The accuracy on the clips of which a model is surest.
#pragma once

#include <vector>

#include "pskd/eval/run_record.hpp"
#include "report/table.hpp"

namespace pskd::report {

/// A row for each share of the clips and, where a run has test and validation clips, one for what the rule for none
/// leaves, which is fitted on the latter (eval/none_rule.hpp); a column for each stage, of the part whose scores are
/// shown. Read from the predictions in the runs' folders: a stage of which a file is missing has dashes, and where all
/// have, there are no rows. Records of one experiment. Throws Error(data), Error(io) for a file that is broken.
Table coverage_table(const std::vector<eval::RunRecord>& records);

}  // namespace pskd::report
