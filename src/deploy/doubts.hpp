// What a recording says against itself: signs that it is not what the model was trained on.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "deploy/model_file.hpp"
#include "deploy/sensor_files.hpp"

namespace pskd::deploy {

struct Doubt {
  std::string kind;    ///< the same for all recordings that have it
  std::string detail;  ///< what was found in this one
};

/// In this order: the median of |acceleration| is far from 1 g (gravity removed, another unit), time stamps tell of
/// another rate than that of the training recordings, a rule for gaps left out more than a short one, a channel is
/// constant.
std::vector<Doubt> doubts_about(const SensorRecording& recording, const SensorInput& input);

/// Where the `decided` samples of the recording that are decided about at once, all of them or those of a window, are
/// much more or less than a training clip, by their seconds. Nothing where a rate is not known.
std::optional<Doubt> doubt_about_length(const SensorRecording& recording, Eigen::Index decided,
                                        const SensorInput& input);

}  // namespace pskd::deploy
