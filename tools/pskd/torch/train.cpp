#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/run_layout.hpp"
#include "base/stop_signal.hpp"
#include "pskd/base/error.hpp"
#include "pskd/train/run.hpp"
#include "report/markdown_report.hpp"
#include "report/results_table.hpp"
#include "report/run_search.hpp"
#include "report/table.hpp"
#include "torch_verbs.hpp"
#include "train/estimate.hpp"

namespace {

void show_plan(const pskd::train::TrainingSetup& setup) {
  const pskd::data::Split& split = setup.split;
  std::cout << fmt::format("{}: {} training, {} validation and {} test clips of {} classes\n", setup.info.name,
                           split.train.size(), split.val.size(), split.test.size(), split.classes.size())
            << pskd::data::describe(setup.experiment.protocol) << '\n'
            << fmt::format("skeleton [N, 9, {}, {}], sensor [N, {}, {}]\n", setup.renderer.augmentation.skeleton.frames,
                           setup.renderer.topology.joints.size(), setup.renderer.sensor_columns.size(),
                           setup.renderer.augmentation.sensor.frames);
  double total = 0;
  for (const pskd::train::StageEstimate& stage : pskd::train::estimate_run(setup)) {
    std::cout << fmt::format("{:<12} {:>10} parameters {:>7} steps  about {:.0f} s\n", stage.name, stage.parameters,
                             stage.steps, stage.seconds);
    total += stage.seconds;
  }
  std::cout << fmt::format("one seed: about {:.0f} s; {} seeds; results would go to {}\n", total,
                           setup.experiment.seeds.size(), pskd::train::experiment_folder(setup).string());
}

/// The report of `folder`. Where nothing was trained, that it cannot be written is no failure: the folder may be
/// read-only, and is only shown.
std::filesystem::path report_of(const std::filesystem::path& folder, bool trained) {
  try {
    return pskd::report::write_report(folder);
  } catch (const pskd::Error& error) {
    if (trained || error.kind() != pskd::ErrorKind::io) throw;
    spdlog::warn("the report is not written anew: {}", error.what());
    return pskd::ExperimentLayout{folder}.report();
  }
}

void show_results(const pskd::train::TrainingSetup& setup, bool trained, bool json) {
  const auto folder = pskd::train::experiment_folder(setup);
  const auto report = report_of(folder, trained);
  if (json) {
    std::cout << nlohmann::json{{"folder", folder.string()}, {"report", report.string()}}.dump() << '\n';
    return;
  }
  std::cout << pskd::report::to_text(pskd::report::results_table(pskd::report::find_run_records(folder)))
            << "report: " << report.string() << '\n';
}

/// Whether another process holds one of these runs. With --overwrite it may have removed what was trained here.
bool is_trained_by_another(const pskd::train::TrainingSetup& setup) {
  const auto& seeds = setup.experiment.seeds;
  return std::any_of(seeds.begin(), seeds.end(),
                     [&](std::uint64_t seed) { return pskd::train::is_running(setup, seed); });
}

}  // namespace

void train(const TrainOptions& options) {
  const pskd::config::Experiment experiment = options.config.load();
  prepare(options.threads >= 0 ? options.threads : experiment.run.threads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  pskd::train::TrainingSetup setup = pskd::train::prepare_training(experiment);
  setup.event_files = options.tensorboard;
  if (options.dry_run) return show_plan(setup);
  const auto existing = options.resume      ? pskd::train::Existing::resume
                        : options.overwrite ? pskd::train::Existing::overwrite
                                            : pskd::train::Existing::refuse;
  for (const std::uint64_t seed : setup.experiment.seeds) pskd::train::require_startable(setup, seed, existing);
  bool trained = false;
  for (const std::uint64_t seed : setup.experiment.seeds) trained |= pskd::train::train_run(setup, seed, existing);
  try {
    show_results(setup, trained, options.json);
  } catch (const pskd::Error& error) {
    if (!is_trained_by_another(setup)) throw;
    spdlog::warn("the results are not shown, since another process trains them anew: {}", error.what());
  }
}
