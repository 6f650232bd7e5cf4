// One person performing one script once, whatever data set it is for.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "action_scripts.hpp"
#include "pskd/data/synthetic.hpp"

namespace pskd {

/// Standard gravity, m/s^2.
inline constexpr double kGravity = 9.80665;

struct Performance {
  const ActionScript& script;
  bool on_thigh = false;   ///< where the sensor is: the right thigh, or the right wrist
  std::uint64_t seed = 1;  ///< with the numbers below: names the random streams
  int action = 1, subject = 1, trial = 1;
};

/// How long this person takes for it this time.
double performance_seconds(const Performance& performance);

/// The motion at `steps` moments (2 at least), `interval` seconds apart.
SyntheticMotion perform(const Performance& performance, Eigen::Index steps, double interval);

/// What an accelerometer feels at `step`, g in its own axes: the path's acceleration and the ground that pushes it up.
Eigen::Vector3d felt_force(const SyntheticMotion& motion, Eigen::Index step);

}  // namespace pskd
