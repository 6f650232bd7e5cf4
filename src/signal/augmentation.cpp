#include "signal/augmentation.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "data/interpolation.hpp"
#include "signal/resample.hpp"
#include "signal/skeleton.hpp"

namespace pskd::signal {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kSpeedKnots = 5;
constexpr int kGainKnots = 4;

Eigen::Matrix3f rotation_about(const Eigen::Vector3d& axis, double degrees) {
  return Eigen::AngleAxisd(degrees * kPi / 180.0, axis).toRotationMatrix().cast<float>();
}

Eigen::Matrix3f random_tilted_rotation(const config::SkeletonAugmentationConfig& config, RandomStream& stream) {
  const double turn = stream.uniform(-config.turn, config.turn);
  const double direction = stream.uniform(0.0, 2 * kPi);
  const Eigen::Vector3d horizontal(std::cos(direction), 0.0, std::sin(direction));
  return rotation_about(horizontal, stream.uniform(-config.tilt, config.tilt)) *
         rotation_about(Eigen::Vector3d::UnitY(), turn);
}

/// Where u in [0, 1] lies between equally spaced `knots`.
data::RowPosition position_among(const std::vector<double>& knots, double u) {
  return data::row_position(u * static_cast<double>(knots.size() - 1), static_cast<Eigen::Index>(knots.size()));
}

/// The value at u in [0, 1] of the line through equally spaced `knots`.
double line_through(const std::vector<double>& knots, double u) {
  if (knots.size() == 1) return knots.front();
  const data::RowPosition at = position_among(knots, u);
  return knots[at.before] * (1 - at.share) + knots[at.before + 1] * at.share;
}

/// The integral of that line from 0 to u, times (number of knots - 1).
double integral_to(const std::vector<double>& knots, double u) {
  if (knots.size() == 1) return u * knots.front();
  const data::RowPosition at = position_among(knots, u);
  double sum = 0;
  for (Eigen::Index i = 0; i < at.before; ++i) sum += (knots[i] + knots[i + 1]) / 2;
  return sum + (knots[at.before] + line_through(knots, u)) / 2 * at.share;
}

/// Scales the bone to each joint by a factor of its own and sets the joints together again from the root.
void stretch_limbs(data::Frames& poses, const data::Topology& topology, double deviation, RandomStream& stream) {
  const auto joints = static_cast<Eigen::Index>(topology.joints.size());
  std::vector<float> factors(topology.joints.size());
  for (float& factor : factors) factor = static_cast<float>(stream.normal(1.0, deviation));
  const data::Frames original = poses;
  std::vector<bool> placed(topology.joints.size());
  const std::function<void(int)> place = [&](int joint) {
    if (placed[joint]) return;
    placed[joint] = true;
    const int parent = topology.parents[joint];
    if (parent < 0) return;
    place(parent);
    const auto position = [&](auto& frames, int of) { return frames.middleCols(3 * of, topology.dimensions); };
    position(poses, joint) =
        position(poses, parent) + (position(original, joint) - position(original, parent)) * factors[joint];
  };
  for (int joint = 0; joint < joints; ++joint) place(joint);
}

void mirror(data::Frames& poses, const data::Topology& topology) {
  const auto joints = static_cast<Eigen::Index>(topology.joints.size());
  for (Eigen::Index joint = 0; joint < joints; ++joint) poses.col(3 * joint) *= -1.0F;
  for (const auto& [left, right] : topology.mirrored) {
    const data::Frames kept = poses.middleCols<3>(3 * left);
    poses.middleCols<3>(3 * left) = poses.middleCols<3>(3 * right);
    poses.middleCols<3>(3 * right) = kept;
  }
}

// Of a 2-D skeleton the camera sees the turned plane; confidences stay.
Eigen::Matrix3f as_seen(const Eigen::Matrix3f& rotation, const data::Topology& topology) {
  if (topology.dimensions == 3) return rotation;
  Eigen::Matrix3f seen = Eigen::Matrix3f::Identity();
  seen.topLeftCorner<2, 2>() = rotation.topLeftCorner<2, 2>();
  return seen;
}

data::Frames select_columns(const data::Frames& frames, const std::vector<int>& columns) {
  data::Frames selected(frames.rows(), static_cast<Eigen::Index>(columns.size()));
  for (Eigen::Index i = 0; i < selected.cols(); ++i) selected.col(i) = frames.col(columns[i]);
  return selected;
}

/// Turns each group of three columns, seen as vectors, by `rotation`.
void turn_vectors(data::Frames& frames, const Eigen::Matrix3f& rotation) {
  for (Eigen::Index first = 0; first + 3 <= frames.cols(); first += 3) {
    frames.middleCols<3>(first) = (frames.middleCols<3>(first).matrix() * rotation.transpose()).eval().array();
  }
}

/// Where each column that is seen stands among the common ones; their number where it is not one of them.
std::vector<Eigen::Index> places_of(const SensorColumns& columns) {
  std::vector<Eigen::Index> places;
  for (const int column : columns.seen) {
    places.push_back(std::find(columns.common.begin(), columns.common.end(), column) - columns.common.begin());
  }
  return places;
}

/// White noise of the columns that are seen, [frames, columns].
Eigen::ArrayXXd draw_noise(const Augmentation& augmentation, const SensorColumns& columns, int frames) {
  const auto common = std::ssize(columns.common);
  RandomStream together(stream_key(augmentation.noise_key, "sensor"));
  Eigen::ArrayXXd drawn(frames, common);
  for (Eigen::Index t = 0; t < frames; ++t) {
    for (Eigen::Index c = 0; c < common; ++c) drawn(t, c) = together.normal(0.0, augmentation.sensor_noise);
  }
  if (columns.seen == columns.common) return drawn;
  Eigen::ArrayXXd noise(frames, std::ssize(columns.seen));
  const std::vector<Eigen::Index> places = places_of(columns);
  for (Eigen::Index c = 0; c < noise.cols(); ++c) {
    if (places[c] < common) {
      noise.col(c) = drawn.col(places[c]);
      continue;
    }
    RandomStream own(stream_key(augmentation.noise_key, "sensor", columns.seen[c]));
    for (Eigen::Index t = 0; t < frames; ++t) noise(t, c) = own.normal(0.0, augmentation.sensor_noise);
  }
  return noise;
}

/// Of each column that is seen, whose gain it has: x, y or z.
std::vector<Eigen::Index> axes_of(const SensorColumns& columns) {
  std::vector<Eigen::Index> axes = places_of(columns);
  for (std::size_t c = 0; c < axes.size(); ++c) {
    axes[c] = (axes[c] < std::ssize(columns.common) ? axes[c] : columns.seen[c]) % 3;
  }
  return axes;
}

}  // namespace

