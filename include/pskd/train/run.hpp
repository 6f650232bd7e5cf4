// One run: all stages of an experiment for one seed, in a run directory that explains its numbers and can be resumed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pskd/eval/run_record.hpp"
#include "pskd/train/renderer.hpp"

namespace pskd::train {

/// What stays the same over the seeds of an experiment, in one fold of its protocol.
struct TrainingSetup {
  config::Experiment experiment;  ///< resolved, with all its folds
  std::string config_hash;
  data::DatasetInfo info;
  std::string data_hash;
  data::Split split;
  Renderer renderer;  ///< with the statistics of the labeled training clips (of the unlabeled ones where there are no
                      ///< others); a stage's own is stage_renderer's
  std::filesystem::path stage_store;  ///< where stages are trained: <run.root>/stages, of a sweep that of its file
  bool event_files = false;           ///< beside every metrics.jsonl; see train/logging/event_file.hpp
  std::filesystem::path folder = {};  ///< of the experiment's runs; empty: <run.root>/<run.name>/<config hash>
  eval::Hashes inputs =
      {};                 ///< of the files that the config names beside the recordings, by key; a missing one has none
  std::string fold = {};  ///< whose split it is; empty: the protocol has one split
  config::ProtocolConfig protocol = {};          ///< of the split
  signal::Statistics unlabeled_statistics = {};  ///< of the unlabeled recordings, where there are some
  torch::Device device = torch::kCPU;            ///< where stages train
};

/// A resolved experiment with its recordings, of which the setups of its folds are made.
struct LoadedExperiment {
  config::Experiment experiment;
  std::string config_hash;
  std::vector<data::Fold> folds;  ///< at least one
  data::Dataset dataset;
  eval::Hashes inputs;
  std::vector<std::string> warnings;  ///< about the recordings
  torch::Device device = torch::kCPU;
};

/// Loads the data (building the clip store when needed) and fills in the protocol.
LoadedExperiment load_for_training(config::Experiment experiment);

/// Splits the recordings as the fold of this name does, which is empty where there is one split, and fits the
/// statistics. Throws Error(usage) that lists the folds there are.
TrainingSetup prepare_fold(const LoadedExperiment& loaded, const std::string& fold);

/// The same of an experiment of which one fold is needed.
TrainingSetup prepare_training(config::Experiment experiment, const std::string& fold = {});

enum class Existing { refuse, resume, overwrite };

/// runs/<experiment>/<config hash>
std::filesystem::path experiment_folder(const TrainingSetup& setup);
std::filesystem::path experiment_folder(const config::Experiment& resolved);
std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed);

/// Throws Error(usage) when one of these folders of runs holds one and `existing` is refuse.
void require_absent(const std::vector<std::filesystem::path>& folders, Existing existing);

/// What has to hold before the first run of `setup` trains; `folders` are those of all runs of its experiment that are
/// trained. Throws Error(checkpoint) when finished runs that stay as they are saw other data, and whatever a step of a
/// stage throws that cannot be trained. Nothing is asked where every run is finished and only shown.
void require_startable(const TrainingSetup& setup, const std::vector<std::filesystem::path>& folders,
                       Existing existing);

/// Deletes the run of `seed`, if there is one, and takes its stages out of the stage store: then it is trained anew.
void discard_run(const TrainingSetup& setup, std::uint64_t seed);

/// Trains every stage (or goes on where a stopped run stands), evaluates each once at its end and writes result.json.
/// All this under the run's lock: waits while another process trains the same run, and then looks again what is left
/// to do. With `existing` overwrite it first discards the run. A finished run is left alone else; one of other
/// recordings than the setup's, or of other files that the config names, is refused with Error(checkpoint). A stage is
/// trained in the stage store, by one process at a time, and then linked into the run's folder, which so holds
/// everything. Throws Stopped after saving when a signal asks for it, Error(diverged) when a loss is not finite.
/// Returns whether it trained: false where the run was finished.
bool train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing);

}  // namespace pskd::train
