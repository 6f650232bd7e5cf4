#include "sweep/slurm_launcher.hpp"

#include <spdlog/fmt/fmt.h>

#include <filesystem>

#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "sweep/slurm.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;

fs::path slurm_folder(const config::Sweep& sweep) { return SweepLayout{sweep.folder}.slurm(); }

/// One job array; returns its id.
std::string submit_tasks(const SweepLaunch& launch, const config::Sweep& sweep,
                         const std::vector<const SweepTask*>& tasks, const std::string& after, std::ostream& out) {
  SlurmArray array{.name = "pskd-" + sweep.name, .tasks = {}, .limit = launch.jobs, .after = after, .program = {}};
  for (const SweepTask* task : tasks) {
    forget_failure(*task);
    array.tasks.push_back(task->unique_name());
  }
  array.program = task_arguments(launch, fs::absolute(launch.config).string());
  array.program.insert(array.program.begin(), fs::read_symlink("/proc/self/exe").string());
  const std::string id = submit_array(array, slurm_folder(sweep));
  out << fmt::format("job {}: {} runs{}\n", id, tasks.size(),
                     after.empty() ? "" : ", which share stages with job " + after + " and begin after it");
  return id;
}

}  // namespace

std::set<std::string> queued_tasks(const config::Sweep& sweep) { return tasks_in_slurm(slurm_folder(sweep)); }

std::vector<TaskFailure> submit_to_slurm(const SweepLaunch& launch, const config::Sweep& sweep,
                                         const std::vector<SweepTask>& tasks, std::ostream& out) {
  const FileLock lock(slurm_folder(sweep) / ".lock");
  const std::set<std::string> queued = queued_tasks(sweep);
  std::vector<const SweepTask*> first, second;
  std::vector<TaskFailure> failures;
  std::size_t done = 0, begun = 0;
  for (const SweepTask& task : tasks) {
    const TaskState state = state_of(task);
    if (!task.problem.empty()) {
      failures.push_back({&task, exit_code(ErrorKind::config)});
    } else if (state == TaskState::done) {
      ++done;
    } else if (state == TaskState::running || queued.contains(task.unique_name())) {
      ++begun;
    } else {
      (shares_untrained_stage(task, first) ? second : first).push_back(&task);
    }
  }
  out << fmt::format("{} runs: {} done, {} running or queued, {} to submit\n", tasks.size(), done, begun,
                     first.size() + second.size());
  if (!first.empty()) {
    const std::string id = submit_tasks(launch, sweep, first, "", out);
    if (!second.empty()) submit_tasks(launch, sweep, second, id, out);
    out << "look with: pskd sweep --status, or squeue --me; output: " << slurm_folder(sweep).string() << '\n';
  }
  return failures;
}

}  // namespace pskd::sweep
