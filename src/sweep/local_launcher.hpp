// The launcher that trains a sweep on this machine, several runs at a time.
#pragma once

#include <vector>

#include "sweep/launch.hpp"

namespace pskd::sweep {

/// Trains the tasks that are not done, each in a process of its own, `launch.jobs` at a time. A task that would wait
/// for a stage another one trains begins later. A stop signal is passed on; once every process has saved, throws
/// Stopped.
std::vector<TaskFailure> train_here(const SweepLaunch& launch, const std::vector<SweepTask>& tasks);

}  // namespace pskd::sweep
