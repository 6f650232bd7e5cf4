// What predicting needs beside a stage's weights: what a checkpoint says about its network, so that it can be used
// without the data set and the run.
#pragma once

#include <nlohmann/json.hpp>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Model and its options (as a config file writes them), precision, classes by label, training subjects, data set,
/// program version; and for each modality that the stage sees:
///   sensor    channels in order, their units, rate, frames that a clip is resampled to, mean and deviation that each
///             channel is standardized by, median length in samples of the clips that they come from
///   skeleton  topology with the names of the joints, unit, rate, frames
/// Rates are left out where they are not known. Nothing of it depends on who is tested. `renderer` is the stage's.
nlohmann::json describe_model(const TrainingSetup& setup, const Renderer& renderer, const config::StageConfig& stage);

/// The setup's renderer with the statistics that a description holds; as it is for a stage that sees no sensor. Throws
/// Error(checkpoint) when they are not those of the setup's channels.
Renderer described_renderer(const TrainingSetup& setup, const nlohmann::json& description);

nlohmann::json describe_topology(const data::Topology& topology);

}  // namespace pskd::train
