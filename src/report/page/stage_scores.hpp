// Confusion, F1 and accuracy by subject of a stage.
#pragma once

#include <array>
#include <vector>

#include "report/page/run_facts.hpp"

namespace pskd::report {

/// Percent of the clips for which a stage's accuracy is drawn.
inline constexpr std::array kCoverages = {100, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50};

/// {"confusion": [K][K] summed over seeds, "f1": [K], "subjects": [subjects] and "coverage": [kCoverages], the accuracy
/// on the surest clips, means over seeds}; the last two are null where a seed has no predictions.
Json stage_scores(const RunFacts& facts, std::size_t stage, const std::vector<Name>& subjects);

/// Everyone whose clips were predicted, ascending.
std::vector<Name> subjects_of(const RunFacts& facts);

}  // namespace pskd::report
