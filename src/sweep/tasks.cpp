#include "sweep/tasks.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "base/system_trouble.hpp"
#include "data/readers/registry.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "pskd/eval/run_record.hpp"
#include "pskd/train/run.hpp"
#include "train/inputs.hpp"
#include "train/manifest.hpp"
#include "train/stage_key.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;

/// A stage gets its checkpoint in a run's folder when it is complete.
bool is_trained(const SweepTask& task, const TaskStage& stage) {
  return fs::exists(task.layout.stage(stage.name).checkpoint("last"));
}

/// Which clips stages read, as the config says: the recordings need not be there.
std::string read_clips(const config::DataConfig& data, const config::ProtocolConfig& protocol) {
  config::Experiment read;
  read.data = data;
  read.protocol.name = config::kExplicit;
  read.protocol.classes = protocol.classes;
  read.protocol.train = protocol.train;
  read.protocol.val = protocol.val;
  return config::config_hash(read);
}

void add_seeds(std::vector<SweepTask>& tasks, const SweepTask& of_fold) {
  for (const std::uint64_t seed : of_fold.experiment.seeds) {
    SweepTask& one = tasks.emplace_back(of_fold);
    one.seed = seed;
    one.layout = ExperimentLayout{train::experiment_folder(one.experiment)}.run(seed, one.fold);
    for (TaskStage& stage : one.stages) stage.identity.append("/").append(std::to_string(seed));
  }
}

void add_folds(std::vector<SweepTask>& tasks, const config::SweepRun& run) {
  SweepTask task;
  task.run = run.name;
  task.experiment = run.experiment;
  std::vector<data::Fold> folds;
  try {
    const data::DatasetInfo info = data::readers::dataset_info(run.experiment.data);
    task.experiment.protocol = data::resolve_protocol(run.experiment.protocol, info);
    folds = data::resolve_folds(task.experiment.protocol, info);
  } catch (const Error& error) {
    task.problem = error.what();
    add_seeds(tasks, task);
  }
  for (const data::Fold& fold : folds) {
    SweepTask of_fold = task;
    of_fold.fold = fold.name;
    for (const config::StageConfig& stage : task.experiment.stages) {
      std::string identity = train::stage_hash(task.experiment, stage.name);
      identity.append("/").append(read_clips(task.experiment.data, fold.protocol));
      of_fold.stages.push_back({stage.name, std::move(identity), stage.epochs});
    }
    add_seeds(tasks, of_fold);
  }
}

}  // namespace

std::string SweepTask::name() const {
  std::string text = run + "/";
  if (!fold.empty()) text.append("fold-").append(fold).append("/");
  return text.append(std::to_string(seed));
}

std::vector<SweepTask> make_tasks(const config::Sweep& sweep) {
  std::vector<SweepTask> tasks;
  for (const config::SweepRun& run : sweep.runs) add_folds(tasks, run);
  return tasks;
}

const SweepTask& find_task(const std::vector<SweepTask>& tasks, const std::string& name) {
  std::string names;
  for (const SweepTask& task : tasks) {
    if (task.name() == name) return task;
    names.append(" ").append(task.name());
  }
  throw Error(ErrorKind::usage, "--only: expected one of" + names + ", found '" + name + "'");
}

TaskState state_of(const SweepTask& task) {
  if (!task.problem.empty()) return TaskState::failed;
  if (fs::exists(task.layout.result())) return TaskState::done;
  if (is_locked(task.layout.lock())) return TaskState::running;
  return fs::exists(task.layout.error()) ? TaskState::failed : TaskState::waiting;
}

void require_same_data(const std::vector<SweepTask>& tasks) {
  std::map<std::filesystem::path, std::string> data_hashes;  // by the clip store, whose name is that of the data config
  for (const SweepTask& task : tasks) {
    if (state_of(task) != TaskState::done) continue;
    const data::Reader reader = data::readers::make_reader(task.experiment.data);
    std::string& data_hash = data_hashes[data::store::store_path(task.experiment.data)];
    if (data_hash.empty()) data_hash = data::store::load_dataset(reader, task.experiment.data).hash;
    train::require_same_data(task.layout.result(), eval::read_finished_run(task.layout), data_hash,
                             train::hash_inputs(task.experiment, reader));
  }
}

std::string failure_of(const SweepTask& task) {
  if (!task.problem.empty()) return task.problem;
  return fs::exists(task.layout.error()) ? read_file(task.layout.error()) : "";
}

void note_failure(const SweepTask& task, const std::string& message) {
  const auto lock = FileLock::unless_held(task.layout.lock());
  if (!lock || fs::exists(task.layout.result())) return;
  write_file_atomically(task.layout.error(), message);
}

void forget_failure(const SweepTask& task) { fs::remove(task.layout.error()); }

void note_if_failed(const SweepTask& task, const std::function<void()>& train) {
  try {
    train();
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    const std::optional<Error> trouble = system_trouble(error);
    try {
      note_failure(task, trouble ? trouble->what() : error.what());
    } catch (const Error&) {  // a full disk, say: what is thrown below tells more
    }
    throw;
  }
}

bool shares_untrained_stage(const SweepTask& task, const std::vector<const SweepTask*>& running) {
  std::set<std::string> training;
  for (const SweepTask* other : running) {
    for (const TaskStage& stage : other->stages) {
      if (!is_trained(*other, stage)) training.insert(stage.identity);
    }
  }
  return std::any_of(task.stages.begin(), task.stages.end(),
                     [&](const TaskStage& stage) { return training.contains(stage.identity); });
}

double seconds_left(const std::vector<SweepTask>& tasks, int jobs) {
  struct Time {
    double seconds = 0, epochs = 0;
  };
  std::map<std::string, Time> times;
  std::set<std::string> trained;
  for (const SweepTask& task : tasks) {
    for (const TaskStage& stage : task.stages) {
      if (is_trained(task, stage)) trained.insert(stage.identity);
    }
    if (state_of(task) != TaskState::done) continue;
    for (const eval::StageResult& stage : eval::read_run_record(task.layout.result()).stages) {
      times[stage.name].seconds += stage.seconds;
      times[stage.name].epochs += stage.epochs;
    }
  }
  double left = 0;
  for (const SweepTask& task : tasks) {
    if (!task.problem.empty()) continue;
    for (const TaskStage& stage : task.stages) {
      if (!trained.insert(stage.identity).second) continue;
      const Time& time = times[stage.name];
      if (time.epochs == 0) return -1;
      left += stage.epochs * time.seconds / time.epochs;
    }
  }
  return left / jobs;
}

}  // namespace pskd::sweep
