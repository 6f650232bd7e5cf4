// Reader of MMAct (Kong et al., ICCV 2019): sensors
// {acc_watch,acc_phone,gyro,orientation}_clip/subject{1..20}/scene{1..4}/session{1..5}/{action}.csv and 2-D poses
// pose/.../subject{1..20}/cam{1..4}/scene{1..4}/session{1..5}/{action}.json, one clip for each camera.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/reader.hpp"
#include "pskd/data/clip.hpp"

namespace pskd {

inline constexpr int kMmactSubjects = 20, kMmactScenes = 4, kMmactSessions = 5, kMmactCameras = 4;
inline constexpr int kMmactDeskScene = 3;  ///< where the set of 37 classes has calls at a desk

/// The 35 names of files, in alphabetical order; a file's index is its label among the 35 classes.
const std::vector<std::string>& mmact_actions();

/// Label of a file in its scene. The 37 classes are the 35, then talking_on_phone_desk and using_phone_desk.
int mmact_label(int action, int scene, int classes);

/// `sensors` of acc_watch, acc_phone, gyro and orientation; `cameras` of 1 .. 4; `classes` 37 or 35.
DatasetInfo mmact_info(const std::vector<std::string>& sensors, const std::vector<int>& cameras, int classes);

/// A sensor's text as it stands in the file: `YYYYMMDD_HH:MM:SS.ffffff,x,y,z`, one sample a line; a first line of words
/// is a header, empty lines at the end are none. A stamp without fraction gets a moment of its second between its
/// neighbours; where none has a fraction, samples follow each other at `rate` Hz. Throws Error(data) naming the file
/// and the line.
struct MmactSamples {
  std::vector<double> times;  ///< [T] seconds, since 1970 by the recorder's clock
  Frames values;              ///< [T, 3], the file's units
  bool header = false;
  std::int64_t without_fraction = 0;  ///< stamps
};
MmactSamples read_mmact_csv(const std::filesystem::path& file, double rate);

/// The pose of the person seen in most frames (person1 when others are seen as often). A person is seen in a frame
/// whose list is not empty and has some confidence above 0. Throws Error(data) naming the file and the frame.
struct MmactPose {
  /// [T, 17 * 3]: x, y up, confidence; one row for each frame from the first to the last number; none when nobody is
  /// seen. The median distance from mid-shoulders to mid-hips, over the frames where the four have confidence (all
  /// frames where none has), is 0.5: about metres. Frames without the person lie between their neighbours, confidence
  /// 0.
  Frames frames;
  int first = 0, last = 0;        ///< frame numbers, of 30 a second
  std::int64_t interpolated = 0;  ///< frames without the person
  int others = 0;                 ///< people left out
};
MmactPose read_mmact_pose(const std::filesystem::path& file);

/// Name of a clip: "subject1_scene2_session3_carrying_cam1".
std::string mmact_clip_id(int subject, int scene, int session, const std::string& action, int camera);

Source mmact_source(const DataConfig& config);

}  // namespace pskd
