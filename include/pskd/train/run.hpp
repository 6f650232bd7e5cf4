// One run: all stages of an experiment for one seed, in a run directory that explains its numbers and can be resumed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pskd/eval/predictions.hpp"
#include "pskd/train/renderer.hpp"

namespace pskd {

/// What stays the same over the seeds of an experiment.
struct TrainingSetup {
  Experiment experiment;  ///< resolved
  std::string config_hash;
  DatasetInfo info;
  std::string data_hash;
  Split split;
  Renderer renderer;
  std::filesystem::path stage_store = {};  ///< where stages are trained that several runs share; empty: each its own
  bool event_files = false;                ///< beside every metrics.jsonl; see train/event_file.hpp
};

/// Fills in the protocol as the data set has it. Throws Error(config).
Experiment resolve_experiment(Experiment experiment);

/// Loads the data (building the clip store when needed), splits and fits the statistics. Fills in the protocol.
TrainingSetup prepare_training(Experiment experiment);

/// What a trained stage delivers.
struct StageOutcome {
  std::string name;
  std::vector<Prediction> test, val;  ///< by the selected epoch
  std::int64_t parameters = 0;
  int epochs = 0;
  double seconds = 0;
  std::string checkpoint;     ///< content hash of the selected one
  std::int64_t macs = 0;      ///< multiply-adds for one clip
  std::int64_t bytes = 0;     ///< of parameters and buffers, as 32-bit floats
  double latency = 0;         ///< s for one clip on one thread, median
  std::int64_t adapters = 0;  ///< parameters that its loss trained beside it
};

enum class Existing { refuse, resume, overwrite };

/// runs/<experiment>/<config hash>
std::filesystem::path experiment_folder(const TrainingSetup& setup);
std::filesystem::path experiment_folder(const Experiment& resolved);
std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed);
std::filesystem::path run_folder(const Experiment& resolved, std::uint64_t seed);

/// Whether a process is training this run now.
bool is_running(const Experiment& resolved, std::uint64_t seed);

/// Whether the run of `seed` may start: throws Error(usage) when its folder holds a run and `existing` is refuse.
void require_startable(const TrainingSetup& setup, std::uint64_t seed, Existing existing);

/// Waits while another process trains the same run; then trains every stage (or goes on where a stopped run stands) and
/// evaluates each once at its end. With a stage store, a stage is trained there, by one process at a time, and then
/// linked into the run's folder, which so holds everything in either case. Throws Stopped after saving when a signal
/// asks for it, Error(diverged) when a loss is not finite.
std::vector<StageOutcome> train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing);

/// Removes what teachers said about the views of their learners from a stage store, once nobody will ask again. Without
/// a store, train_run does so itself.
void discard_answers(const std::filesystem::path& stage_store);

/// The selected checkpoint of a finished stage, as a network. Throws Error(checkpoint) when there is none.
std::shared_ptr<Network> load_stage(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// The network's class probabilities on clips as they are.
std::vector<Prediction> predict(const TrainingSetup& setup, const StageConfig& stage, Network& network,
                                const std::vector<Clip>& clips);

/// What a run would do: per stage the parameters and the measured time of a training step on one batch.
struct StageEstimate {
  std::string name;
  std::int64_t parameters = 0;
  int steps = 0;       ///< in all epochs
  double seconds = 0;  ///< estimated, for all epochs, teachers included
};
std::vector<StageEstimate> estimate_run(const TrainingSetup& setup);

}  // namespace pskd
