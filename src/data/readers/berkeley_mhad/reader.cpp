#include "data/readers/berkeley_mhad/reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "data/alignment.hpp"
#include "data/finite.hpp"
#include "data/reader.hpp"
#include "data/readers/berkeley_mhad/bvh_skeleton.hpp"
#include "data/readers/berkeley_mhad/mocap.hpp"
#include "data/readers/berkeley_mhad/shimmer.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

constexpr int kActions = 11, kSubjects = 12, kRepetitions = 5;
constexpr double kRail = 2;  // g
constexpr std::array kSensors = {"h01", "h02", "h03", "h04", "h05", "h06"};

// The front camera lost frames in these, which the mocap release left out of its file; the rear one has them all.
const std::set<std::string> kFrontLostFrames = {"S01_A09_R02", "S03_A07_R02", "S03_A10_R02", "S03_A11_R03"};

struct Number {
  int subject = 0, action = 0, repetition = 0;
};

// Name of a recording: subject, action and repetition from 1, "S01_A02_R03".
std::string berkeley_clip_id(int subject, int action, int repetition) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "S%02d_A%02d_R%02d", subject, action, repetition);
  return text.data();
}

// The recording that a file name tells, e.g. K1_mocap_S01_A02_R03.mat by "K1_mocap_S%2d_A%2d_R%2d.mat".
std::optional<Number> parse_name(const std::string& name, const std::string& pattern) {
  Number number;
  if (std::sscanf(name.c_str(), pattern.c_str(), &number.subject, &number.action, &number.repetition) != 3) {
    return std::nullopt;
  }
  const bool known = number.subject >= 1 && number.subject <= kSubjects && number.action >= 1 &&
                     number.action <= kActions && number.repetition >= 1 && number.repetition <= kRepetitions;
  std::array<char, 64> expected{};
  std::string spelled = pattern;
  for (std::size_t at; (at = spelled.find("%2d")) != std::string::npos;) spelled.replace(at, 3, "%02d");
  std::snprintf(expected.data(), expected.size(), spelled.c_str(), number.subject, number.action, number.repetition);
  if (!known || name != expected.data()) return std::nullopt;
  return number;
}

// The files of one folder by the recording they belong to.
std::map<std::string, fs::path> list_folder(const fs::path& folder, const std::string& pattern,
                                            std::map<std::string, Number>& recordings,
                                            std::vector<BrokenFile>& unexpected) {
  std::map<std::string, fs::path> files;
  if (!fs::is_directory(folder)) return files;
  const std::string extension = fs::path(pattern).extension().string();
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_hidden(entry.path()) || entry.path().extension() != extension) continue;  // notes
    const std::optional<Number> number = parse_name(name, pattern);
    if (!number) {
      unexpected.push_back({entry.path(), "unexpected name: expected " + pattern +
                                              " with a subject of 12, an action of 11, a repetition of 5"});
      continue;
    }
    const std::string id = berkeley_clip_id(number->subject, number->action, number->repetition);
    recordings[id] = *number;
    files[id] = entry.path();
  }
  return files;
}

enum class Skeleton { mhad_16, mhad_30 };  // the D-Mocap release, the original BVH files
constexpr std::array kTopologies = {"mhad-16", "mhad-30"};

struct Layout {
  std::vector<std::string> sensors;
  Skeleton skeleton = Skeleton::mhad_16;
};

std::string sensor_pattern(const std::string& sensor) { return "acc_" + sensor + "_s%2d_a%2d_r%2d.txt"; }

fs::path sensor_folder(const fs::path& root, const std::string& sensor) {
  return root / "Accelerometer" / ("Shimmer" + sensor.substr(1));
}

std::vector<fs::path> required_folders(const Layout& layout) {
  std::vector<fs::path> folders = {layout.skeleton == Skeleton::mhad_30
                                       ? fs::path("Mocap") / "SkeletalData"
                                       : fs::path("D-Mocap-release") / "Front-Facing" / "Mocap"};
  for (const std::string& sensor : layout.sensors) folders.push_back(sensor_folder("", sensor));
  return folders;
}

FolderListing list_berkeley_folder(const fs::path& root, const Layout& layout) {
  FolderListing listing;
  std::map<std::string, Number> recordings;
  std::vector<std::map<std::string, fs::path>> sensors;
  for (const std::string& sensor : layout.sensors) {
    sensors.push_back(list_folder(sensor_folder(root, sensor), sensor_pattern(sensor), recordings, listing.unexpected));
  }
  std::map<std::string, fs::path> skeletons;
  std::map<std::string, fs::path> rear;
  if (layout.skeleton == Skeleton::mhad_30) {
    skeletons = list_folder(root / "Mocap" / "SkeletalData", "skl_s%2d_a%2d_r%2d.bvh", recordings, listing.unexpected);
  } else {
    const fs::path release = root / "D-Mocap-release";
    skeletons =
        list_folder(release / "Front-Facing" / "Mocap", "K1_mocap_S%2d_A%2d_R%2d.mat", recordings, listing.unexpected);
    rear =
        list_folder(release / "Rear-Facing" / "Mocap", "K2_mocap_S%2d_A%2d_R%2d.mat", recordings, listing.unexpected);
  }
  for (const auto& [id, number] : recordings) {
    RecordingFiles files;
    files.id = id;
    files.label = number.action - 1;
    files.subject = number.subject;
    files.trial = number.repetition;
    const bool rear_view = kFrontLostFrames.count(id) > 0 && rear.count(id) > 0;
    const auto& views = rear_view ? rear : skeletons;
    if (const auto skeleton = views.find(id); skeleton != views.end()) files.skeleton = {skeleton->second};
    for (const auto& of_sensor : sensors) {
      if (const auto file = of_sensor.find(id); file != of_sensor.end()) files.sensor.push_back(file->second);
    }
    if (files.sensor.size() < sensors.size()) files.sensor.clear();  // all of them or none
    if (!files.skeleton.empty() || !files.sensor.empty()) listing.recordings.push_back(std::move(files));
  }
  std::sort(listing.recordings.begin(), listing.recordings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.label, a.subject, a.trial) < std::tie(b.label, b.subject, b.trial);
  });
  return listing;
}

