#include "data/readers/mmact/reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "data/alignment.hpp"
#include "data/finite.hpp"
#include "data/formats/numbers.hpp"
#include "data/reader.hpp"
#include "data/readers/mmact/pose.hpp"
#include "data/readers/mmact/sensor_csv.hpp"
#include "data/units.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

constexpr int kDeskScene = 3;  // where the set of 37 classes has calls at a desk

constexpr double kFramesPerSecond = 30;

struct Sensor {
  const char* name;
  std::array<const char*, 3> axes;
  double rate;       // Hz
  double scale;      // of the file's unit
  const char* unit;  // that is read
};
constexpr double kToG = 1 / kGravity;
constexpr double kToDegrees = 57.29577951308232;
constexpr std::array kSensors = {Sensor{"acc_watch", {"ax", "ay", "az"}, 100, kToG, "g"},
                                 Sensor{"acc_phone", {"ax", "ay", "az"}, 100, kToG, "g"},
                                 Sensor{"gyro", {"gx", "gy", "gz"}, 50, kToDegrees, "deg/s"},
                                 Sensor{"orientation", {"ox", "oy", "oz"}, 50, 1, "none"}};

const Sensor& find_sensor(const std::string& name) {
  const auto found = std::find_if(kSensors.begin(), kSensors.end(), [&](const Sensor& s) { return s.name == name; });
  if (found != kSensors.end()) return *found;
  throw Error(ErrorKind::config,
              "data.sensors: expected some of acc_watch, acc_phone, gyro, orientation, found '" + name + "'");
}

// ---- names --------------------------------------------------------------------------------

std::string small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return small;
}

// A file's name in small letters, without blanks before and after the extension.
struct PlainName {
  std::string stem, extension;
};

PlainName plain_name(const fs::path& file) {
  const fs::path name = small_letters(formats::trimmed(file.filename().string()));
  return {std::string(formats::trimmed(name.stem().string())), name.extension().string()};
}

// The number of a folder called `word` and a number of 1 .. last, e.g. subject12.
std::optional<int> folder_number(const fs::path& folder, std::string_view word, int last) {
  const std::string name = small_letters(formats::trimmed(folder.filename().string()));
  if (!name.starts_with(word)) return std::nullopt;
  int number = 0;
  if (!formats::parse_whole(std::string_view(name).substr(word.size()), number) || number < 1 || number > last) {
    return std::nullopt;
  }
  return number;
}

// ---- listing --------------------------------------------------------------------------------

// Label among the 35, subject, scene, session.
using Key = std::tuple<int, int, int, int>;
using FileMap = std::map<Key, fs::path>;

struct Level {
  const char* word;
  int last;
};
constexpr Level kSubjectLevel{"subject", kMmactSubjects}, kCameraLevel{"cam", kMmactCameras},
    kSceneLevel{"scene", kMmactScenes}, kSessionLevel{"session", kMmactSessions};

// What lies in a folder, in the order of names; hidden files are left out.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!is_hidden(entry.path())) entries.push_back(entry.path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The folders in `folder` that `level` names, by number; other folders are unexpected, files are notes.
std::vector<std::pair<int, fs::path>> numbered_folders(const fs::path& folder, const Level& level,
                                                       std::vector<BrokenFile>& unexpected) {
  std::vector<std::pair<int, fs::path>> folders;
  for (const fs::path& entry : entries_of(folder)) {
    if (!fs::is_directory(entry)) continue;
    if (const auto number = folder_number(entry, level.word, level.last)) {
      folders.emplace_back(*number, entry);
    } else {
      unexpected.push_back({entry, std::string("unexpected name: expected a folder ") + level.word + "1 .. " +
                                       level.word + std::to_string(level.last)});
    }
  }
  return folders;
}

// The recordings of one session's folder.
void list_actions(const fs::path& folder, const char* extension, int subject, int scene, int session, FileMap& files,
                  std::vector<BrokenFile>& unexpected) {
  const std::vector<std::string>& actions = mmact_actions();
  for (const fs::path& file : entries_of(folder)) {
    const PlainName name = plain_name(file);
    if (name.extension != extension) continue;  // notes
    const auto action = std::lower_bound(actions.begin(), actions.end(), name.stem);
    if (action == actions.end() || *action != name.stem) {
      unexpected.push_back(
          {file, "unexpected name: expected one of the 35 actions, such as carrying" + std::string(extension)});
      continue;
    }
    const Key key{static_cast<int>(action - actions.begin()), subject, scene, session};
    const auto [other, added] = files.emplace(key, file);
    if (!added) unexpected.push_back({file, "the same recording as " + other->second.string()});
  }
}

