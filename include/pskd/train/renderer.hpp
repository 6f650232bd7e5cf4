// From clips to tensors: every training clip under its augmentation, or as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/model/registry.hpp"
#include "pskd/signal/statistics.hpp"

namespace pskd::train {

struct Modalities {
  bool skeleton = false, sensor = false;
};
/// What either sees.
Modalities operator|(Modalities a, Modalities b);

/// From those in a config.
Modalities modalities(const config::Sees& sees);

/// What a stage is shown in training: what it sees, and what its teachers of this run see.
Modalities shown_modalities(const config::Experiment& experiment, const config::StageConfig& stage);

/// Whether a recording has all that is `wanted`.
bool has(const data::Recording& recording, Modalities wanted);

/// The split without the recordings that lack any of `wanted`; `split` itself, which must then stay, where none does.
std::shared_ptr<const data::Split> seen_split(const data::Split& split, Modalities wanted);

/// What rendering needs to know about a data set; the statistics come from recordings that train only.
struct Renderer {
  config::AugmentationConfig augmentation;
  data::Topology topology;
  std::vector<int> sensor_columns;
  signal::Statistics statistics;
  std::vector<int> common_columns;  ///< those of data.channels, see signal::SensorColumns
};

/// The sensor channels that `stage` sees, in order: its own or data.channels; none where the data set has no sensor.
/// Throws Error(config) naming the stage's `sees` where the data set has no sensor of this name, or where the
/// augmentation cannot turn its channels.
std::vector<std::string> sensor_channels(const config::Experiment& experiment, const config::StageConfig& stage,
                                         const data::DatasetInfo& info);

/// The columns of these channels. Throws Error(config) that begins with `key` and lists the channels there are.
std::vector<int> sensor_columns(const std::vector<std::string>& channels, const data::DatasetInfo& info,
                                const std::string& key);

/// Throws Error(config) naming data.channels when the data set has no such sensor channel.
Renderer make_renderer(const config::Experiment& experiment, const data::DatasetInfo& info,
                       const std::vector<data::Clip>& train);

model::DataShape data_shape(const Renderer& renderer, int classes);
/// The same by the description alone, whether or not any recording is there.
model::DataShape data_shape(const config::Experiment& experiment);
/// The same for the network of a stage, which may see sensor channels of its own.
model::DataShape data_shape(const config::Experiment& experiment, const config::StageConfig& stage);

/// Clips of a split, wherever they lie.
using Recordings = std::vector<const data::Recording*>;
Recordings recordings(const std::vector<data::Clip>& clips);
Recordings recordings(const std::vector<data::Recording>& unlabeled);
/// The clips that a stage trains on: the labeled ones and, where asked for, the unlabeled ones behind them.
Recordings training_clips(const data::Split& split, bool with_unlabeled);

/// All clips as they are, whole and undistorted. Throws Error(data) naming a clip that lacks what is wanted.
model::Input render_plain(const Renderer& renderer, const Recordings& clips, Modalities wanted);

/// All clips, each under the augmentation that (key, clip id, number) draws, whatever else is rendered and by how many
/// threads.
model::Input render_augmented(const Renderer& renderer, const Recordings& clips, Modalities wanted, std::uint64_t key,
                              int number);

/// The labels, [N] int64.
torch::Tensor label_tensor(const std::vector<data::Clip>& clips);

}  // namespace pskd::train
