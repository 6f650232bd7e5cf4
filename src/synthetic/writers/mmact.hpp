// Synthetic recordings in MMAct's format: the humanoid of synthetic/body.hpp, filmed by four cameras around, with a
// watch on the right wrist and a phone in the right trouser pocket.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pskd::synthetic {

struct MmactOptions {
  int subjects = 4;  ///< 1 .. 20
  int scenes = 3;    ///< 1 .. 4; calls in scene 3 are at a desk
  int sessions = 2;  ///< 1 .. 5
  int actions = 35;  ///< the first so many of mmact_actions(), 1 .. 35
  std::uint64_t seed = 1;
  /// Share of clips, 0 .. 1, with a flaw such as the real files have, each kind in turn: stamps that run backwards,
  /// repeat or lack the fraction, a header line, an empty file, a sensor or pose that is missing, capitals or a blank
  /// in the names, frames without people, left-out frames, nobody in any frame.
  double traps = 0.05;
  std::vector<std::string> sensors = {"acc_watch", "acc_phone", "gyro", "orientation"};  ///< written; gyro: the watch's
  std::vector<int> cameras = {1, 2, 3, 4};                                               ///< whose poses are written
  /// CSV of subject,scene,session,action,cameras,frames_30fps (cameras as 1+2+4): one clip for each line, of that
  /// length, seen by those of `cameras`. Numbers of subjects, scenes, sessions and actions then say nothing.
  std::filesystem::path inventory;
};

/// Writes the files; the same options give the same bytes. The folder appears when it is complete. Returns the number
/// of clips (subject, scene, session, action). Throws Error(usage) for options out of range, Error(data) for a folder
/// that holds anything already and for an inventory that is not as above, naming the line.
int write_mmact(const std::filesystem::path& folder, const MmactOptions& options);

}  // namespace pskd::synthetic