void list_scenes(const fs::path& folder, const char* extension, int subject, FileMap& files,
                 std::vector<BrokenFile>& unexpected) {
  for (const auto& [scene, scene_folder] : numbered_folders(folder, kSceneLevel, unexpected)) {
    for (const auto& [session, session_folder] : numbered_folders(scene_folder, kSessionLevel, unexpected)) {
      list_actions(session_folder, extension, subject, scene, session, files, unexpected);
    }
  }
}

FileMap list_sensor(const fs::path& folder, std::vector<BrokenFile>& unexpected) {
  FileMap files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& [subject, subject_folder] : numbered_folders(folder, kSubjectLevel, unexpected)) {
    list_scenes(subject_folder, ".csv", subject, files, unexpected);
  }
  return files;
}

using CameraFiles = std::array<FileMap, kMmactCameras>;  // by camera - 1

// Any folders may lie between pose/ and the subjects.
void list_poses(const fs::path& folder, int depth, CameraFiles& files, std::vector<BrokenFile>& unexpected) {
  constexpr int kMaxDepth = 6;
  for (const fs::path& entry : entries_of(folder)) {
    if (!fs::is_directory(entry)) continue;
    if (const auto subject = folder_number(entry, kSubjectLevel.word, kSubjectLevel.last)) {
      for (const auto& [camera, camera_folder] : numbered_folders(entry, kCameraLevel, unexpected)) {
        list_scenes(camera_folder, ".json", *subject, files[static_cast<std::size_t>(camera - 1)], unexpected);
      }
    } else if (depth < kMaxDepth) {
      list_poses(entry, depth + 1, files, unexpected);
    } else {
      unexpected.push_back({entry, "expected subject folders at most " + std::to_string(kMaxDepth) + " below pose"});
    }
  }
}

struct Choice {
  std::vector<std::string> sensors;
  std::vector<int> cameras;
  int classes = 37;
};

/// Name of a clip: "subject1_scene2_session3_carrying_cam1".
std::string mmact_clip_id(int subject, int scene, int session, const std::string& action, int camera) {
  return "subject" + std::to_string(subject) + "_scene" + std::to_string(scene) + "_session" + std::to_string(session) +
         "_" + action + "_cam" + std::to_string(camera);
}

RecordingFiles recording_of(const Key& key, int camera, const Choice& choice) {
  const auto [action, subject, scene, session] = key;
  RecordingFiles files;
  files.id = mmact_clip_id(subject, scene, session, mmact_actions()[static_cast<std::size_t>(action)], camera);
  files.label = mmact_label(action, scene, choice.classes);
  files.subject = subject;
  files.trial = session;
  files.scene = scene;
  files.camera = camera;
  return files;
}

std::vector<fs::path> required_folders(const Choice& choice) {
  std::vector<fs::path> folders = {"pose"};
  for (const std::string& sensor : choice.sensors) folders.emplace_back(sensor + "_clip");
  return folders;
}

FolderListing list_mmact_folder(const fs::path& root, const Choice& choice) {
  FolderListing listing;
  std::set<Key> keys;
  std::vector<FileMap> sensors;
  for (const std::string& sensor : choice.sensors) {
    sensors.push_back(list_sensor(root / (sensor + "_clip"), listing.unexpected));
    for (const auto& [key, file] : sensors.back()) keys.insert(key);
  }
  CameraFiles poses;
  if (fs::is_directory(root / "pose")) list_poses(root / "pose", 0, poses, listing.unexpected);
  for (const int camera : choice.cameras) {
    for (const auto& [key, file] : poses[static_cast<std::size_t>(camera - 1)]) keys.insert(key);
  }
  for (const Key& key : keys) {
    for (const int camera : choice.cameras) {
      RecordingFiles files = recording_of(key, camera, choice);
      const FileMap& views = poses[static_cast<std::size_t>(camera - 1)];
      if (const auto view = views.find(key); view != views.end()) files.skeleton = {view->second};
      for (const FileMap& sensor : sensors) {
        if (const auto file = sensor.find(key); file != sensor.end()) files.sensor.push_back(file->second);
      }
      if (files.sensor.size() < sensors.size()) files.sensor.clear();  // all of them or none
      // What no camera filmed is one recording, not one for each camera.
      const bool filmed = std::any_of(choice.cameras.begin(), choice.cameras.end(),
                                      [&](int one) { return poses[static_cast<std::size_t>(one - 1)].contains(key); });
      if (files.skeleton.empty() && (filmed || camera != choice.cameras.front())) continue;
      if (!files.skeleton.empty() || !files.sensor.empty()) listing.recordings.push_back(std::move(files));
    }
  }
  std::sort(listing.recordings.begin(), listing.recordings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.label, a.subject, a.scene, a.trial, a.camera) <
           std::tie(b.label, b.subject, b.scene, b.trial, b.camera);
  });
  return listing;
}

