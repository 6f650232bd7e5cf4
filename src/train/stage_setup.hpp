// What a stage is made of, freshly drawn or as a checkpoint keeps it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/run_layout.hpp"
#include "distill/objective.hpp"
#include "distill/teacher_output.hpp"
#include "distill/teacher_output_cache.hpp"
#include "pskd/train/evaluation.hpp"
#include "pskd/train/run.hpp"
#include "train/checkpoint/checkpoint.hpp"
#include "train/stage_clips.hpp"

namespace pskd::train {

/// The shape of what `stage` sees.
model::DataShape data_shape(const TrainingSetup& setup, const config::StageConfig& stage);

/// The folder of `stage` in the run of `seed`.
StageLayout stage_layout(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// What training of a stage begins with.
struct Beginning {
  std::shared_ptr<model::Network> network;
  Renderer renderer;  ///< with the statistics of the stage that it starts from
  std::string start;  ///< hash of the weights of that stage; empty: drawn ones
};

/// The network of `stage` freshly drawn, or with the parameters of the stage that it starts from. Throws Error(config)
/// where that sees other sensor channels or has a model of other options.
Beginning begin_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// The layers that the loss of `stage` trains beside it, freshly drawn; null where it needs none.
std::shared_ptr<distill::Adapters> stage_adapters(const TrainingSetup& setup, const config::StageConfig& stage,
                                                  std::uint64_t seed);

/// What the loss of `stage` needs beside a batch: layers are drawn, word vectors read. Throws Error(data).
distill::losses::LossContext loss_context(const TrainingSetup& setup, const config::StageConfig& stage,
                                          std::uint64_t seed);

/// What every checkpoint of this stage must say about itself.
CheckpointManifest stage_manifest(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// How `stage` then sees recordings: its sensor channels, with the statistics of these clips.
Renderer stage_renderer(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// The snapshot of a stage that is evaluated: last, or best with protocol.selection: val.
std::string selected_snapshot(const config::Experiment& experiment);

/// A trained stage with the parameters of one of its snapshots.
struct Snapshot : TrainedStage {
  int embedding = 0;  ///< its size
  std::string hash;   ///< of its weights
  CheckpointManifest manifest;
};
/// `snapshot` is last, best or epoch-<n>. Throws Error(checkpoint), also when the run's manifest names other weights of
/// the selected snapshot.
Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage,
                       const std::string& snapshot);
/// The same of this run or another one; throws also as open_other_stage.
Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const config::StageRef& stage,
                       const std::string& snapshot);

/// The stage in a model file. It may know the recordings of the setup: nobody is scored or taught by it. Throws as
/// open_asked_stage.
Snapshot load_asked_stage(const TrainingSetup& setup, const std::filesystem::path& model_file);

/// What a trained stage says of recordings as they are, in the memory of its network's device.
distill::TeacherOutput output_of(const TrainedStage& stage, const Recordings& clips);

/// Throws Error(config) where `stage` starts from a network with other options than its own has, or its branch of that
/// name: parameters of the same shapes can mean something else. Dropout, which leaves them the same, may differ.
void require_same_model(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// Throws Error(config) where both see the sensor, but `start`, which `stage` starts from, other channels of it.
void require_same_channels(const config::StageConfig& stage, const Snapshot& start, const Renderer& renderer);

/// The teachers of a stage in the order of its schedule, each as the cache knows it and as it was loaded.
struct Teachers {
  std::vector<distill::TeacherOutputCache::Teacher> cached;
  std::vector<Snapshot> loaded;
  std::vector<Sight> sights;
};
/// Loaded from the run's folder, or from those of other runs. They are asked about those training clips of `split` that
/// they see. Their weights' hashes are noted in `manifest`.
Teachers load_teachers(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                       const data::Split& split, CheckpointManifest& manifest);

}  // namespace pskd::train
