// What predicting needs beside a stage's weights: what a checkpoint says about its network, so that it can be used
// without the data set and the run.
#pragma once

#include <nlohmann/json.hpp>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// The name of a model and its options, as a config file writes them.
nlohmann::json describe_options(config::ModelConfig model);

/// What the network of `stage` is shown in the setup: classes by label, data set, and for each modality that it sees:
///   sensor    channels in order, their units (channel_units: one by one), rate, frames that a clip is resampled
///             to, and the name of the sensor (sensors) where the data set has several and one is read
///   skeleton  topology with the names of the joints, unit, rate, frames
/// Rates, and units of channels, are left out where they are not known.
nlohmann::json describe_input(const TrainingSetup& setup, const config::StageConfig& stage);

/// The same with model and its options (as a config file writes them), precision, training subjects, program
/// version; of the sensor mean and deviation that each channel is standardized by, and the median length in samples of
/// the clips that they come from. Nothing of it depends on who is tested. `renderer` is the stage's renderer.
nlohmann::json describe_model(const TrainingSetup& setup, const Renderer& renderer, const config::StageConfig& stage,
                              std::uint64_t seed);

/// The setup's renderer with the sensor channels and the statistics that a description holds; as it is for a stage that
/// sees no sensor. Throws Error(config) where the data set lacks a channel, Error(checkpoint) where the statistics are
/// not those of the channels.
Renderer described_renderer(const TrainingSetup& setup, const nlohmann::json& description);

nlohmann::json describe_topology(const data::Topology& topology);

}  // namespace pskd::train
