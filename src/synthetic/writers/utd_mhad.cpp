#include "data/readers/utd_mhad.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "data/formats/mat_file.hpp"
#include "synthetic/body.hpp"
#include "synthetic/performance.hpp"
#include "synthetic/recordings.hpp"
#include "synthetic/timing.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Vector3d;

constexpr double kRail = 8;            // g
constexpr double kSensorRate = 50;     // Hz
constexpr double kLengthRatio = 2.63;  // sensor samples per skeleton frame, as measured on UTD-MHAD
constexpr Index kFewestSamples = 107, kMostSamples = 326;
constexpr Index kFewestFrames = 41, kMostFrames = 125;

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

// [frames, 60], metres.
ArrayXXd film(const SyntheticMotion& motion, Index frames, RandomStream& random) {
  constexpr double kError = 0.005;  // metres; hands and feet 1.6 times as much
  ArrayXXd values(frames, motion.joints.cols());
  const double stride = static_cast<double>(motion.joints.rows() - 1) / static_cast<double>(frames - 1);
  for (Index t = 0; t < frames; ++t) {
    const double at = stride * static_cast<double>(t);
    const auto before = std::min(static_cast<Index>(at), motion.joints.rows() - 2);
    const double share = at - static_cast<double>(before);
    values.row(t) = (1 - share) * motion.joints.row(before) + share * motion.joints.row(before + 1);
  }
  for (Index joint = 0; joint < kHumanoidJoints; ++joint) {
    const bool far_out = joint >= 4 && joint % 4 >= 2;
    values.middleCols(3 * joint, 3) += camera_error(frames, far_out ? 1.6 * kError : kError, random);
  }
  return values;
}

// A recording before it becomes a clip or a pair of files.
struct Recording {
  ArrayXXd skeleton;  // [frames, 60]
  ArrayXXd sensor;    // [samples, 6]
};

Recording record(const SyntheticOptions& options, int action, int subject, int trial) {
  const Timing timing = synthetic_timing(options, action, subject, trial);
  const SyntheticMotion motion = make_synthetic_motion(options, action, subject, trial);
  RandomStream camera(stream_key(options.seed, "camera", action, subject, trial));
  RandomStream sensor(stream_key(options.seed, "sensor", action, subject, trial));
  return {film(motion, timing.skeleton_frames, camera), sense(motion, timing.sensor_samples, sensor)};
}

// [20, 3, T], the first index running fastest.
MatMatrix skeleton_matrix(const ArrayXXd& skeleton) {
  MatMatrix matrix{{kHumanoidJoints, 3, static_cast<std::size_t>(skeleton.rows())}, {}};
  for (Index t = 0; t < skeleton.rows(); ++t) {
    for (Index axis = 0; axis < 3; ++axis) {
      for (Index joint = 0; joint < kHumanoidJoints; ++joint) matrix.values.push_back(skeleton(t, 3 * joint + axis));
    }
  }
  return matrix;
}

MatMatrix sensor_matrix(const ArrayXXd& sensor) {
  return {{static_cast<std::size_t>(sensor.rows()), static_cast<std::size_t>(sensor.cols())},
          {sensor.data(), sensor.data() + sensor.size()}};
}

int write_recordings(const fs::path& folder, const SyntheticOptions& options) {
  fs::create_directories(folder / "Inertial");
  fs::create_directories(folder / "Skeleton");
  for (int action = 1; action <= options.actions; ++action) {
    for (int subject = 1; subject <= options.subjects; ++subject) {
      for (int trial = 1; trial <= options.trials; ++trial) {
        const Recording recording = record(options, action, subject, trial);
        const std::string id = utd_clip_id(action, subject, trial);
        write_mat_matrix(folder / "Inertial" / (id + "_inertial.mat"), "d_iner", sensor_matrix(recording.sensor));
        write_mat_matrix(folder / "Skeleton" / (id + "_skeleton.mat"), "d_skel", skeleton_matrix(recording.skeleton));
      }
    }
  }
  return options.actions * options.subjects * options.trials;
}

}  // namespace

Timing synthetic_timing(const SyntheticOptions& options, int action, int subject, int trial) {
  const double seconds = synthetic_seconds(options, action, subject, trial);
  RandomStream random(stream_key(options.seed, "timing", action, subject, trial));
  Timing timing;
  timing.sensor_samples =
      std::clamp(static_cast<Index>(std::lround(seconds * kSensorRate)), kFewestSamples, kMostSamples);
  const double frames = static_cast<double>(timing.sensor_samples) / (kLengthRatio * random.normal(1, 0.01));
  timing.skeleton_frames = std::clamp(static_cast<Index>(std::lround(frames)), kFewestFrames, kMostFrames);
  timing.steps = kStepsPerSample * (timing.sensor_samples - 1) + 1;
  timing.interval = 1 / (kSensorRate * kStepsPerSample);
  return timing;
}

Clip make_synthetic_clip(const SyntheticOptions& options, int action, int subject, int trial) {
  const Recording recording = record(options, action, subject, trial);
  Clip clip;
  clip.id = utd_clip_id(action, subject, trial);
  clip.subject = subject;
  clip.trial = trial;
  clip.label = action - 1;
  clip.skeleton = recording.skeleton.cast<float>();
  clip.sensor = recording.sensor.cast<float>();
  clip.hash = clip_hash(clip);
  return clip;
}

int write_synthetic_utd(const fs::path& folder, const SyntheticOptions& options) {
  check_synthetic_options(options);
  return write_folder_atomically(folder, [&](const fs::path& partial) { return write_recordings(partial, options); });
}

}  // namespace pskd
