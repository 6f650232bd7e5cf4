#include "data/readers/utd_mhad.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "data/finite.hpp"
#include "data/formats/mat_file.hpp"
#include "data/reader.hpp"

namespace pskd::data::readers {
namespace {

constexpr Eigen::Index kChannels = 6;
constexpr Eigen::Index kAccelerations = 3;  // the first ones
constexpr Eigen::Index kJoints = 20;
constexpr Eigen::Index kAxes = 3;
constexpr int kSubjects = 8;
constexpr int kTrials = 4;
constexpr int kWristActions = 21;  // the sensor is on the right wrist for actions 1-21, on the right thigh for 22-27

// Action, subject and trial.
using Key = std::tuple<int, int, int>;

// What the name of a file says, e.g. a1_s2_t3_inertial.mat; nothing for a name outside the grid of the data set.
std::optional<Key> parse_name(const std::string& name, const std::string& modality) {
  static const DatasetInfo info = utd_mhad_info();
  int action = 0;
  int subject = 0;
  int trial = 0;
  if (std::sscanf(name.c_str(), "a%2d_s%1d_t%1d", &action, &subject, &trial) != 3) return std::nullopt;
  const bool known = action >= 1 && action <= static_cast<int>(info.classes.size()) && subject >= 1 &&
                     subject <= kSubjects && trial >= 1 && trial <= kTrials;
  if (!known || name != utd_clip_id(action, subject, trial) + "_" + modality + ".mat") return std::nullopt;
  return Key{action, subject, trial};
}

// Notes that lie beside the recordings, such as the original Skeleton_joint_order.txt.
bool is_note(const std::filesystem::path& file) {
  return is_hidden(file) || file.extension() == ".txt" || file.extension() == ".md" || file.stem() == "README";
}

using RecordingMap = std::map<Key, RecordingFiles>;

void list_modality(const std::filesystem::path& folder, const std::string& modality,
                   std::vector<std::filesystem::path> RecordingFiles::*member, RecordingMap& recordings,
                   std::vector<BrokenFile>& unexpected) {
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_note(entry.path())) continue;
    const auto key = parse_name(entry.path().filename().string(), modality);
    if (!key) {
      unexpected.push_back({entry.path(), "unexpected name: expected a{1..27}_s{1..8}_t{1..4}_" + modality + ".mat"});
      continue;
    }
    const auto [action, subject, trial] = *key;
    RecordingFiles& files = recordings[*key];
    files.id = utd_clip_id(action, subject, trial);
    files.label = action - 1;
    files.subject = subject;
    files.trial = trial;
    files.*member = {entry.path()};
  }
}

FolderListing list_utd_folder(const std::filesystem::path& root) {
  FolderListing listing;
  RecordingMap recordings;
  list_modality(root / "Inertial", "inertial", &RecordingFiles::sensor, recordings, listing.unexpected);
  list_modality(root / "Skeleton", "skeleton", &RecordingFiles::skeleton, recordings, listing.unexpected);
  for (auto& [key, files] : recordings) listing.recordings.push_back(std::move(files));
  std::sort(listing.unexpected.begin(), listing.unexpected.end(),
            [](const BrokenFile& a, const BrokenFile& b) { return a.file < b.file; });
  return listing;
}

}  // namespace

Reader utd_mhad_reader(const config::DataConfig& config) {
  refuse_other_choices(config, {});
  return {
      .info = utd_mhad_info(),
      .layout = "Inertial/a{A}_s{S}_t{T}_inertial.mat and Skeleton/a{A}_s{S}_t{T}_skeleton.mat",
      .folders = {"Inertial", "Skeleton"},
      .list = list_utd_folder,
      .read_skeleton = [](const RecordingFiles& files,
                          Repairs&) { return Stream{read_utd_skeleton(files.skeleton[0])}; },
      .read_sensor = [](const RecordingFiles& files, Repairs&) { return Stream{read_utd_inertial(files.sensor[0])}; },
      .grid_id =
          [](int label, const Name& subject, const Name& trial) {
            return utd_clip_id(label + 1, subject.number().value(), trial.number().value());
          },
      .never_published = {"a8_s1_t4", "a23_s6_t4", "a27_s8_t4"},
  };
}

DatasetInfo utd_mhad_info() {
  DatasetInfo info;
  info.name = "utd-mhad";
  info.classes = {"swipe_left",
                  "swipe_right",
                  "wave",
                  "clap",
                  "throw",
                  "arm_cross",
                  "basketball_shoot",
                  "draw_x",
                  "draw_circle_cw",
                  "draw_circle_ccw",
                  "draw_triangle",
                  "bowling",
                  "boxing",
                  "baseball_swing",
                  "tennis_swing",
                  "arm_curl",
                  "tennis_serve",
                  "push",
                  "knock",
                  "catch",
                  "pickup_throw",
                  "jog",
                  "walk",
                  "sit2stand",
                  "stand2sit",
                  "lunge",
                  "squat"};
  std::vector<int> wrist(kWristActions);
  std::iota(wrist.begin(), wrist.end(), 0);
  info.class_groups = {{"wrist", wrist}};
  info.channels = {"ax", "ay", "az", "gx", "gy", "gz"};
  info.topology = topology("kinect-20");
  info.units = {"g", "g", "g", "deg/s", "deg/s", "deg/s"};
  info.rail = 8;
  info.skeleton_rate = 30;
  info.sensor_rate = 50;
  info.subjects = from_one_to(kSubjects);
  info.trials = from_one_to(kTrials);
  info.protocols = {{config::kCrossSubject, {SplitAxis::subjects, {1, 3, 5, 7}}},
                    {"subject-specific", {SplitAxis::trials, {1, 2}}}};
  return info;
}

Frames read_utd_inertial(const std::filesystem::path& file) {
  const formats::MatMatrix matrix = formats::read_mat_matrix(file, "d_iner", {formats::kAnyFrames, kChannels});
  const auto frames = static_cast<Eigen::Index>(matrix.dims[0]);
  Frames values = Eigen::Map<const Eigen::ArrayXXd>(matrix.values.data(), frames, kChannels).cast<float>();
  check_finite(file, values);
  check_acceleration(file, values.leftCols(kAccelerations));
  return values;
}

Frames read_utd_skeleton(const std::filesystem::path& file) {
  const formats::MatMatrix matrix = formats::read_mat_matrix(file, "d_skel", {kJoints, kAxes, formats::kAnyFrames});
  const auto frames = static_cast<Eigen::Index>(matrix.dims[2]);
  Frames values(frames, kJoints * kAxes);
  for (Eigen::Index t = 0; t < frames; ++t) {
    for (Eigen::Index axis = 0; axis < kAxes; ++axis) {
      for (Eigen::Index joint = 0; joint < kJoints; ++joint) {
        values(t, joint * kAxes + axis) =
            static_cast<float>(matrix.values[static_cast<std::size_t>(joint + kJoints * (axis + kAxes * t))]);
      }
    }
  }
  check_finite(file, values);
  return values;
}

std::string utd_clip_id(int action, int subject, int trial) {
  return "a" + std::to_string(action) + "_s" + std::to_string(subject) + "_t" + std::to_string(trial);
}

}  // namespace pskd::data::readers
