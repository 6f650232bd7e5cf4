// The launcher that hands the runs of a sweep to Slurm.
#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "sweep/launch.hpp"

namespace pskd::sweep {

/// Submits the tasks that are not done and that Slurm does not have, and says so on `out`. Those that would wait, with
/// a core of their own, for a stage that another one trains first are a second array, which begins after the first.
/// Returns the tasks that cannot begin. Throws Error(usage) where Slurm is missing or refuses.
std::vector<TaskFailure> submit_to_slurm(const SweepLaunch& launch, const config::Sweep& sweep,
                                         const std::vector<SweepTask>& tasks, std::ostream& out);

/// The unique names of the sweep's tasks that wait or run in Slurm. Throws Error(usage) when Slurm cannot tell.
std::set<std::string> queued_tasks(const config::Sweep& sweep);

}  // namespace pskd::sweep
