// The 30-joint skeletons of the original release, BVH files.
#pragma once

#include <filesystem>

#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// The 30 joints of mhad-30 out of an original BVH file (centimeters, 480 Hz) as [T, 30 * 3] in meters at 30 Hz. Joints
/// are found by name, whatever the case, '_' and blanks. Throws Error(data) naming the joints that are absent.
Frames read_berkeley_bvh(const std::filesystem::path& file);

}  // namespace pskd::data::readers
