#include "runs_of_file.hpp"

#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "base/text.hpp"
#include "config/assemble.hpp"
#include "config/parse.hpp"
#include "config/sweep.hpp"
#include "data/readers/registry.hpp"
#include "installation.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/protocol.hpp"

namespace {

using pskd::report::RunSet;

bool is_sweep(const std::string& file) {
  pskd::config::Problems problems;
  return pskd::config::read_with_includes(file, shipped_configs(), problems).find("sweep") != nullptr;
}

std::vector<pskd::config::Experiment> experiments_of(const std::string& file, bool sweep,
                                                     const std::vector<std::string>& overrides) {
  if (!sweep) return {pskd::config::load_experiment(file, overrides, shipped_configs())};
  std::vector<pskd::config::Experiment> experiments;
  for (pskd::config::SweepRun& run : pskd::config::load_sweep(file, overrides, shipped_configs()).runs) {
    experiments.push_back(std::move(run.experiment));
  }
  return experiments;
}

/// A setting that does not fit its data set has no run; `problem` says why.
void add_problem(RunSet& runs, const pskd::config::Experiment& experiment, const std::string& problem) {
  for (const std::uint64_t seed : experiment.seeds) {
    runs.unfinished.push_back({.sweep = std::filesystem::path(experiment.run.root).filename().string(),
                               .experiment = experiment.run.name,
                               .config_hash = "",
                               .fold = "",
                               .seed = seed,
                               .why = problem});
  }
}

void add_runs(RunSet& runs, pskd::config::Experiment experiment) {
  std::vector<pskd::data::Fold> folds;
  try {
    const pskd::data::DatasetInfo info = pskd::data::readers::dataset_info(experiment.data);
    experiment.protocol = pskd::data::resolve_protocol(experiment.protocol, info);
    folds = pskd::data::resolve_folds(experiment.protocol, info);
  } catch (const pskd::Error& error) {
    return add_problem(runs, experiment, error.what());
  }
  const auto layout =
      pskd::ExperimentLayout::of(experiment.run.root, experiment.run.name, pskd::config::config_hash(experiment));
  for (const pskd::data::Fold& fold : folds) {
    for (const std::uint64_t seed : experiment.seeds) pskd::report::add_run(runs, layout.run(seed, fold.name));
  }
}

}  // namespace

bool is_experiment_or_sweep(const std::string& file) {
  pskd::config::Problems problems;
  const pskd::config::Node root = pskd::config::parse_yaml(pskd::read_file(file), file, true, problems);
  return root.find("include") != nullptr || root.find("stages") != nullptr || root.find("sweep") != nullptr;
}

RunSet runs_of_file(const std::string& file, const std::vector<std::string>& overrides) {
  const bool sweep = is_sweep(file);
  RunSet runs;
  for (pskd::config::Experiment& experiment : experiments_of(file, sweep, overrides)) {
    add_runs(runs, std::move(experiment));
  }
  if (runs.records.empty()) {
    std::string command = std::string("pskd ") + (sweep ? "sweep" : "train") + " --config " + pskd::shell_word(file);
    for (const std::string& setting : overrides) command += " --set " + pskd::shell_word(setting);
    std::string text = file + ": none of its runs is finished; this trains them: " + command;
    for (const std::string& note : pskd::report::unfinished_notes(runs)) text += "; " + note;
    throw pskd::Error(pskd::ErrorKind::data, text);
  }
  runs.settings = pskd::report::read_settings(runs.records);
  return runs;
}
