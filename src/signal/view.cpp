#include "pskd/signal/view.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "pskd/signal/resample.hpp"
#include "pskd/signal/skeleton.hpp"

namespace pskd {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kGainKnots = 6;

Eigen::Matrix3f rotation_about(const Eigen::Vector3d& axis, double degrees) {
  return Eigen::AngleAxisd(degrees * kPi / 180.0, axis).toRotationMatrix().cast<float>();
}

Eigen::Matrix3f random_tilted_rotation(const SkeletonViewConfig& config, RandomStream& stream) {
  const double turn = stream.uniform(-config.turn, config.turn);
  const double pitch = stream.uniform(-config.tilt, config.tilt);
  const double roll = stream.uniform(-config.tilt, config.tilt);
  return rotation_about(Eigen::Vector3d::UnitX(), pitch) * rotation_about(Eigen::Vector3d::UnitZ(), roll) *
         rotation_about(Eigen::Vector3d::UnitY(), turn);
}

/// Gain at normalised time u: half a cosine wave between neighbouring knots, so that the curve has no corner.
double gain_at(const std::vector<double>& gains, double u) {
  if (gains.size() == 1) return gains.front();
  const double position = u * static_cast<double>(gains.size() - 1);
  const auto before = std::min(static_cast<std::size_t>(position), gains.size() - 2);
  const double share = 0.5 - 0.5 * std::cos(kPi * (position - static_cast<double>(before)));
  return gains[before] * (1 - share) + gains[before + 1] * share;
}

Frames select_columns(const Frames& frames, const std::vector<int>& columns) {
  Frames selected(frames.rows(), static_cast<Eigen::Index>(columns.size()));
  for (Eigen::Index i = 0; i < selected.cols(); ++i) selected.col(i) = frames.col(columns[i]);
  return selected;
}

/// Turns each group of three columns, seen as vectors, by `rotation`.
void turn_vectors(Frames& frames, const Eigen::Matrix3f& rotation) {
  for (Eigen::Index first = 0; first + 3 <= frames.cols(); first += 3) {
    frames.middleCols<3>(first) = (frames.middleCols<3>(first).matrix() * rotation.transpose()).eval().array();
  }
}

}  // namespace

Statistics fit_sensor_statistics(std::span<const Clip> clips, const std::vector<int>& columns) {
  Statistics statistics;
  for (const int column : columns) {
    double sum = 0, squares = 0, count = 0;
    for (const Clip& clip : clips) {
      const Eigen::ArrayXd values = clip.sensor.col(column).cast<double>();
      sum += values.sum();
      squares += values.square().sum();
      count += static_cast<double>(values.size());
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(squares / count - mean * mean, 0.0));
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.deviation.push_back(deviation > 1e-6 ? static_cast<float>(deviation) : 1.0F);
  }
  return statistics;
}

View draw_view(const ViewsConfig& config, RandomStream& stream) {
  View view;
  const double kept = 1.0 - stream.uniform(0.0, config.crop);
  view.begin = stream.uniform(0.0, 1.0 - kept);
  view.end = view.begin + kept;
  const double strength = stream.uniform(-config.time_warp, config.time_warp);
  const double share = stream.uniform();
  view.warp_1 = strength * share;
  view.warp_2 = strength * (1.0 - share) * (stream.uniform() < 0.5 ? 1.0 : -1.0);

  Eigen::Vector3d axis(stream.normal(), stream.normal(), stream.normal());
  if (axis.norm() < 1e-9) axis = Eigen::Vector3d::UnitX();
  view.sensor_rotation = rotation_about(axis.normalized(), stream.normal(0.0, config.sensor.rotation));
  const double scale = stream.normal(1.0, config.sensor.scale);
  view.gains.resize(kGainKnots);
  for (double& gain : view.gains) gain = scale * stream.normal(1.0, config.sensor.magnitude_warp);
  view.sensor_noise = config.sensor.noise;

  const double size = 1.0 + stream.uniform(-config.skeleton.scale, config.skeleton.scale);
  view.skeleton_rotation = random_tilted_rotation(config.skeleton, stream) * static_cast<float>(size);
  view.skeleton_noise = config.skeleton.jitter;
  view.noise_key = static_cast<std::uint64_t>(stream.below(std::int64_t{1} << 62));
  return view;
}

std::vector<double> view_times(const View& view, int n) {
  std::vector<double> times = uniform_times(n);
  for (double& u : times) {
    const double warped =
        u + view.warp_1 * std::sin(kPi * u) / kPi + view.warp_2 * std::sin(2 * kPi * u) / (2 * kPi);
    u = view.begin + (view.end - view.begin) * warped;
  }
  return times;
}

void render_sensor(const Clip& clip, const View& view, const std::vector<int>& columns, const Statistics& statistics,
                   int frames, std::span<float> out) {
  const std::vector<double> times = view_times(view, frames);
  Frames values = resample(select_columns(clip.sensor, columns), times);
  turn_vectors(values, view.sensor_rotation);
  RandomStream noise(stream_key(view.noise_key, "sensor"));
  const double last = std::max(frames - 1, 1);
  for (Eigen::Index t = 0; t < frames; ++t) {
    const double gain = gain_at(view.gains, static_cast<double>(t) / last);
    for (Eigen::Index c = 0; c < values.cols(); ++c) {
      double value = (gain * values(t, c) - statistics.mean[c]) / statistics.deviation[c];
      if (view.sensor_noise > 0) value += noise.normal(0.0, view.sensor_noise);
      out[c * frames + t] = static_cast<float>(value);
    }
  }
}

void render_skeleton(const Clip& clip, const View& view, const Topology& topology, int frames, std::span<float> out) {
  Frames poses = resample(clip.skeleton, view_times(view, frames));
  centre_poses(poses, topology);
  turn_vectors(poses, view.skeleton_rotation);
  if (view.skeleton_noise > 0) {
    RandomStream noise(stream_key(view.noise_key, "skeleton"));
    for (float& value : poses.reshaped<Eigen::RowMajor>()) {
      value += static_cast<float>(noise.normal(0.0, view.skeleton_noise));
    }
  }
  write_streams(poses, topology, out);
}

}  // namespace pskd
