#include "synthetic/timing.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "synthetic/actions.hpp"
#include "synthetic/performance.hpp"

namespace pskd::synthetic {
namespace {

using Eigen::Index;

constexpr double kSensorRate = 50;     // Hz
constexpr double kLengthRatio = 2.63;  // sensor samples per skeleton frame, as measured on UTD-MHAD
constexpr Index kMinSamples = 107, kMaxSamples = 326;
constexpr Index kMinFrames = 41, kMaxFrames = 125;

/// Duration that this person needs for this trial of the action.
double synthetic_seconds(const SyntheticOptions& options, int action, int subject, int trial) {
  check_synthetic_options(options);
  check_synthetic_number("an action", action, options.actions);
  check_synthetic_number("a subject", subject, options.subjects);
  check_synthetic_number("a trial", trial, options.trials);
  return performance_seconds({action_script(action), options.seed, action, subject, trial});
}

}  // namespace

Timing synthetic_timing(const SyntheticOptions& options, int action, int subject, int trial) {
  const double seconds = synthetic_seconds(options, action, subject, trial);
  RandomStream random(stream_key(options.seed, "timing", action, subject, trial));
  Timing timing;
  timing.sensor_samples = std::clamp(static_cast<Index>(std::lround(seconds * kSensorRate)), kMinSamples, kMaxSamples);
  const double frames = static_cast<double>(timing.sensor_samples) / (kLengthRatio * random.normal(1, 0.01));
  timing.skeleton_frames = std::clamp(static_cast<Index>(std::lround(frames)), kMinFrames, kMaxFrames);
  timing.steps = kStepsPerSample * (timing.sensor_samples - 1) + 1;
  timing.interval = 1 / (kSensorRate * kStepsPerSample);
  return timing;
}

}  // namespace pskd::synthetic
