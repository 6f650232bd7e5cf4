#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>

#include "base/cores.hpp"
#include "base/stop_signal.hpp"
#include "base/text.hpp"
#include "installation.hpp"
#include "pskd/base/error.hpp"
#include "report/closing_line.hpp"
#include "report/comparison.hpp"
#include "report/markdown_report.hpp"
#include "report/records.hpp"
#include "report/row_names.hpp"
#include "sweep/local_launcher.hpp"
#include "sweep/slurm_launcher.hpp"
#include "sweep/status.hpp"
#include "torch_verbs.hpp"
#include "train/logging/event_file.hpp"

namespace {

struct SweepOptions {
  ConfigOptions config;
  pskd::sweep::SweepLaunch launch;
  std::optional<std::string> only;
  std::string launcher = "local";
  bool status = false, quiet = false;
};

using Tasks = std::vector<pskd::sweep::SweepTask>;

/// Where Slurm cannot be asked, that is said and the rest shown.
void show_status(const pskd::config::Sweep& sweep, const Tasks& tasks, int jobs) {
  std::set<std::string> queued;
  try {
    queued = pskd::sweep::queued_tasks(sweep);
  } catch (const pskd::Error& error) {
    std::cout << error.what() << "\nruns that wait in Slurm are shown as waiting\n";
  }
  std::cout << pskd::escaped_for_terminal(pskd::sweep::status_text(tasks, queued, std::max(1, jobs)));
}

/// Returns whether there is anything to report.
bool write_reports(const Tasks& tasks, bool event_files) {
  std::set<std::filesystem::path> folders;
  for (const pskd::sweep::SweepTask& task : tasks) {
    if (pskd::sweep::state_of(task) != pskd::sweep::TaskState::done) continue;
    folders.insert(task.layout.experiment());
    if (event_files) pskd::train::write_event_files(task.layout);  // of runs that were done before they were asked for
  }
  for (const std::filesystem::path& folder : folders) pskd::report::write_report(folder);
  return !folders.empty();
}

/// The table over what is done, as `pskd table` makes it, and what it answers.
void show_results(const Tasks& tasks) {
  pskd::report::RunSet runs;
  for (const pskd::sweep::SweepTask& task : tasks) {
    if (task.problem.empty()) {
      pskd::report::add_run(runs, task.layout);
    } else {
      runs.unfinished.push_back(pskd::report::unfinished_run(task.layout));
      runs.unfinished.back().why = task.problem;
    }
  }
  if (runs.records.empty()) return;
  runs.settings = pskd::report::read_settings(runs.records);
  try {
    const std::vector<pskd::eval::StageResult>& stages = runs.records.front().stages;
    const std::string stage = stages.at(pskd::report::student_stage(stages)).name;
    std::cout << pskd::report::to_text(pskd::report::comparison_table(
                     runs, {.beside = pskd::report::kBesideAccuracy,
                            .stage = stage,
                            .reference = pskd::report::usual_reference(pskd::report::run_names(runs, false))}))
              << '\n';
  } catch (const pskd::Error& error) {
    spdlog::warn("no table: {}", error.what());  // settings on other data or another protocol
  }
  for (const std::string& line : pskd::report::closing_lines(runs)) std::cout << line << '\n';
}

void train_all(const pskd::sweep::SweepLaunch& launch, const pskd::config::Sweep& sweep, const Tasks& tasks,
               bool slurm) {
  pskd::sweep::require_same_data(tasks);
  const std::vector<pskd::sweep::TaskFailure> failures =
      slurm ? pskd::sweep::submit_to_slurm(launch, sweep, tasks, std::cout) : pskd::sweep::train_here(launch, tasks);
  const bool results = write_reports(tasks, launch.event_files);
  if (results) {
    show_results(tasks);
    std::cout << "results: pskd table " << sweep.folder.string() << '\n' << std::flush;
  }
  pskd::sweep::throw_failures(failures, tasks.size(), slurm ? "submitted" : "done");
}

void run_sweep(SweepOptions options) {
  pskd::sweep::SweepLaunch& launch = options.launch;
  launch.config = options.config.file;
  launch.overrides = options.config.overrides;
  const pskd::config::Sweep sweep = pskd::config::load_sweep(launch.config, launch.overrides, shipped_configs());
  const Tasks tasks = pskd::sweep::make_tasks(sweep);
  const bool slurm = options.launcher == "slurm";
  if (launch.jobs == 0 && !slurm) launch.jobs = pskd::available_cores().count;
  if (options.status) return show_status(sweep, tasks, launch.jobs);
  if (!slurm) pskd::require_jobs(launch.jobs);
  if (options.only) prepare(pskd::sweep::kTaskThreads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  if (!options.only) return train_all(launch, sweep, tasks, slurm);
  pskd::sweep::train_task(sweep, pskd::sweep::find_task(tasks, *options.only), launch.event_files);
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepOptions>();
  CLI::App* verb = add_torch_verb(app, "sweep");
  options->config.add_to(*verb);
  verb->add_option("--jobs", options->launch.jobs, "runs to train in parallel, one thread each (default: one per core)")
      ->check(kPositiveNumber);
  CLI::Option* only =
      verb->add_option("--only", options->only, "train this one run and seed, in this process")->type_name("RUN/SEED");
  verb->add_option("--launcher", options->launcher,
                   "local (default), or slurm: submit a job array and return; --jobs limits its runs at a time")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->excludes(only);
  verb->add_flag("--status", options->status, "what is done, running, queued, failed and waiting, and the time left")
      ->excludes(only);
  verb->add_flag("--tensorboard", options->launch.event_files,
                 "also write event files: tensorboard --logdir runs/<sweep>");
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
  verb->callback([options] { run_sweep(*options); });
}
