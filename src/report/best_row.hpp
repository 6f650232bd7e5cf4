// Which row of a table is the best, where the statistics allow saying so.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "eval/statistics.hpp"

namespace pskd::report {

struct BestRow {
  std::size_t row = 0;                     ///< that of the highest mean, the first of equal ones
  std::vector<std::size_t> not_told_from;  ///< rows from which it cannot be told; none: it is the best
};

/// The paired t test of the highest row against every other one, adjusted by Holm's procedure, must be below 5 %. Not
/// the sign-flip test: with three seeds its p is never below 0.25. Rows without scores are left out. None for fewer
/// than two rows.
std::optional<BestRow> best_row(const std::vector<eval::ScoreByRun>& rows);

}  // namespace pskd::report
