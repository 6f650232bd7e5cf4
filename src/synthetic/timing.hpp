// How long a synthetic recording takes and how often the motion, the sensor and the camera are sampled.
#pragma once

#include <Eigen/Core>

#include "synthetic/options.hpp"

namespace pskd::synthetic {

inline constexpr int kStepsPerSample = 4;  ///< of the motion, for each sample of the sensor

struct Timing {
  Eigen::Index sensor_samples = 0;
  Eigen::Index skeleton_frames = 0;
  Eigen::Index steps = 0;  ///< of the motion: kStepsPerSample for each interval of the sensor, and the last moment
  double interval = 0;     ///< seconds between steps
};

/// Throws Error(usage) for numbers out of range.
Timing synthetic_timing(const SyntheticOptions& options, int action, int subject, int trial);

}  // namespace pskd::synthetic
