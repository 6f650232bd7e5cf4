#include "synthetic/recordings.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "data/interpolation.hpp"
#include "data/readers/utd_mhad.hpp"
#include "synthetic/actions.hpp"
#include "synthetic/body.hpp"
#include "synthetic/performance.hpp"
#include "synthetic/timing.hpp"

namespace pskd::synthetic {
namespace {

using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Vector3d;

constexpr double kRail = 8;  // g
constexpr int kFirstLegAction = 22;

// [samples, 6]: g and deg/s.
ArrayXXd sense(const SyntheticMotion& motion, Index samples, RandomStream& random) {
  const WornSensor worn{motion.sensor_position, motion.sensor_axes};
  ArrayXXd values(samples, 6);
  Eigen::Array<double, 1, 6> bias;
  for (Index i = 0; i < 6; ++i) bias(i) = random.normal(0, i < 3 ? 0.02 : 1.5);
  for (Index i = 0; i < samples; ++i) {
    const Index step = i * kStepsPerSample;
    const Vector3d force = felt_force(worn, motion.interval, step);
    const Vector3d rate = angular_rate(worn, motion.interval, step) * (180 / std::numbers::pi);
    values.row(i) << force.transpose().array(), rate.transpose().array();
    values.row(i) += bias;
    for (Index axis = 0; axis < 6; ++axis) values(i, axis) += random.normal(0, axis < 3 ? 0.02 : 1.0);
  }
  values.leftCols(3) = values.leftCols(3).cwiseMin(kRail).cwiseMax(-kRail);
  return values;
}

// The camera's error of one joint over time: noise, a slow drift, and now and then a stretch in which the joint is
// lost.
ArrayXXd camera_error(Index frames, double size, RandomStream& random) {
  constexpr double kKept = 0.85;  // of the drift, from one frame to the next
  constexpr double kLostOnce = 0.04;
  ArrayXXd error(frames, 3);
  const bool lost = random.uniform() < kLostOnce;
  const Index lost_from = random.below(frames);
  const Index lost_until = lost_from + 3 + random.below(8);
  Eigen::Array3d drift = Eigen::Array3d::Zero();
  for (Index t = 0; t < frames; ++t) {
    const double factor = lost && t >= lost_from && t < lost_until ? 8 : 1;
    for (Index axis = 0; axis < 3; ++axis) {
      drift(axis) = kKept * drift(axis) + random.normal(0, size * std::sqrt(1 - kKept * kKept));
      error(t, axis) = factor * (drift(axis) + random.normal(0, 0.6 * size));
    }
  }
  return error;
}

// [frames, 60], meters.
ArrayXXd film(const SyntheticMotion& motion, Index frames, RandomStream& random) {
  constexpr double kError = 0.005;  // meters; hands and feet 1.6 times as much
  ArrayXXd values(frames, motion.joints.cols());
  const double stride = static_cast<double>(motion.joints.rows() - 1) / static_cast<double>(frames - 1);
  for (Index t = 0; t < frames; ++t) {
    values.row(t) =
        data::row_at(motion.joints, data::row_position(stride * static_cast<double>(t), motion.joints.rows()));
  }
  for (Index joint = 0; joint < kHumanoidJoints; ++joint) {
    const bool far_out = joint >= 4 && joint % 4 >= 2;
    values.middleCols(3 * joint, 3) += camera_error(frames, far_out ? 1.6 * kError : kError, random);
  }
  return values;
}

}  // namespace

SyntheticMotion make_synthetic_motion(const SyntheticOptions& options, int action, int subject, int trial) {
  const Timing timing = synthetic_timing(options, action, subject, trial);
  Performance performance =
      perform({action_script(action), options.seed, action, subject, trial, timing.steps, timing.interval});
  WornSensor& worn = action >= kFirstLegAction ? performance.thigh : performance.wrist;
  return {performance.interval, std::move(performance.joints), std::move(worn.position), std::move(worn.axes)};
}

SyntheticRecording make_synthetic_recording(const SyntheticOptions& options, int action, int subject, int trial) {
  const Timing timing = synthetic_timing(options, action, subject, trial);
  const SyntheticMotion motion = make_synthetic_motion(options, action, subject, trial);
  RandomStream camera(stream_key(options.seed, "camera", action, subject, trial));
  RandomStream sensor(stream_key(options.seed, "sensor", action, subject, trial));
  return {film(motion, timing.skeleton_frames, camera), sense(motion, timing.sensor_samples, sensor)};
}

data::Clip make_synthetic_clip(const SyntheticOptions& options, int action, int subject, int trial) {
  const SyntheticRecording recording = make_synthetic_recording(options, action, subject, trial);
  data::Clip clip;
  clip.id = data::readers::utd_clip_id(action, subject, trial);
  clip.subject = subject;
  clip.trial = trial;
  clip.label = action - 1;
  clip.skeleton = recording.skeleton.cast<float>();
  clip.sensor = recording.sensor.cast<float>();
  clip.hash = data::clip_hash(clip);
  return clip;
}

}  // namespace pskd::synthetic