// ---- sensors --------------------------------------------------------------------------------

void note_spelling(const fs::path& file, const std::string& id, Repairs& repairs) {
  const std::string name = file.filename().string();
  const PlainName plain = plain_name(file);
  if (small_letters(name) != name) note_repair(repairs, "capitals in a file name: read as small letters", id);
  if (small_letters(name) != plain.stem + plain.extension) {
    note_repair(repairs, "blanks in a file name: left out of it", id);
  }
}

Stream read_sensor(const fs::path& file, const Sensor& sensor, const std::string& id, Repairs& repairs) {
  note_spelling(file, id, repairs);
  MmactSamples read = read_mmact_csv(file, sensor.rate);
  if (read.times.empty()) {
    note_repair(repairs, "a sensor file without samples: used without it", id);
    return {};
  }
  if (read.header) note_repair(repairs, "a header line in a sensor file: skipped", id);
  if (read.without_fraction > 0) {
    note_repair(repairs, "time stamps without fraction of a second: placed between their neighbors", id,
                read.without_fraction);
  }
  check_finite(file, read.values);
  read.values *= static_cast<float>(sensor.scale);
  if (std::string_view(sensor.name).starts_with("acc_")) check_acceleration(file, read.values);
  const TimedSamples samples = in_order({std::move(read.times), std::move(read.values)}, id, repairs);
  if (samples.times.size() < 2) {
    throw Error(ErrorKind::data, file.string() + ": expected at least 2 different time stamps, found 1");
  }
  require_stamps_together(file, samples.times);
  return at_equal_intervals(samples);
}

Stream read_sensors(const RecordingFiles& recording, const std::vector<std::string>& sensors, Repairs& repairs) {
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    streams.push_back(read_sensor(recording.sensor[i], find_sensor(sensors[i]), recording.id, repairs));
    if (streams.back().frames.rows() == 0) return {};
  }
  return side_by_side(std::move(streams));
}

Stream read_pose(const RecordingFiles& recording, Repairs& repairs) {
  const fs::path& file = recording.skeleton[0];
  note_spelling(file, recording.id, repairs);
  MmactPose pose = read_mmact_pose(file);
  if (pose.frames.rows() == 0) {
    note_repair(repairs, "a pose file in which nobody is seen: used without it", recording.id);
    return {};
  }
  if (pose.others > 0) {
    note_repair(repairs, "several people in a pose file: the one seen in most frames kept", recording.id, pose.others);
  }
  if (pose.interpolated > 0) {
    note_repair(repairs, "frames in which the person is not seen: interpolated", recording.id, pose.interpolated);
  }
  return {std::move(pose.frames), pose.first / kFramesPerSecond, pose.last / kFramesPerSecond};
}

// ---- choices --------------------------------------------------------------------------------

Choice chosen(const config::DataConfig& config) {
  refuse_other_choices(config, {DataChoice::sensors, DataChoice::cameras, DataChoice::classes});
  Choice choice;
  choice.sensors = config.sensors.empty() ? std::vector<std::string>{kMmactUsualSensor} : config.sensors;
  for (const std::string& sensor : choice.sensors) find_sensor(sensor);
  if (std::set<std::string>(choice.sensors.begin(), choice.sensors.end()).size() != choice.sensors.size()) {
    throw Error(ErrorKind::config, "data.sensors: expected each sensor once");
  }
  choice.cameras = config.cameras.empty() ? std::vector<int>{1} : config.cameras;
  std::sort(choice.cameras.begin(), choice.cameras.end());
  const bool repeated = std::adjacent_find(choice.cameras.begin(), choice.cameras.end()) != choice.cameras.end();
  if (repeated || choice.cameras.front() < 1 || choice.cameras.back() > kMmactCameras) {
    throw Error(ErrorKind::config, "data.cameras: expected some of 1, 2, 3, 4, each once");
  }
  choice.classes = config.classes == 0 ? 37 : config.classes;
  if (choice.classes != 35 && choice.classes != 37) {
    throw Error(ErrorKind::config,
                "data.classes: expected 37 (calls at a desk are classes of their own) or 35, found " +
                    std::to_string(config.classes));
  }
  return choice;
}

