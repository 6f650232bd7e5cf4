// The random augmentation of a clip. It is drawn once and applied to what teacher and student see alike: one time crop
// and one distortion of time for both modalities, one rotation per modality.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"
#include "pskd/data/topology.hpp"
#include "pskd/signal/statistics.hpp"

namespace pskd::signal {

/// The default one leaves the clip as it is.
struct Augmentation {
  double begin = 0, end = 1;           ///< the part of the time span that is kept, in normalized time
  std::vector<double> speeds = {1.0};  ///< > 0, of the passage of time at equally spaced knots, linear between them
  Eigen::Matrix3f sensor_rotation = Eigen::Matrix3f::Identity();
  Eigen::Matrix3f skeleton_rotation = Eigen::Matrix3f::Identity();     ///< body scale included
  std::array<std::vector<double>, 3> gains = {{{1.0}, {1.0}, {1.0}}};  ///< of each sensor axis, at knots as above
  double sensor_noise = 0;                                             ///< in standard deviations of the channel
  bool mirrored = false;        ///< left and right of the skeleton change places; the sensor stays
  double limbs = 0;             ///< standard deviation of each bone's relative length
  double skeleton_noise = 0;    ///< meters
  std::uint64_t noise_key = 0;  ///< stream of bone lengths and white noise
};

Augmentation draw_augmentation(const config::AugmentationConfig& config, RandomStream& stream);

/// `n` moments in the clip's normalized time, strictly increasing from begin to end: the integral of the speed.
std::vector<double> augmented_times(const Augmentation& augmentation, int n);

/// Which columns of a clip's sensor a network sees. Networks with different columns see the same view of a channel that
/// both have: noise and gains are those of the channel.
struct SensorColumns {
  std::vector<int> seen;
  std::vector<int> common;  ///< those whose noise is drawn together, frame by frame; any other has a draw of its own

  SensorColumns(std::vector<int> all) : seen(std::move(all)), common(seen) {}  // NOLINT(google-explicit-constructor)
  SensorColumns(std::vector<int> some, std::vector<int> drawn_together)
      : seen(std::move(some)), common(std::move(drawn_together)) {}
};

/// The augmented sensor channels, standardized: `out` is [columns, frames]. The first three columns are the axes of
/// one accelerometer and turn together; further ones (angular rate) turn in groups of three as well.
void render_sensor(const data::Recording& clip, const Augmentation& augmentation, const SensorColumns& columns,
                   const Statistics& statistics, int frames, std::span<float> out);

/// The augmented skeleton streams: `out` is [kStreamChannels, frames, V].
void render_skeleton(const data::Recording& clip, const Augmentation& augmentation, const data::Topology& topology,
                     int frames, std::span<float> out);

}  // namespace pskd::signal
