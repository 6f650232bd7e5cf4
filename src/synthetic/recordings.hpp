// Synthetic recordings: a humanoid with joint limits performs parametric actions in the style of the UTD-MHAD classes.
// Subjects differ in limb lengths, tempo, range and style. The sensor is physics: second derivative of the wrist's (for
// leg actions: thigh's) path plus gravity, in the turning frame of the sensor, plus bias, noise and rail; angular rate
// from the same frame.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "pskd/data/clip.hpp"
#include "synthetic/options.hpp"

namespace pskd::synthetic {

/// What really happened, before the camera and the sensor saw it: `steps` moments at equal intervals.
struct SyntheticMotion {
  double interval = 0;                       ///< seconds between two moments
  Eigen::ArrayXXd joints;                    ///< [steps, 20 * 3], meters, camera axes (x to the person's right, y up)
  Eigen::ArrayXXd sensor_position;           ///< [steps, 3], meters
  std::vector<Eigen::Matrix3d> sensor_axes;  ///< [steps], columns: the sensor's axes in camera axes
};

/// The motion behind a recording. action, subject and trial from 1. Throws Error(usage) for a number outside `options`,
/// or for options outside their range.
SyntheticMotion make_synthetic_motion(const SyntheticOptions& options, int action, int subject, int trial);

/// What the camera and the sensor saw, in UTD-MHAD's conventions.
struct SyntheticRecording {
  Eigen::ArrayXXd skeleton;  ///< [frames, 20 * 3], meters
  Eigen::ArrayXXd sensor;    ///< [samples, 6], g and deg/s
};

/// One recording. Arguments and errors as above.
SyntheticRecording make_synthetic_recording(const SyntheticOptions& options, int action, int subject, int trial);

/// The same as a clip of UTD-MHAD.
data::Clip make_synthetic_clip(const SyntheticOptions& options, int action, int subject, int trial);

}  // namespace pskd::synthetic