// Hz; 0 where they differ.
double shared_rate(const std::vector<std::string>& sensors) {
  const double first = find_sensor(sensors.front()).rate;
  const auto same = [&](const std::string& name) { return find_sensor(name).rate == first; };
  return std::all_of(sensors.begin(), sensors.end(), same) ? first : 0;
}

}  // namespace

Reader mmact_reader(const config::DataConfig& config) {
  const Choice choice = chosen(config);
  return {
      .info = mmact_info(choice.sensors, choice.cameras, choice.classes),
      .layout = choice.sensors.front() +
                "_clip/subjectN/sceneN/sessionN/{action}.csv and pose/.../subjectN/camN/sceneN/sessionN/{action}.json",
      .folders = required_folders(choice),
      .list = [choice](const fs::path& root) { return list_mmact_folder(root, choice); },
      .read_skeleton = read_pose,
      .read_sensor = [sensors = choice.sensors](const RecordingFiles& files,
                                                Repairs& repairs) { return read_sensors(files, sensors, repairs); },
  };
}

const std::vector<std::string>& mmact_actions() {
  static const std::vector<std::string> actions = {"carrying",
                                                   "carrying_heavy",
                                                   "carrying_light",
                                                   "checking_time",
                                                   "closing",
                                                   "crouching",
                                                   "drinking",
                                                   "entering",
                                                   "exiting",
                                                   "fall",
                                                   "jumping",
                                                   "kicking",
                                                   "loitering",
                                                   "looking_around",
                                                   "opening",
                                                   "picking_up",
                                                   "pocket_in",
                                                   "pocket_out",
                                                   "pointing",
                                                   "pulling",
                                                   "pushing",
                                                   "running",
                                                   "setting_down",
                                                   "sitting",
                                                   "sitting_down",
                                                   "standing",
                                                   "standing_up",
                                                   "talking",
                                                   "talking_on_phone",
                                                   "throwing",
                                                   "transferring_object",
                                                   "using_pc",
                                                   "using_phone",
                                                   "walking",
                                                   "waving_hand"};
  return actions;
}

int mmact_label(int action, int scene, int classes) {
  const std::string& name = mmact_actions()[static_cast<std::size_t>(action)];
  if (classes == 35 || scene != kDeskScene) return action;
  if (name == "talking_on_phone") return 35;
  return name == "using_phone" ? 36 : action;
}

DatasetInfo mmact_info(const std::vector<std::string>& sensors, const std::vector<int>& cameras, int classes) {
  DatasetInfo info;
  info.name = "mmact";
  info.classes = mmact_actions();
  if (classes == 37) {
    info.classes.emplace_back("talking_on_phone_desk");
    info.classes.emplace_back("using_phone_desk");
  }
  std::vector<SensorChannels> channels;
  for (const std::string& name : sensors) {
    const Sensor& sensor = find_sensor(name);
    channels.push_back({name, {sensor.axes.begin(), sensor.axes.end()}});
    info.units.insert(info.units.end(), sensor.axes.size(), sensor.unit);
  }
  info.channels = channel_names(channels);
  info.topology = topology("coco-17");
  info.skeleton_rate = kFramesPerSecond;
  info.sensor_rate = shared_rate(sensors);
  info.subjects = from_one_to(kMmactSubjects);
  info.trials = from_one_to(kMmactSessions);
  info.scenes = from_one_to(kMmactScenes);
  info.cameras.assign(cameras.begin(), cameras.end());
  info.protocols = {{config::kCrossSubject, {SplitAxis::subjects, from_one_to(16)}},
                    {"cross-session", {SplitAxis::trials, from_one_to(4)}},
                    {"cross-scene", {SplitAxis::scenes, {1, 3, 4}}}};
  // With one camera there is nothing to cross.
  std::vector<Name> trained = info.cameras;
  std::erase(trained, Name(kMmactCameras));
  if (!trained.empty() && trained.size() < cameras.size()) {
    info.protocols["cross-view"] = {SplitAxis::cameras, std::move(trained)};
  }
  return info;
}

}  // namespace pskd::data::readers
