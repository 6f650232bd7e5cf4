// Synthetic recordings: a humanoid with joint limits performs parametric actions in the style of the UTD-MHAD classes.
// Subjects differ in limb lengths, tempo, range and style. The sensor is physics: second derivative of the wrist's (for
// leg actions: thigh's) path plus gravity, in the turning frame of the sensor, plus bias, noise and rail; angular rate
// from the same frame.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/data/clip.hpp"

namespace pskd {

struct SyntheticOptions {
  int subjects = 8;  ///< >= 1
  int trials = 4;    ///< >= 1
  int actions = 27;  ///< the first so many classes, 1 .. 27
  std::uint64_t seed = 1;
};

/// One recording, in UTD-MHAD's conventions. action, subject and trial from 1.
Clip make_synthetic_clip(const SyntheticOptions& options, int action, int subject, int trial);

/// Writes Inertial/ and Skeleton/ MAT files with UTD-MHAD's names; the same options give the same bytes. Refuses
/// (Error(data)) a folder that already holds other files. Returns the number of recordings.
int write_synthetic_utd(const std::filesystem::path& folder, const SyntheticOptions& options);

}  // namespace pskd
