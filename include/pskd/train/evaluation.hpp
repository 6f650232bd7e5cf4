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

/// The selected checkpoint of a finished stage, as a network. Throws Error(checkpoint) when there is none.
std::shared_ptr<model::Network> load_stage(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// The network's class probabilities on clips as they are.
std::vector<eval::Prediction> predict(const TrainingSetup& setup, const config::StageConfig& stage,
                                      model::Network& network, const std::vector<data::Clip>& clips);

/// Scores the selected checkpoint of a stage that has trained for `epochs` and `seconds`, and measures what its network
/// costs in use. Writes the predictions to the stage's folder and the checkpoint's hash to the run's manifest.
eval::StageResult evaluate_stage(const TrainingSetup& setup, std::uint64_t seed, const config::StageConfig& stage,
                                 int epochs, double seconds);

}  // namespace pskd::train
