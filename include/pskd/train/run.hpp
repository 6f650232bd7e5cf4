// One run: all stages of an experiment for one seed, in a run directory that explains its numbers and can be resumed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pskd/eval/run_record.hpp"
#include "pskd/train/renderer.hpp"

namespace pskd::train {

/// What stays the same over the seeds of an experiment.
struct TrainingSetup {
  config::Experiment experiment;  ///< resolved
  std::string config_hash;
  data::DatasetInfo info;
  std::string data_hash;
  data::Split split;
  Renderer renderer;
  std::filesystem::path stage_store = {};  ///< where stages are trained that several runs share; empty: each its own
  bool event_files = false;                ///< beside every metrics.jsonl; see train/logging/event_file.hpp
  std::filesystem::path folder = {};       ///< of the experiment's seeds; empty: <run.root>/<run.name>/<config hash>
  eval::Hashes inputs =
      {};                 ///< of the files that the config names beside the recordings, by key; a missing one has none
  std::string fold = {};  ///< of the protocol that the split is; empty: it has one split
};

/// Fills in the protocol as the data set has it. Throws Error(config).
config::Experiment resolve_experiment(config::Experiment experiment);

/// Loads the data (building the clip store when needed), splits and fits the statistics. Fills in the protocol.
TrainingSetup prepare_training(config::Experiment experiment);

enum class Existing { refuse, resume, overwrite };

/// runs/<experiment>/<config hash>
std::filesystem::path experiment_folder(const TrainingSetup& setup);
std::filesystem::path experiment_folder(const config::Experiment& resolved);
std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed);

/// Whether a process is training this run now.
bool is_running(const TrainingSetup& setup, std::uint64_t seed);

/// Whether the run of `seed` may start: throws Error(usage) when its folder holds a run and `existing` is refuse.
void require_startable(const TrainingSetup& setup, std::uint64_t seed, Existing existing);

/// Trains every stage (or goes on where a stopped run stands), evaluates each once at its end and writes result.json.
/// All this under the run's lock: waits while another process trains the same run, and then looks again what is left
/// to do. A finished run is left alone when `existing` is resume; one of other recordings than the setup's, or of other
/// files that the config names, is refused with Error(checkpoint). With a stage store, a stage is trained there, by one
/// process at a time, and then linked into the run's folder, which so holds everything in either case. Throws Stopped
/// after saving when a signal asks for it, Error(diverged) when a loss is not finite. Returns whether it trained: false
/// where the run was finished.
bool train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing);

}  // namespace pskd::train
