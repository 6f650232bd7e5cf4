// Confusion, F1 and accuracy by subject of a stage.
#pragma once

#include <vector>

#include "report/page/run_facts.hpp"

namespace pskd::report {

/// {"confusion": [K][K] summed over seeds, "f1": [K] and "subjects": [subjects], means over seeds}; subjects is null
/// where a seed has no predictions.
Json stage_scores(const RunFacts& facts, std::size_t stage, const std::vector<Name>& subjects);

/// Everyone whose clips were predicted, ascending.
std::vector<Name> subjects_of(const RunFacts& facts);

}  // namespace pskd::report
