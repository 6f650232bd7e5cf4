#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/cores.hpp"
#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "base/stop_signal.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/train/run.hpp"
#include "report/closing_line.hpp"
#include "report/markdown_report.hpp"
#include "report/results_table.hpp"
#include "report/run_search.hpp"
#include "report/settings.hpp"
#include "report/table.hpp"
#include "sweep/local_launcher.hpp"
#include "sweep/status.hpp"
#include "torch_verbs.hpp"
#include "train/estimate.hpp"
#include "train/stage_store.hpp"

namespace {

namespace fs = std::filesystem;
using pskd::sweep::SweepTask;
using pskd::sweep::TaskFailure;
using pskd::train::Existing;
using pskd::train::LoadedExperiment;
using pskd::train::TrainingSetup;
using Tasks = std::vector<SweepTask>;

/// An experiment is a sweep of one run: its folds and seeds are the tasks.
pskd::config::Sweep as_sweep(const pskd::config::Experiment& experiment) {
  const pskd::config::RunConfig& run = experiment.run;
  return {run.name, fs::path(run.root) / run.name, {{run.name, experiment}}};
}

std::vector<fs::path> folders_of(const Tasks& tasks) {
  std::vector<fs::path> folders;
  for (const SweepTask& task : tasks) folders.push_back(task.layout.folder);
  return folders;
}

void show_plan(const LoadedExperiment& loaded) {
  const TrainingSetup setup = pskd::train::prepare_fold(loaded, loaded.folds.front().name);
  const pskd::data::Split& split = setup.split;
  std::cout << pskd::data::describe(loaded.experiment.protocol) << '\n';
  if (!setup.fold.empty()) std::cout << fmt::format("fold {}, {}\n", setup.fold, pskd::data::describe(setup.protocol));
  std::cout << fmt::format("{}: {} training, {} validation and {} test clips of {} classes\n", setup.info.name,
                           split.train.size(), split.val.size(), split.test.size(), split.classes.size())
            << (split.unlabeled.empty() ? "" : fmt::format("{} unlabeled recordings\n", split.unlabeled.size()))
            << fmt::format("skeleton [N, 9, {}, {}], sensor [N, {}, {}]\n", setup.renderer.augmentation.skeleton.frames,
                           setup.renderer.topology.joints.size(), setup.renderer.sensor_columns.size(),
                           setup.renderer.augmentation.sensor.frames);
  double total = 0;
  for (const pskd::train::StageEstimate& stage : pskd::train::estimate_run(setup)) {
    std::cout << fmt::format("{:<12} {:>10} parameters {:>7} steps  about {:.0f} s\n", stage.name, stage.parameters,
                             stage.steps, stage.seconds);
    total += stage.seconds;
  }
  const std::string folds = setup.fold.empty() ? "" : fmt::format("{} folds, ", loaded.folds.size());
  std::cout << fmt::format("one run: about {:.0f} s; {}{} seeds; results would go to {}\n", total, folds,
                           setup.experiment.seeds.size(), pskd::train::experiment_folder(setup).string());
}

/// The report of `folder`. Where nothing was trained, that it cannot be written is no failure: the folder may be
/// read-only, and is only shown.
fs::path report_of(const fs::path& folder, bool trained) {
  try {
    return pskd::report::write_report(folder);
  } catch (const pskd::Error& error) {
    if (trained || error.kind() != pskd::ErrorKind::io) throw;
    spdlog::warn("the report is not written anew: {}", error.what());
    return pskd::ExperimentLayout{folder}.report();
  }
}

void show_results(const fs::path& folder, bool trained, bool json) {
  const auto report = report_of(folder, trained);
  if (json) {
    std::cout << nlohmann::json{{"folder", folder.string()}, {"report", report.string()}}.dump() << '\n';
    return;
  }
  const pskd::report::RunSet runs{pskd::report::find_run_records(folder)};
  std::cout << pskd::report::to_text(pskd::report::results_table(runs.records));
  if (const pskd::report::Table folds = pskd::report::folds_table(runs.records); !folds.rows.empty()) {
    std::cout << '\n' << pskd::report::to_text(folds);
  }
  for (const std::string& line : pskd::report::closing_lines(runs)) std::cout << '\n' << line << '\n';
  std::cout << "report: " << report.string() << '\n' << std::flush;
}

bool is_begun(const fs::path& run) { return fs::exists(pskd::RunLayout{run}.manifest()); }

/// The config of the run that was begun last, of those with the same name and another hash. What cannot be read is
/// passed over, since it is for a hint alone.
std::optional<fs::path> newest_other_config(const pskd::ExperimentLayout& own) {
  constexpr auto options = fs::directory_options::skip_permission_denied;
  std::optional<fs::path> newest;
  fs::file_time_type begun;
  std::error_code unreadable;
  for (fs::directory_iterator experiment(own.folder.parent_path(), options, unreadable), none; experiment != none;
       experiment.increment(unreadable)) {
    const fs::path& folder = experiment->path();
    if (folder == own.folder || !pskd::ExperimentLayout{folder}.is_named_by_hash()) continue;
    for (fs::recursive_directory_iterator entry(folder, options, unreadable), end; entry != end;
         entry.increment(unreadable)) {
      if (entry->path() != pskd::RunLayout{entry->path().parent_path()}.config()) continue;
      const fs::file_time_type written = entry->last_write_time(unreadable);
      if (unreadable || (newest && written <= begun)) continue;
      newest = entry->path();
      begun = written;
    }
  }
  return newest;
}

/// A line for each key with another value: "stages.student.epochs: 150, not 100".
std::vector<std::string> differences(const pskd::config::Experiment& experiment,
                                     const pskd::config::Experiment& other) {
  const pskd::report::Settings now = pskd::report::settings_of(experiment), before = pskd::report::settings_of(other);
  std::vector<std::string> lines;
  for (const pskd::report::DifferingKey& key : pskd::report::differing_keys({&now, &before})) {
    lines.push_back(fmt::format("{}: {}, not {}", key.path, key.values[0], key.values[1]));
  }
  return lines;
}

/// Where --resume finds no run of this config: in what it differs from the newest one of its name.
void say_what_differs(const pskd::config::Experiment& experiment, const pskd::ExperimentLayout& own) {
  constexpr std::size_t kMost = 10;
  const std::optional<fs::path> other = newest_other_config(own);
  spdlog::info("--resume: there is no run of this config (hash {}) in {}: it begins{}", own.config_hash(),
               own.folder.parent_path().string(), other ? fmt::format("; beside {} it has", other->string()) : "");
  if (!other) return;
  try {
    const std::vector<std::string> lines = differences(experiment, pskd::config::load_experiment(*other));
    for (std::size_t i = 0; i < lines.size() && i < kMost; ++i) spdlog::info("  {}", lines[i]);
    if (lines.size() > kMost) spdlog::info("  and {} other differences", lines.size() - kMost);
  } catch (const pskd::Error& error) {
    spdlog::info("  another config, which is not read: {}", pskd::first_line(error.what()));
  }
}

/// One line on the stages that runs, which begin now, need not train: others of this root have.
void say_taken_over(const TrainingSetup& setup) {
  std::vector<std::string> seeds;
  for (const std::uint64_t seed : setup.experiment.seeds) {
    const std::vector<std::string> stages = pskd::train::complete_stages(setup, seed);
    if (stages.empty() || is_begun(pskd::train::run_folder(setup, seed))) continue;
    seeds.push_back(fmt::format("seed {}: {}", seed, fmt::join(stages, ", ")));
  }
  if (seeds.empty()) return;
  const std::string fold = setup.fold.empty() ? "" : "fold " + setup.fold + ", ";
  spdlog::info("trained already, in {}: {}{}", setup.stage_store.string(), fold, fmt::join(seeds, "; "));
}

/// The setup of a fold whose runs may begin: `tasks` are those of all folds.
TrainingSetup ready_setup(const LoadedExperiment& loaded, const std::string& fold, const Tasks& tasks,
                          const TrainOptions& options, Existing existing) {
  TrainingSetup setup = pskd::train::prepare_fold(loaded, fold);
  setup.event_files = options.tensorboard;
  pskd::train::require_startable(setup, folders_of(tasks), existing);
  return setup;
}

struct Outcome {
  std::vector<TaskFailure> failures = {};
  bool trained = false;
};

/// One run after the other, in this process. One that fails does not stop the others.
Outcome train_in_turn(const LoadedExperiment& loaded, const Tasks& tasks, const TrainOptions& options,
                      Existing existing) {
  Outcome outcome;
  std::optional<TrainingSetup> setup;
  for (const SweepTask& task : tasks) {
    try {
      if (!setup || setup->fold != task.fold) {
        setup = ready_setup(loaded, task.fold, tasks, options, existing);
        if (existing != Existing::overwrite) say_taken_over(*setup);
      }
      pskd::sweep::note_if_failed(task,
                                  [&] { outcome.trained |= pskd::train::train_run(*setup, task.seed, existing); });
    } catch (const pskd::Error& error) {
      const bool nothing_else = tasks.size() == 1 || (loaded.folds.size() == 1 && !setup);
      if (nothing_else) throw;
      spdlog::error("{}: failed: {}", task.name(), pskd::first_line(error.what()));
      outcome.failures.push_back({&task, pskd::exit_code(error.kind()), error.what()});
    }
  }
  return outcome;
}

/// `options.jobs` runs at a time, each in a process of its own with one thread.
Outcome train_side_by_side(LoadedExperiment loaded, const Tasks& tasks, const TrainOptions& options,
                           Existing existing) {
  for (const pskd::data::Fold& fold : loaded.folds) {
    const TrainingSetup setup = ready_setup(loaded, fold.name, tasks, options, existing);
    for (const std::uint64_t seed : setup.experiment.seeds) {
      if (existing == Existing::overwrite) pskd::train::discard_run(setup, seed);
    }
    if (existing != Existing::overwrite) say_taken_over(setup);
  }
  loaded.dataset.clips.clear();  // every process loads them itself
  pskd::sweep::SweepLaunch launch;
  launch.config = options.config.file;
  launch.overrides = options.config.overrides;
  launch.jobs = options.jobs;
  launch.event_files = options.tensorboard;
  launch.verb = {"train", "--threads", std::to_string(pskd::sweep::kTaskThreads)};
  return {pskd::sweep::train_here(launch, tasks), true};
}

/// Whether another process holds one of these runs. With --overwrite it may have removed what was trained here.
bool is_trained_by_another(const Tasks& tasks) {
  return std::any_of(tasks.begin(), tasks.end(),
                     [](const SweepTask& task) { return pskd::is_locked(task.layout.lock()); });
}

void train_all(const pskd::config::Experiment& experiment, const Tasks& tasks, const TrainOptions& options) {
  const auto existing = options.resume ? Existing::resume : options.overwrite ? Existing::overwrite : Existing::refuse;
  LoadedExperiment loaded = pskd::train::load_for_training(experiment);
  for (const std::string& warning : loaded.warnings) spdlog::warn("recordings: {}", warning);
  if (options.dry_run) return show_plan(loaded);
  const std::vector<fs::path> folders = folders_of(tasks);
  pskd::train::require_absent(folders, existing);
  if (existing == Existing::resume && std::none_of(folders.begin(), folders.end(), is_begun)) {
    say_what_differs(loaded.experiment, {tasks.front().layout.experiment()});
  }
  const Outcome outcome = options.jobs > 0 ? train_side_by_side(std::move(loaded), tasks, options, existing)
                                           : train_in_turn(loaded, tasks, options, existing);
  try {
    const fs::path folder = tasks.front().layout.experiment();
    if (outcome.failures.size() < tasks.size()) show_results(folder, outcome.trained, options.json);
  } catch (const pskd::Error& error) {
    if (!is_trained_by_another(tasks)) throw;
    spdlog::warn("the results are not shown, since another process trains them anew: {}", error.what());
  }
  pskd::sweep::throw_failures(outcome.failures, tasks.size(), "done");
}

}  // namespace

void train(const TrainOptions& options) {
  const pskd::config::Experiment experiment = options.config.load();
  const Tasks tasks = pskd::sweep::make_tasks(as_sweep(experiment));
  if (options.status) {
    std::cout << pskd::escaped_for_terminal(pskd::sweep::status_text(tasks, {}, std::max(1, options.jobs)));
    return;
  }
  if (options.jobs > 0) pskd::require_jobs(options.jobs);
  const int threads = options.threads >= 0 ? options.threads : experiment.run.threads;
  prepare(options.jobs > 0 ? pskd::sweep::kTaskThreads : threads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  if (!options.only) return train_all(experiment, tasks, options);
  pskd::sweep::train_task(as_sweep(experiment), pskd::sweep::find_task(tasks, *options.only), options.tensorboard);
}
