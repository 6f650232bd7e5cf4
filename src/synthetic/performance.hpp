// A person performs an action: the joints over time, and the two places a sensor is worn at.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "synthetic/actions.hpp"

namespace pskd::synthetic {

/// Who does what, how often and sampled how.
struct PerformancePlan {
  ActionScript script;
  std::uint64_t seed = 1;  ///< with the numbers below: names the random streams
  int action = 1;
  int subject = 1;  ///< any number from 1 is a person
  int trial = 1;
  Eigen::Index steps = 2;   ///< moments, at least 3
  double interval = 0.005;  ///< seconds between two moments
  int repeats = 1;          ///< of the action's script within the performance
  double twist = 0;         ///< degrees added to the forearms' twist
  double range = 1;         ///< multiplies the size of the hands' movements
};

/// The path of one sensor.
struct WornSensor {
  Eigen::ArrayXXd position;           ///< [steps, 3], meters
  std::vector<Eigen::Matrix3d> axes;  ///< [steps], columns: the sensor's axes in camera axes
};

struct Performance {
  double interval = 0;
  Eigen::ArrayXXd joints;   ///< [steps, 20 * 3], meters, camera axes
  WornSensor wrist, thigh;  ///< both on the right
};

/// How long this person takes for the script this time, in seconds; steps and interval are not looked at.
double performance_seconds(const PerformancePlan& plan);

Performance perform(const PerformancePlan& plan);

/// What an accelerometer feels at `step`, in its own axes and in g: at rest +1 g upwards.
Eigen::Vector3d felt_force(const WornSensor& sensor, double interval, Eigen::Index step);

/// Angular rate of the sensor in its own axes at `step`, rad/s.
Eigen::Vector3d angular_rate(const WornSensor& sensor, double interval, Eigen::Index step);

}  // namespace pskd::synthetic
