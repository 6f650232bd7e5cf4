// Reader of UTD-MHAD (Chen, Jafari, Kehtarnavaz, ICIP 2015): Inertial/a{A}_s{S}_t{T}_inertial.mat with `d_iner` [T, 6]
// and Skeleton/a{A}_s{S}_t{T}_skeleton.mat with `d_skel` [20, 3, T]. The files' axes are (joint, xyz, frame).
#pragma once

#include <filesystem>

#include "data/reader.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

DatasetInfo utd_mhad_info();

/// `d_iner` of a file as [T, 6]. Throws Error(data) naming the file and what is wrong: not a MAT file, truncated,
/// variable absent, not a real matrix of the expected shape, a value that is not finite.
Frames read_utd_inertial(const std::filesystem::path& file);

/// `d_skel` of a file as [T, 20 * 3]. Throws as above.
Frames read_utd_skeleton(const std::filesystem::path& file);

/// Name of a recording: action, subject and trial from 1, "a1_s2_t3".
std::string utd_clip_id(int action, int subject, int trial);

Reader utd_mhad_reader(const config::DataConfig& config);

}  // namespace pskd::data::readers
