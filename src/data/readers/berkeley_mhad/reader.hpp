// Reader of Berkeley-MHAD (Ofli et al., WACV 2013): accelerometers
// Accelerometer/Shimmer0{1..6}/acc_h0{1..6}_s{01..12}_a{01..11}_r{01..05}.txt and one of two skeletons, the original
// Mocap/SkeletalData/skl_s{01..12}_a{01..11}_r{01..05}.bvh (mhad-30), or the 16 joints of
// D-Mocap-release/{Front,Rear}-Facing/Mocap/K{1,2}_mocap_S{01..12}_A{01..11}_R{01..05}.mat (mhad-16; Lannan et al.,
// CVPRW 2022).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/reader.hpp"
#include "pskd/data/clip.hpp"

namespace pskd {

/// `sensors`: h01 left wrist, h02 right wrist, h03 and h04 hips, h05 and h06 ankles; `skeleton`: mhad-16 or mhad-30.
DatasetInfo berkeley_mhad_info(const std::vector<std::string>& sensors, const std::string& skeleton);

/// The accelerometer text `ax ay az unix_seconds`, one sample a line: values [T, 3] in g and stamps [T] in seconds.
/// Throws Error(data) naming the file and the line.
struct ShimmerSamples {
  Frames values;
  std::vector<double> times;
};
ShimmerSamples read_shimmer_text(const std::filesystem::path& file);

/// The 16 joints of the re-release as [T, 16 * 3] in metres. `variable` is the file's: its own name for the front view,
/// rearMocap for the rear one. Throws Error(data).
Frames read_berkeley_mocap(const std::filesystem::path& file, const std::string& variable);

/// The 30 joints of mhad-30 out of an original BVH file (centimetres, 480 Hz) as [T, 30 * 3] in metres at 30 Hz. Joints
/// are found by name, whatever the case, '_' and blanks. Throws Error(data) naming the joints that are absent.
Frames read_berkeley_bvh(const std::filesystem::path& file);

/// Name of a recording: subject, action and repetition from 1, "S01_A02_R03".
std::string berkeley_clip_id(int subject, int action, int repetition);

Source berkeley_mhad_source(const DataConfig& config);

}  // namespace pskd
