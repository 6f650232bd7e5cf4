// Reader of MMAct (Kong et al., ICCV 2019): sensors
// {acc_watch,acc_phone,gyro,orientation}_clip/subject{1..20}/scene{1..4}/session{1..5}/{action}.csv and 2-D poses
// pose/.../subject{1..20}/cam{1..4}/scene{1..4}/session{1..5}/{action}.json, one clip for each camera.
#pragma once

#include <string>
#include <vector>

#include "data/reader.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

inline constexpr int kMmactSubjects = 20, kMmactScenes = 4, kMmactSessions = 5, kMmactCameras = 4;
inline constexpr const char* kMmactUsualSensor = "acc_watch";

/// The 35 names of files, in alphabetical order; a file's index is its label among the 35 classes.
const std::vector<std::string>& mmact_actions();

/// Label of a file in its scene. The 37 classes are the 35, then talking_on_phone_desk and using_phone_desk.
int mmact_label(int action, int scene, int classes);

/// `sensors` of acc_watch, acc_phone, gyro and orientation; `cameras` of 1 .. 4; `classes` 37 or 35.
DatasetInfo mmact_info(const std::vector<std::string>& sensors, const std::vector<int>& cameras, int classes);

Reader mmact_reader(const config::DataConfig& config);

}  // namespace pskd::data::readers
