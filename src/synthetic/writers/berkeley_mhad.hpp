// Synthetic recordings in Berkeley-MHAD's format: 11 actions of the same humanoid, other people.
#pragma once

#include <filesystem>

#include "synthetic/options.hpp"

namespace pskd::synthetic {

/// Berkeley-MHAD's own numbers.
inline constexpr SyntheticOptions kMaxBerkeleyMhad = {.subjects = 12, .trials = 5, .actions = 11};

/// Writes at most kMaxBerkeleyMhad recordings, otherwise as write_utd_mhad: Mocap/SkeletalData/*.bvh with the 30
/// joints of mhad-30 at 480 Hz and Accelerometer/Shimmer02/*.txt of the right wrist (h02 only).
int write_berkeley_mhad(const std::filesystem::path& folder, const SyntheticOptions& options);

}  // namespace pskd::synthetic
