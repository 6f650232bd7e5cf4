// Where a sweep stands, for people.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sweep/tasks.hpp"

namespace pskd::sweep {

/// A line for each task, then how many are in which state and the time left with `jobs` at a time. `queued` holds the
/// unique names of those that wait in Slurm.
std::string status_text(const std::vector<SweepTask>& tasks, const std::set<std::string>& queued, int jobs);

/// "1 h 02 min", "3 min", "12 s".
std::string time_text(double seconds);

}  // namespace pskd::sweep
