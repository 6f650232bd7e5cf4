// What a trained stage says about clips.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pskd/eval/predictions.hpp"
#include "pskd/eval/run_record.hpp"
#include "pskd/model/network.hpp"
#include "pskd/train/run.hpp"

namespace pskd::train {

/// A network, and how clips are shown to it.
struct TrainedStage {
  std::shared_ptr<model::Network> network;
  Renderer renderer;  ///< with the statistics that it was trained with
  Modalities sees;
};

/// The selected checkpoint of a finished stage. Throws Error(checkpoint) when there is none.
TrainedStage load_stage(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// Its class probabilities on those of the clips that have what it sees, as they are.
std::vector<eval::Prediction> predict(const TrainedStage& stage, const std::vector<data::Clip>& clips);

/// Scores the selected checkpoint of a stage that has trained for `epochs` and `seconds`, and measures what its network
/// costs in use. Writes the predictions to the stage's folder and the checkpoint's hash to the run's manifest.
eval::StageResult evaluate_stage(const TrainingSetup& setup, std::uint64_t seed, const config::StageConfig& stage,
                                 int epochs, double seconds);

}  // namespace pskd::train
