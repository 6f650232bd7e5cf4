// The 16-joint skeletons of the D-Mocap release, MAT files.
#pragma once

#include <filesystem>
#include <string>

#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// The 16 joints of the re-release as [T, 16 * 3] in meters. `variable` is the file's: its own name for the front view,
/// rearMocap for the rear one. Throws Error(data).
Frames read_berkeley_mocap(const std::filesystem::path& file, const std::string& variable);

}  // namespace pskd::data::readers
