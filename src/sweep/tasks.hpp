// The runs of a sweep, one task for each setting, fold and seed, and where they stand.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/run_layout.hpp"
#include "config/sweep.hpp"

namespace pskd::sweep {

/// A stage that a task needs. Tasks with the same identity share it.
struct TaskStage {
  std::string name, identity;
  int epochs = 0;
};

struct SweepTask {
  std::string run;
  std::string fold;  ///< empty where the protocol has one split
  std::uint64_t seed = 0;
  config::Experiment experiment;  ///< resolved
  RunLayout layout;
  std::vector<TaskStage> stages;
  std::string problem;  ///< why it cannot even begin; empty: it can

  /// "label/1", with folds "label/fold-3/1".
  std::string name() const;
  /// Tells it from one of the same name with other settings.
  std::string unique_name() const { return name() + " " + ExperimentLayout{layout.experiment()}.config_hash(); }
};

enum class TaskState { done, running, queued, failed, waiting };

/// All tasks, run by run, fold by fold. A setting that does not fit its data set is a task with a problem.
std::vector<SweepTask> make_tasks(const config::Sweep& sweep);

/// The task of this name. Throws Error(usage) that lists those there are.
const SweepTask& find_task(const std::vector<SweepTask>& tasks, const std::string& name);

/// As the files of the run say, whoever trained or trains it; they do not know what is queued.
TaskState state_of(const SweepTask& task);

/// Holds the finished tasks to the recordings and files that the sweep names now. Throws Error(checkpoint) that says
/// which task is of others, and Error(data) where the recordings are not there.
void require_same_data(const std::vector<SweepTask>& tasks);

/// Why it failed, as its own process left it; empty when nobody did.
std::string failure_of(const SweepTask& task);
/// Not while another process trains the run, nor once it is done: then this failure is no longer of interest.
void note_failure(const SweepTask& task, const std::string& message);
void forget_failure(const SweepTask& task);

/// Calls `train`, which trains the task; notes why it failed unless a signal stopped it, and throws what it threw.
void note_if_failed(const SweepTask& task, const std::function<void()>& train);

/// Whether the task would have to wait for a stage that a running one trains, or is going to train, first.
bool shares_untrained_stage(const SweepTask& task, const std::vector<const SweepTask*>& running);

/// Seconds until every task is done by `jobs` processes: each stage that is left takes as long as those of its name in
/// finished runs took for an epoch. Negative while too little is finished to say.
double seconds_left(const std::vector<SweepTask>& tasks, int jobs);

}  // namespace pskd::sweep