Augmentation draw_augmentation(const config::AugmentationConfig& config, RandomStream& stream) {
  Augmentation augmentation;
  const double kept = 1.0 - stream.uniform(0.0, config.crop);
  augmentation.begin = stream.uniform(0.0, 1.0 - kept);
  augmentation.end = augmentation.begin + kept;
  augmentation.speeds.resize(kSpeedKnots);
  for (double& speed : augmentation.speeds) speed = std::exp(stream.normal(0.0, config.time_warp));

  Eigen::Vector3d axis(stream.normal(), stream.normal(), stream.normal());
  if (axis.norm() < 1e-9) axis = Eigen::Vector3d::UnitX();
  augmentation.sensor_rotation =
      rotation_about(axis.normalized(), stream.uniform(-config.sensor.rotation, config.sensor.rotation));
  const double gain = stream.normal(1.0, config.sensor.scale);
  for (std::vector<double>& knots : augmentation.gains) {
    knots.resize(kGainKnots);
    for (double& knot : knots) knot = gain * stream.normal(1.0, config.sensor.magnitude_warp);
  }
  augmentation.sensor_noise = config.sensor.noise;

  const double size = stream.normal(1.0, config.skeleton.scale);
  augmentation.skeleton_rotation = random_tilted_rotation(config.skeleton, stream) * static_cast<float>(size);
  augmentation.limbs = config.skeleton.limbs;
  augmentation.skeleton_noise = config.skeleton.jitter;
  augmentation.noise_key = static_cast<std::uint64_t>(stream.below(std::int64_t{1} << 62));
  augmentation.mirrored = stream.uniform() < config.skeleton.mirror;
  return augmentation;
}

std::vector<double> augmented_times(const Augmentation& augmentation, int n) {
  std::vector<double> times = uniform_times(n);
  const double whole = integral_to(augmentation.speeds, 1.0);
  for (double& u : times)
    u = augmentation.begin + (augmentation.end - augmentation.begin) * integral_to(augmentation.speeds, u) / whole;
  return times;
}

void render_sensor(const data::Recording& clip, const Augmentation& augmentation, const SensorColumns& columns,
                   const Statistics& statistics, int frames, std::span<float> out) {
  const std::vector<double> times = augmented_times(augmentation, frames);
  data::Frames values = resample(select_columns(clip.sensor, columns.seen), times);
  turn_vectors(values, augmentation.sensor_rotation);
  const bool noisy = augmentation.sensor_noise > 0;
  const Eigen::ArrayXXd noise = noisy ? draw_noise(augmentation, columns, frames) : Eigen::ArrayXXd();
  const std::vector<Eigen::Index> axes = axes_of(columns);
  const double last = std::max(frames - 1, 1);
  for (Eigen::Index t = 0; t < frames; ++t) {
    for (Eigen::Index c = 0; c < values.cols(); ++c) {
      const double gain = line_through(augmentation.gains[axes[c]], static_cast<double>(t) / last);
      double value = (gain * values(t, c) - statistics.mean[c]) / statistics.deviation[c];
      if (noisy) value += noise(t, c);
      out[c * frames + t] = static_cast<float>(value);
    }
  }
}

void render_skeleton(const data::Recording& clip, const Augmentation& augmentation, const data::Topology& topology,
                     int frames, std::span<float> out) {
  data::Frames poses = resample(clip.skeleton, augmented_times(augmentation, frames));
  if (augmentation.mirrored) mirror(poses, topology);
  center_poses(poses, topology);
  RandomStream stream(stream_key(augmentation.noise_key, "skeleton"));
  if (augmentation.limbs > 0) stretch_limbs(poses, topology, augmentation.limbs, stream);
  turn_vectors(poses, as_seen(augmentation.skeleton_rotation, topology));
  if (augmentation.skeleton_noise > 0) {
    for (Eigen::Index t = 0; t < poses.rows(); ++t) {
      for (Eigen::Index column = 0; column < poses.cols(); ++column) {
        if (column % 3 < topology.dimensions)
          poses(t, column) += static_cast<float>(stream.normal(0.0, augmentation.skeleton_noise));
      }
    }
  }
  write_streams(poses, topology, out);
}

}  // namespace pskd::signal
