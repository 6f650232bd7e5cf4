#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <list>
#include <map>
#include <set>
#include <thread>

#include "base/child_process.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/stop_signal.hpp"
#include "pskd/base/error.hpp"
#include "pskd/train/run.hpp"
#include "records.hpp"
#include "report/markdown_report.hpp"
#include "report/table.hpp"
#include "slurm.hpp"
#include "sweep_tasks.hpp"
#include "torch_verbs.hpp"

namespace {

struct Options {
  ConfigOptions config;
  int jobs = 0;  ///< 0: not said
  std::string only, launcher = "local";
  bool status = false, tensorboard = false, quiet = false;
};

/// Every process of a sweep trains with one thread, so that its numbers do not depend on how many there are.
constexpr int kThreads = 1;

std::string time_text(double seconds) {
  const long minutes = std::lround(seconds / 60);
  if (minutes >= 60) return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
  return minutes > 0 ? fmt::format("{} min", minutes) : fmt::format("{:.0f} s", seconds);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

const char* state_name(TaskState state) {
  switch (state) {
    case TaskState::done:
      return "done";
    case TaskState::running:
      return "running";
    case TaskState::queued:
      return "queued";
    case TaskState::failed:
      return "failed";
    case TaskState::waiting:
      return "waiting";
  }
  return "";
}

/// What Slurm's tasks are told apart by: one of the same name may have been submitted with other settings.
std::string slurm_task(const SweepTask& task) {
  return task.name() + " " + task.folder.parent_path().filename().string();
}

/// Where arrays of this sweep are submitted from.
std::filesystem::path slurm_folder(const pskd::Sweep& sweep) { return sweep.folder / "slurm"; }

/// As tasks_in_slurm; where Slurm cannot be asked, that is said and the rest shown.
std::set<std::string> queued_tasks(const pskd::Sweep& sweep) {
  try {
    return tasks_in_slurm(slurm_folder(sweep));
  } catch (const pskd::Error& error) {
    std::cout << error.what() << "\nruns that wait in Slurm are shown as waiting\n";
    return {};
  }
}

void show_status(const std::vector<SweepTask>& tasks, const std::set<std::string>& queued, int jobs) {
  std::map<TaskState, int> counts;
  std::size_t width = 0;
  for (const SweepTask& task : tasks) width = std::max(width, task.name().size());
  for (const SweepTask& task : tasks) {
    TaskState state = state_of(task);
    if (state == TaskState::waiting && queued.contains(slurm_task(task))) state = TaskState::queued;
    ++counts[state];
    std::cout << fmt::format("{:<{}}  {:<8} {}\n", task.name(), width, state_name(state),
                             state == TaskState::failed ? first_line(failure_of(task)) : task.folder.string());
  }
  std::vector<std::string> summary;
  for (const auto& [state, count] : counts) summary.push_back(fmt::format("{} {}", count, state_name(state)));
  const double left = seconds_left(tasks, jobs);
  if (left > 0) summary.push_back(fmt::format("about {} left with {} at a time", time_text(left), jobs));
  if (left < 0) summary.emplace_back("time left: not known before a run is done");
  std::cout << fmt::format("{}\n", fmt::join(summary, ", "));
}

const SweepTask& find_task(const std::vector<SweepTask>& tasks, const std::string& name) {
  std::string names;
  for (const SweepTask& task : tasks) {
    if (task.name() == name) return task;
    names += " " + task.name();
  }
  throw pskd::Error(pskd::ErrorKind::usage, "--only: expected one of" + names + ", found '" + name + "'");
}

void train_task(const Options& options, const pskd::Sweep& sweep, const SweepTask& task) {
  if (!task.problem.empty()) throw pskd::Error(pskd::ErrorKind::config, task.problem);
  forget_failure(task);
  try {
    pskd::TrainingSetup setup = pskd::prepare_training(task.experiment);
    setup.stage_store = sweep.folder / "stages";
    setup.event_files = options.tensorboard;
    train_seed(setup, task.seed, pskd::Existing::resume);
  } catch (const pskd::Stopped&) {
    throw;
  } catch (const std::exception& error) {
    note_failure(task, error.what());
    throw;
  }
}

using Failures = std::vector<std::pair<const SweepTask*, int>>;  ///< with exit codes

/// Tells what failed and why, after all else is done; the exit code is that of the first failure.
void report(const Failures& failures, std::size_t tasks, const std::string& others) {
  if (failures.empty()) return;
  std::string text = fmt::format("{} of {} runs failed; the others are {}:", failures.size(), tasks, others);
  for (const auto& [task, code] : failures) text += fmt::format("\n{}: {}", task->name(), failure_of(*task));
  for (const pskd::ErrorKind kind :
       {pskd::ErrorKind::config, pskd::ErrorKind::data, pskd::ErrorKind::diverged, pskd::ErrorKind::checkpoint}) {
    if (pskd::exit_code(kind) == failures.front().second) throw pskd::Error(kind, text);
  }
  throw std::runtime_error(text);
}

/// What follows the program's name, up to --only, where it is to train one task.
std::vector<std::string> task_options(const Options& options, const std::string& config) {
  std::vector<std::string> words = {"sweep", "--config", config};
  for (const std::string& setting : options.config.overrides) words.insert(words.end(), {"--set", setting});
  if (options.tensorboard) words.emplace_back("--tensorboard");
  return words;
}

/// Trains the tasks of a sweep in child processes.
class Pool {
 public:
  Pool(const Options& options, const std::vector<SweepTask>& tasks) : options_(options), tasks_(tasks) {
    for (const SweepTask& task : tasks_) {
      if (!task.problem.empty()) {
        fail(task, pskd::exit_code(pskd::ErrorKind::config));
      } else if (state_of(task) != TaskState::done) {
        waiting_.push_back(&task);
      }
    }
  }

  /// Until nothing is left, or a stop signal has come and every child has saved.
  void run() {
    spdlog::info("{} runs, {} to train, {} at a time", tasks_.size(), waiting_.size(), options_.jobs);
    bool stopping = false;
    while (!running_.empty() || (!waiting_.empty() && !stopping)) {
      if (pskd::stop_signal() != 0 && !stopping) {
        stopping = true;
        spdlog::info("stopping: waiting for {} runs to save", running_.size());
        for (const Job& job : running_) job.process.stop();
      }
      if (!stopping) start_jobs();
      collect();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    if (stopping) throw pskd::Stopped(pskd::stop_signal());
  }

  const Failures& failures() const { return failures_; }

 private:
  struct Job {
    const SweepTask* task;
    pskd::ChildProcess process;
    std::chrono::steady_clock::time_point start;
  };

  void start_jobs() {
    for (auto next = waiting_.begin(); next != waiting_.end() && std::ssize(running_) < options_.jobs;) {
      std::vector<const SweepTask*> training;
      for (const Job& job : running_) training.push_back(job.task);
      if (shares_untrained_stage(**next, training)) {
        ++next;
        continue;
      }
      start(**next);
      next = waiting_.erase(next);
    }
  }

  void start(const SweepTask& task) {
    std::vector<std::string> arguments = task_options(options_, options_.config.file);
    arguments.insert(arguments.end(), {"--only", task.name()});
    forget_failure(task);
    spdlog::info("{}: starts", task.name());
    running_.push_back({&task, pskd::ChildProcess(arguments), std::chrono::steady_clock::now()});
  }

  void collect() {
    for (auto job = running_.begin(); job != running_.end();) {
      const std::optional<int> code = job->process.poll();
      if (!code) {
        ++job;
        continue;
      }
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - job->start).count();
      if (*code == 0) {
        spdlog::info("{}: done after {}; {} running, {} waiting", job->task->name(), time_text(seconds),
                     running_.size() - 1, waiting_.size());
      } else if (pskd::stop_signal() == 0) {
        fail(*job->task, *code);
      }
      job = running_.erase(job);
    }
  }

  void fail(const SweepTask& task, int code) {
    if (failure_of(task).empty()) {
      note_failure(
          task, fmt::format("its process ended with exit code {}; see {}", code, (task.folder / "log.txt").string()));
    }
    spdlog::error("{}: failed: {}", task.name(), first_line(failure_of(task)));
    failures_.emplace_back(&task, code);
  }

  const Options& options_;
  const std::vector<SweepTask>& tasks_;
  std::list<const SweepTask*> waiting_;
  std::list<Job> running_;
  Failures failures_;
};

Failures train_here(const Options& options, const std::vector<SweepTask>& tasks) {
  Pool pool(options, tasks);
  pool.run();
  return pool.failures();
}

/// One job array; returns its id.
std::string submit_tasks(const Options& options, const pskd::Sweep& sweep, const std::vector<const SweepTask*>& tasks,
                         const std::string& after) {
  SlurmArray array{.name = "pskd-" + sweep.name, .tasks = {}, .limit = options.jobs, .after = after, .program = {}};
  for (const SweepTask* task : tasks) {
    forget_failure(*task);
    array.tasks.push_back(slurm_task(*task));
  }
  array.program = task_options(options, std::filesystem::absolute(options.config.file).string());
  array.program.insert(array.program.begin(), std::filesystem::read_symlink("/proc/self/exe").string());
  const std::string id = submit(array, slurm_folder(sweep));
  std::cout << fmt::format("job {}: {} runs{}\n", id, tasks.size(),
                           after.empty() ? "" : ", which share stages with job " + after + " and begin after it");
  return id;
}

/// Hands Slurm the tasks that are not done and that it does not have. Those that would wait, with a core of their own,
/// for a stage that another one trains first are a second array, which begins after the first.
Failures submit_to_slurm(const Options& options, const pskd::Sweep& sweep, const std::vector<SweepTask>& tasks) {
  const pskd::FileLock lock(slurm_folder(sweep) / ".lock");
  const std::set<std::string> queued = tasks_in_slurm(slurm_folder(sweep));
  std::vector<const SweepTask*> first, second;
  Failures failures;
  std::size_t done = 0, begun = 0;
  for (const SweepTask& task : tasks) {
    const TaskState state = state_of(task);
    if (!task.problem.empty()) {
      failures.emplace_back(&task, pskd::exit_code(pskd::ErrorKind::config));
    } else if (state == TaskState::done) {
      ++done;
    } else if (state == TaskState::running || queued.contains(slurm_task(task))) {
      ++begun;
    } else {
      (shares_untrained_stage(task, first) ? second : first).push_back(&task);
    }
  }
  std::cout << fmt::format("{} runs: {} done, {} running or queued, {} to submit\n", tasks.size(), done, begun,
                           first.size() + second.size());
  if (!first.empty()) {
    const std::string id = submit_tasks(options, sweep, first, "");
    if (!second.empty()) submit_tasks(options, sweep, second, id);
    std::cout << "look with: pskd sweep --status, or squeue --me; output: " << slurm_folder(sweep).string() << '\n';
  }
  return failures;
}

/// Returns whether there is anything to report.
bool write_reports(const std::vector<SweepTask>& tasks, bool tensorboard) {
  std::set<std::filesystem::path> folders;
  for (const SweepTask& task : tasks) {
    if (state_of(task) != TaskState::done) continue;
    folders.insert(task.folder.parent_path());
    if (tensorboard) write_event_files(task.folder);  // of runs that were done before they were asked for
  }
  for (const std::filesystem::path& folder : folders) pskd::write_report(folder);
  return !folders.empty();
}

void run(Options options) {
  const pskd::Sweep sweep = pskd::load_sweep(options.config.file, options.config.overrides);
  const std::vector<SweepTask> tasks = make_tasks(sweep);
  const bool slurm = options.launcher == "slurm";
  if (options.jobs == 0 && !slurm) options.jobs = pskd::process_setup().cores;
  if (options.status) return show_status(tasks, queued_tasks(sweep), std::max(1, options.jobs));
  if (!options.only.empty()) prepare(kThreads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  if (!options.only.empty()) return train_task(options, sweep, find_task(tasks, options.only));
  const Failures failures = slurm ? submit_to_slurm(options, sweep, tasks) : train_here(options, tasks);
  const bool results = write_reports(tasks, options.tensorboard);
  const auto ended = [](const SweepTask& task) {
    const TaskState state = state_of(task);
    return state == TaskState::done || state == TaskState::failed;
  };
  if (std::all_of(tasks.begin(), tasks.end(), ended)) pskd::discard_answers(sweep.folder / "stages");
  if (results) std::cout << "results: pskd table " << sweep.folder.string() << '\n' << std::flush;
  report(failures, tasks.size(), slurm ? "submitted" : "done");
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = add_torch_verb(app, "sweep");
  options->config.add_to(*verb);
  verb->add_option("--jobs", options->jobs, "runs at a time, one thread each (default: one a core)")
      ->check(CLI::PositiveNumber);
  CLI::Option* only =
      verb->add_option("--only", options->only, "train this one run and seed, in this process")->type_name("RUN/SEED");
  verb->add_option("--launcher", options->launcher,
                   "local (default), or slurm: submit a job array and return; --jobs limits its runs at a time")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->excludes(only);
  verb->add_flag("--status", options->status, "what is done, running, queued, failed and waiting, and the time left")
      ->excludes(only);
  verb->add_flag("--tensorboard", options->tensorboard, "also write event files: tensorboard --logdir runs/<sweep>");
  verb->add_flag("--quiet", options->quiet, "no progress, only warnings and errors");
  verb->footer(
      "Finished runs are skipped and stopped ones go on, so the same command continues a sweep. Stages that several\n"
      "runs share are trained once. A run that fails is reported at the end and does not stop the others.\n"
      "With --launcher slurm each run is a task of one core. sbatch itself reads partition, time limit, memory and so\n"
      "on from the environment: SBATCH_PARTITION, SBATCH_TIMELIMIT, SBATCH_MEM_PER_CPU (man sbatch). The same command\n"
      "submits again what was killed or has failed and, when all runs are done, writes their reports.\n"
      "Examples:\n"
      "  pskd sweep --config configs/sweeps/methods.yaml\n"
      "  pskd sweep --config configs/ablations/acs.yaml --jobs 2 --set 'seeds=[1, 2, 3, 4, 5]'\n"
      "  pskd sweep --config configs/ablations/acs.yaml --status\n"
      "  pskd sweep --config configs/ablations/acs.yaml --only soft/1\n"
      "  SBATCH_TIMELIMIT=2:00:00 pskd sweep --config configs/sweeps/methods.yaml --launcher slurm --jobs 16");
  verb->callback([options] { run(*options); });
}
