// Trained stages of other, finished runs, or in model files, which teach or from which a stage begins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/run_layout.hpp"
#include "pskd/train/run.hpp"
#include "train/checkpoint/checkpoint.hpp"

namespace pskd::train {

/// A snapshot of a stage of another run, as a config names it.
struct OtherRef {
  config::StageRef stage;  ///< `run` may be a model file
  std::string snapshot;    ///< last, best or epoch-<n>
};

/// Those that `stage` itself begins with and learns from, in the order of its schedule.
std::vector<OtherRef> other_stages(const config::Experiment& experiment, const config::StageConfig& stage);

/// The finished run that `path` names: itself, or that of `fold` and `seed` in the folder of an experiment. Throws
/// Error(config) that says what is there instead.
RunLayout find_other_run(const std::filesystem::path& path, const std::string& fold, std::uint64_t seed);

/// A stage that `pskd export` wrote to a model file.
struct ExportedStage {
  config::Experiment experiment;  ///< of this stage alone, see deploy/model_file.hpp: views, channels, settings
  LoadedCheckpoint checkpoint;
};
/// Throws Error(checkpoint) as read_model_file, or when the file does not describe the stage that it holds.
ExportedStage read_exported_stage(const std::filesystem::path& file);

struct OtherStage {
  config::StageConfig config;   ///< as its run trained it
  std::filesystem::path file;   ///< the checkpoint, or the model file
  LoadedCheckpoint checkpoint;  ///< verified; says what it has seen
};

/// Reads the run and the checkpoint, or the model file. Throws Error(config) when there is no such run, stage or
/// snapshot, when it sees clips in another way than `setup` (see fit.hpp), when it knows recordings that `setup` tests
/// (see seen.hpp), or does not say what it knows; Error(data) when the run's files contradict each other;
/// Error(checkpoint) when the checkpoint is damaged or not the one that the run was evaluated with.
OtherStage open_other_stage(const TrainingSetup& setup, std::uint64_t seed, const OtherRef& reference);

/// How a teacher was trained, in this run or in another one. Throws as open_other_stage.
config::StageConfig config_of(const TrainingSetup& setup, std::uint64_t seed, const config::TeacherRef& teacher);

/// The stage in a model file, which is only asked: it may know the recordings of `setup`. Throws Error(config) when it
/// sees clips in another way, Error(checkpoint) as read_exported_stage.
OtherStage open_asked_stage(const TrainingSetup& setup, const std::filesystem::path& file);

/// Opens every stage of another run that some stage needs, for every seed.
void require_other_stages(const TrainingSetup& setup);

/// What has decided the weights of `stage`, over all stages before it.
Seen seen_by(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

}  // namespace pskd::train