Stream read_mocap(const RecordingFiles& recording, Repairs& repairs) {
  const fs::path& file = recording.skeleton[0];
  if (file.extension() == ".bvh") return {read_berkeley_bvh(file)};
  const bool rear = file.filename().string().starts_with("K2_");
  if (rear) note_repair(repairs, "the front view lost frames: rear view used", recording.id);
  return {read_berkeley_mocap(file, rear ? "rearMocap" : file.stem().string())};
}

// One sensor at equal intervals, within its rail.
Stream read_shimmer(const fs::path& file, const std::string& id, Repairs& repairs) {
  ShimmerSamples read = read_shimmer_text(file);
  check_finite(file, read.values);
  check_acceleration(file, read.values);
  clip_to_rail(read.values, kRail, "acceleration beyond the rail of 2 g: clipped to it", id, repairs);
  const TimedSamples samples = in_order({std::move(read.times), std::move(read.values)}, id, repairs);
  require_stamps_together(file, samples.times);
  return at_equal_intervals(samples);
}

Stream read_sensors(const RecordingFiles& recording, Repairs& repairs) {
  std::vector<Stream> streams;
  for (const fs::path& file : recording.sensor) streams.push_back(read_shimmer(file, recording.id, repairs));
  return side_by_side(std::move(streams));
}

std::vector<std::string> chosen_sensors(const config::DataConfig& config) {
  if (config.sensors.empty()) return {kBerkeleyUsualSensor};
  for (const std::string& sensor : config.sensors) {
    if (std::find(kSensors.begin(), kSensors.end(), sensor) != kSensors.end()) continue;
    throw Error(ErrorKind::config, "data.sensors: expected some of h01 .. h06, found '" + sensor +
                                       "' (h01 left wrist, h02 right wrist, h03, h04 hips, h05, h06 ankles)");
  }
  return config.sensors;
}

Skeleton chosen_skeleton(const config::DataConfig& config) {
  if (config.skeleton.empty()) return Skeleton::mhad_16;
  const auto* const known = std::find(kTopologies.begin(), kTopologies.end(), config.skeleton);
  if (known != kTopologies.end()) return static_cast<Skeleton>(known - kTopologies.begin());
  throw Error(
      ErrorKind::config,
      "data.skeleton: expected mhad-16 (D-Mocap release) or mhad-30 (original BVH), found '" + config.skeleton + "'");
}

// `sensors`: h01 left wrist, h02 right wrist, h03 and h04 hips, h05 and h06 ankles; `skeleton`: mhad-16 or mhad-30.
DatasetInfo berkeley_mhad_info(const std::vector<std::string>& sensors, const std::string& skeleton) {
  DatasetInfo info;
  info.name = "berkeley-mhad";
  info.classes = {"jumping_in_place",  "jumping_jacks",   "bending",  "punching",
                  "waving_two_hands",  "waving_one_hand", "clapping", "throwing",
                  "sit_down_stand_up", "sit_down",        "stand_up"};
  std::vector<SensorChannels> channels;
  for (const std::string& sensor : sensors) channels.push_back({sensor, {"ax", "ay", "az"}});
  info.channels = channel_names(channels);
  info.topology = topology(skeleton);
  info.units.assign(info.channels.size(), "g");
  info.rail = kRail;
  info.skeleton_rate = info.sensor_rate = 30;
  info.subjects = from_one_to(kSubjects);
  info.trials = from_one_to(kRepetitions);
  info.protocols = {{config::kCrossSubject, {SplitAxis::subjects, from_one_to(7)}}};
  return info;
}

}  // namespace

Reader berkeley_mhad_reader(const config::DataConfig& config) {
  refuse_other_choices(config, {DataChoice::sensors, DataChoice::skeleton});
  const Layout layout{chosen_sensors(config), chosen_skeleton(config)};
  return {
      .info = berkeley_mhad_info(layout.sensors, kTopologies[static_cast<std::size_t>(layout.skeleton)]),
      .layout = std::string("Accelerometer/Shimmer0N/acc_h0N_sSS_aAA_rRR.txt and ") +
                (layout.skeleton == Skeleton::mhad_30 ? "Mocap/SkeletalData/skl_sSS_aAA_rRR.bvh"
                                                      : "D-Mocap-release/Front-Facing/Mocap/K1_mocap_SSS_AAA_RRR.mat"),
      .folders = required_folders(layout),
      .list = [layout](const fs::path& root) { return list_berkeley_folder(root, layout); },
      .read_skeleton = read_mocap,
      .read_sensor = read_sensors,
      .grid_id =
          [](int label, const Name& subject, const Name& trial) {
            return berkeley_clip_id(subject.number().value(), label + 1, trial.number().value());
          },
      .never_published = {"S04_A08_R05"},
  };
}

}  // namespace pskd::data::readers
