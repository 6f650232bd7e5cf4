// MMAct's pose files: JSON of frame number -> person -> 17 x (x, y, confidence).
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// The pose of the person seen in most frames (person1 when others are seen as often). A person is seen in a frame
/// whose list is not empty and has some confidence above 0. Throws Error(data) naming the file and the frame.
struct MmactPose {
  /// [T, 17 * 3]: x, y up, confidence; one row for each frame from the first to the last number; none when nobody is
  /// seen. The median distance from mid-shoulders to mid-hips, over the frames where the four have confidence (all
  /// frames where none has), is 0.5: about meters. Frames without the person lie between their neighbors, confidence
  /// 0.
  Frames frames;
  int first = 0, last = 0;        ///< frame numbers, of 30 a second
  std::int64_t interpolated = 0;  ///< frames without the person
  int others = 0;                 ///< people left out
};
MmactPose read_mmact_pose(const std::filesystem::path& file);

}  // namespace pskd::data::readers
