// Which clips a stage trains on, which of them its teachers see, and their labels.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "distill/labels.hpp"
#include "pskd/train/renderer.hpp"
#include "pskd/train/run.hpp"
#include "train/batch_order.hpp"

namespace pskd::train {

/// Whether `stage` trains on unlabeled recordings too.
bool sees_unlabeled(const TrainingSetup& setup, const config::StageConfig& stage);

/// What `stage` is shown in training: what it sees, and what its teachers see, also those of other runs.
Modalities shown_modalities(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// The clips of the setup that `stage` trains on: of the labeled ones those that it sees, of the unlabeled ones those
/// that all its teachers see, too. The setup's own split, which must then stay, where no clip lacks anything.
std::shared_ptr<const data::Split> stage_split(const TrainingSetup& setup, const config::StageConfig& stage,
                                               std::uint64_t seed);

/// How many clips `stage` trains on, of a split with the clips that it is shown.
ClipCounts clip_counts(const TrainingSetup& setup, const config::StageConfig& stage, const data::Split& seen);

/// Whether no labeled recording of the sensor decides anything in `stage`: it trains without labeled clips, and so do
/// the stages of this run that teach it or that it starts from, as far as they see the sensor. Of a stage of another
/// run that sees the sensor, it is not known what it has learned from.
bool knows_unlabeled_sensor_only(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// Whose sensor channels standardize those of `stage` when it starts from drawn parameters: the labeled training clips;
/// the unlabeled recordings where the stage knows these only, or there are no others.
Recordings standardizing_clips(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// Which of a stage's training clips a teacher sees.
struct Sight {
  std::vector<std::int64_t> clips;  ///< their numbers
  bool all = true;
};
Sight sight_of(const Recordings& clips, Modalities sees);

/// Labels of the first `clips` training clips of a stage: those behind the labeled ones have none.
distill::Labels label_tensors(const data::Split& split, std::size_t clips, torch::Device device);

/// What each of these clips counts where classes are balanced, [n]: clips / (classes that have some * clips of its
/// class).
torch::Tensor balanced_weights(const std::vector<data::Clip>& clips);

}  // namespace pskd::train
