// Synthetic recordings: a humanoid with joint limits performs parametric actions in the style of the UTD-MHAD classes.
// Subjects differ in limb lengths, tempo, range and style. The sensor is physics: second derivative of the wrist's (for
// leg actions: thigh's) path plus gravity, in the turning frame of the sensor, plus bias, noise and rail; angular rate
// from the same frame.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd {

/// At most UTD-MHAD's own numbers, so that its reader takes the files.
struct SyntheticOptions {
  int subjects = 8;  ///< 1 .. 8
  int trials = 4;    ///< 1 .. 4
  int actions = 27;  ///< the first so many classes, 1 .. 27
  std::uint64_t seed = 1;
};

/// What really happened, before the camera and the sensor saw it: `steps` moments at equal intervals.
struct SyntheticMotion {
  double interval = 0;                       ///< seconds between two moments
  Eigen::ArrayXXd joints;                    ///< [steps, 20 * 3], metres, camera axes (x to the person's right, y up)
  Eigen::ArrayXXd sensor_position;           ///< [steps, 3], metres
  std::vector<Eigen::Matrix3d> sensor_axes;  ///< [steps], columns: the sensor's axes in camera axes
};

/// The motion behind a recording. action, subject and trial from 1. Throws Error(usage) for a number outside `options`,
/// or for options outside their range.
SyntheticMotion make_synthetic_motion(const SyntheticOptions& options, int action, int subject, int trial);

/// One recording, in UTD-MHAD's conventions. Arguments and errors as above.
Clip make_synthetic_clip(const SyntheticOptions& options, int action, int subject, int trial);

/// Writes Inertial/ and Skeleton/ MAT files with UTD-MHAD's names; the same options give the same bytes. The folder
/// appears when it is complete. Refuses (Error(data)) one that holds anything already. Returns the number of
/// recordings.
int write_synthetic_utd(const std::filesystem::path& folder, const SyntheticOptions& options);

/// Berkeley-MHAD's own numbers.
inline constexpr SyntheticOptions kLargestSyntheticBerkeley = {.subjects = 12, .trials = 5, .actions = 11};

/// The same in Berkeley-MHAD's conventions, at most kLargestSyntheticBerkeley: Mocap/SkeletalData/*.bvh with the 30
/// joints of mhad-30 at 480 Hz and Accelerometer/Shimmer02/*.txt of the right wrist (h02 only).
int write_synthetic_berkeley(const std::filesystem::path& folder, const SyntheticOptions& options);
/// A worked example of a user's own data: dataset.yaml, clips.csv and CSV files of a watch at 32 Hz and of a skeleton
/// of 32 joints at 30 Hz, which begin and end at different moments. Otherwise as above.
int write_synthetic_generic(const std::filesystem::path& folder, const SyntheticOptions& options);

/// As many recordings as a worked example needs.
inline constexpr SyntheticOptions kGenericExample = {.subjects = 4, .trials = 3, .actions = 5};

}  // namespace pskd
