// What the launchers of a sweep share: how a process that trains one task is started, and which tasks failed.
#pragma once

#include <string>
#include <vector>

#include "config/sweep.hpp"
#include "sweep/tasks.hpp"

namespace pskd::sweep {

/// Every process of a sweep trains with one thread, so that its numbers do not depend on how many there are.
inline constexpr int kTaskThreads = 1;

/// How a sweep was asked for, or an experiment whose runs are trained like those of a sweep. Its processes are given
/// the same file and settings.
struct SweepLaunch {
  std::string config;                  ///< its file
  std::vector<std::string> overrides;  ///< of its keys
  int jobs = 0;                        ///< runs at a time; 0, Slurm only: as many as there is room for
  bool event_files = false;
  std::vector<std::string> verb = {"sweep"};  ///< of a task's process, with options that every task has
};

/// What follows the program's name, up to --only, where it is to train one task of the sweep in `config`.
std::vector<std::string> task_arguments(const SweepLaunch& launch, const std::string& config);

/// Trains the task in this process; a finished one is left alone. Why it failed is noted for other processes.
void train_task(const config::Sweep& sweep, const SweepTask& task, bool event_files);

struct TaskFailure {
  const SweepTask* task = nullptr;
  int exit_code = 0;
  std::string why = {};  ///< where the run's folder does not say it
};

/// Tells what failed and why, after all else is done: throws an Error of the kind that the first failure had. `others`
/// is what became of the other `tasks`: "done".
void throw_failures(const std::vector<TaskFailure>& failures, std::size_t tasks, const std::string& others);

}  // namespace pskd::sweep
