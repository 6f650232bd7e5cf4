#include "synthetic/writers/mmact.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numbers>
#include <set>
#include <tuple>

#include "base/file.hpp"
#include "base/random.hpp"
#include "data/file_error.hpp"
#include "data/formats/numbers.hpp"
#include "data/interpolation.hpp"
#include "data/readers/mmact/reader.hpp"
#include "data/units.hpp"
#include "pskd/base/error.hpp"
#include "synthetic/actions.hpp"
#include "synthetic/body.hpp"
#include "synthetic/performance.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;
using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr double kDegrees = 180 / std::numbers::pi;
constexpr int kStepRate = 200, kFrameRate = 30;  // Hz; steps of the motion
constexpr int kScripts = 27;
constexpr int kMaxFrames = 36'000;  // frames: 20 minutes

struct ClipPlan {
  int subject = 0, scene = 0, session = 0;
  int action = 0;  // of mmact_actions()
  int frames = 0;
  std::vector<int> cameras;

  int label() const { return data::readers::mmact_label(action, scene, 37); }
  int script() const { return label() % kScripts + 1; }
  int variant() const { return label() / kScripts; }  // classes that share a script differ in this
  int trial() const { return (scene - 1) * data::readers::kMmactSessions + session + 20 * variant(); }
  const std::string& name() const { return data::readers::mmact_actions()[static_cast<std::size_t>(action)]; }
  std::uint64_t key(std::uint64_t seed, const char* what) const {
    return stream_key(seed, what, subject, scene, session, action);
  }
};

enum class Trap {
  none,
  backward,
  repeated,
  no_fraction,
  header,
  empty_sensor,
  no_sensor,
  capitals,
  blank,
  empty_frames,
  missing_frames,
  nobody,
  no_pose
};
constexpr int kTraps = static_cast<int>(Trap::no_pose);  // the last one; none is no trap

// The trap of the clip at `index`: spread evenly over the clips, each kind in turn.
Trap trap_of(std::size_t index, double share) {
  const auto planted = [&](std::size_t clips) {
    return static_cast<int>(std::floor(share * static_cast<double>(clips)));
  };
  const int before = planted(index);
  return planted(index + 1) > before ? static_cast<Trap>(1 + before % kTraps) : Trap::none;
}

// ---- which clips --------------------------------------------------------------------------------

double script_seconds(const ClipPlan& clip) {
  return action_script(clip.script()).seconds * (clip.variant() > 0 ? 0.6 : 1.0);
}

std::vector<ClipPlan> planned_clips(const MmactOptions& options) {
  std::vector<ClipPlan> clips;
  for (int subject = 1; subject <= options.subjects; ++subject) {
    for (int scene = 1; scene <= options.scenes; ++scene) {
      for (int session = 1; session <= options.sessions; ++session) {
        for (int action = 0; action < options.actions; ++action) {
          ClipPlan clip{subject, scene, session, action, 0, options.cameras};
          RandomStream random(clip.key(options.seed, "length"));
          const double frames = kFrameRate * script_seconds(clip) * std::exp(random.normal(0, 0.1));
          clip.frames = std::clamp(static_cast<int>(std::lround(frames)), 36, 300);
          clips.push_back(std::move(clip));
        }
      }
    }
  }
  return clips;
}

int inventory_number(const fs::path& file, std::size_t line, std::string_view text, int first, int last) {
  int number = 0;
  if (data::formats::parse_whole(text, number) && number >= first && number <= last) return number;
  data::fail_at_line(file, line,
                     "expected a number of " + std::to_string(first) + " .. " + std::to_string(last) + ", found " +
                         data::formats::quoted_field(text));
}

std::vector<ClipPlan> listed_clips(const MmactOptions& options) {
  constexpr std::string_view kHeader = "subject,scene,session,action,cameras,frames_30fps";
  const fs::path& file = options.inventory;
  const std::string text = read_file(file);
  const std::vector<std::string_view> lines = data::formats::lines_of(text);
  if (lines.empty() || lines[0] != kHeader) data::fail_at_line(file, 1, "expected " + std::string(kHeader));
  const std::vector<std::string>& actions = data::readers::mmact_actions();
  std::vector<ClipPlan> clips;
  std::set<std::tuple<int, int, int, int>> seen;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string_view> fields = data::formats::fields_of(lines[i], ',');
    if (fields.size() != 6)
      data::fail_at_line(file, i + 1, "expected 6 fields, found " + data::formats::quoted_field(lines[i]));
    ClipPlan clip;
    clip.subject = inventory_number(file, i + 1, fields[0], 1, data::readers::kMmactSubjects);
    clip.scene = inventory_number(file, i + 1, fields[1], 1, data::readers::kMmactScenes);
    clip.session = inventory_number(file, i + 1, fields[2], 1, data::readers::kMmactSessions);
    const auto action = std::lower_bound(actions.begin(), actions.end(), fields[3]);
    if (action == actions.end() || *action != fields[3]) {
      data::fail_at_line(file, i + 1,
                         "expected an action such as carrying, found " + data::formats::quoted_field(fields[3]));
    }
    clip.action = static_cast<int>(action - actions.begin());
    for (const std::string_view camera : data::formats::fields_of(fields[4], '+')) {
      const int number = inventory_number(file, i + 1, camera, 1, data::readers::kMmactCameras);
      const auto& wanted = options.cameras;
      if (std::find(wanted.begin(), wanted.end(), number) != wanted.end()) clip.cameras.push_back(number);
    }
    clip.frames = inventory_number(file, i + 1, fields[5], 2, kMaxFrames);
    if (!seen.insert({clip.subject, clip.scene, clip.session, clip.action}).second) {
      data::fail_at_line(file, i + 1,
                         "expected each clip once, found " + data::formats::quoted_field(lines[i]) + " again");
    }
    clips.push_back(std::move(clip));
  }
  if (clips.empty()) throw Error(ErrorKind::data, file.string() + ": expected at least one clip");
  return clips;
}

Performance performed(const ClipPlan& clip, std::uint64_t seed) {
  const double seconds = static_cast<double>(clip.frames - 1) / kFrameRate;
  PerformancePlan plan;
  plan.seed = seed;
  plan.action = clip.script();
  plan.script = action_script(plan.action);
  plan.subject = clip.subject;
  plan.trial = clip.trial();
  plan.interval = 1.0 / kStepRate;
  plan.steps = std::max<Index>(3, static_cast<Index>(std::ceil(seconds * kStepRate)) + 1);
  plan.repeats = std::max(1, static_cast<int>(std::lround(seconds / script_seconds(clip))));
  if (clip.variant() > 0) {
    plan.twist = 70;
    plan.range = 0.7;
  }
  return perform(plan);
}

// ---- text --------------------------------------------------------------------------------

void append_number(std::string& text, double value, int decimals) {
  std::array<char, 64> digits;
  const auto result =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, decimals);
  text.append(digits.data(), result.ptr);
}

void append_padded(std::string& text, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

// YYYYMMDD_HH:MM:SS.mmm000
void append_stamp(std::string& text, std::int64_t milliseconds, bool fraction) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t rest = (time - day).count();
  append_padded(text, static_cast<int>(date.year()), 4);
  append_padded(text, static_cast<unsigned>(date.month()), 2);
  append_padded(text, static_cast<unsigned>(date.day()), 2);
  text += '_';
  append_padded(text, rest / 3'600'000, 2);
  text += ':';
  append_padded(text, rest / 60'000 % 60, 2);
  text += ':';
  append_padded(text, rest / 1000 % 60, 2);
  if (!fraction) return;
  text += '.';
  append_padded(text, rest % 1000, 3);
  text += "000";
}

// ---- sensors --------------------------------------------------------------------------------

Vector3d acceleration(const WornSensor& worn, double interval, Index step) {
  return data::kGravity * felt_force(worn, interval, step);
}

// Azimuth, pitch and roll in degrees, as a phone gives them: x east, y up and -z north.
Vector3d orientation(const WornSensor& worn, double /*interval*/, Index step) {
  const Matrix3d& axes = worn.axes[static_cast<std::size_t>(step)];
  const double azimuth = kDegrees * std::atan2(axes(0, 1), -axes(2, 1));
  return {azimuth < 0 ? azimuth + 360 : azimuth, kDegrees * std::asin(std::clamp(-axes(1, 1), -1.0, 1.0)),
          kDegrees * std::atan2(-axes(1, 0), axes(1, 2))};
}

struct SensorKind {
  const char* name;
  bool on_wrist;
  int rate;                                             // Hz
  Vector3d (*sense)(const WornSensor&, double, Index);  // in the file's units
  double bias, noise;                                   // standard deviations, as well
};
constexpr std::array kSensors = {SensorKind{"acc_watch", true, 100, acceleration, 0.2, 0.2},
                                 SensorKind{"acc_phone", false, 100, acceleration, 0.2, 0.2},
                                 SensorKind{"gyro", true, 50, angular_rate, 0.02, 0.02},
                                 SensorKind{"orientation", true, 50, orientation, 2, 0.5}};

const SensorKind* find_sensor(const std::string& name) {
  const auto* found = std::find_if(kSensors.begin(), kSensors.end(), [&](const auto& s) { return s.name == name; });
  return found == kSensors.end() ? nullptr : found;
}

// One line for each sample.
std::vector<std::string> sensor_lines(const SensorKind& kind, const ClipPlan& clip, const Performance& performance,
                                      Trap trap, std::uint64_t seed) {
  constexpr std::int64_t kFirstDay = 17'805;  // 2018-10-01
  constexpr double kDayBegins = 8 * 3'600'000, kDayEnds = 20 * 3'600'000;
  RandomStream clock(clip.key(seed, "clock"));
  const std::int64_t begin =
      (kFirstDay + clip.subject) * 86'400'000 + std::llround(clock.uniform(kDayBegins, kDayEnds));
  RandomStream random(stream_key(clip.key(seed, "sensor"), kind.name));
  const WornSensor& worn = kind.on_wrist ? performance.wrist : performance.thigh;
  const Index samples = static_cast<Index>(clip.frames - 1) * kind.rate / kFrameRate + 1;
  Vector3d bias;
  for (double& value : bias) value = random.normal(0, kind.bias);
  std::vector<std::string> lines;
  for (Index i = 0; i < samples; ++i) {
    std::string line;
    const std::int64_t jitter = random.below(3) - 1;
    append_stamp(line, begin + i * 1000 / kind.rate + jitter, trap != Trap::no_fraction || i % 7 != 3);
    const Vector3d value = kind.sense(worn, performance.interval, i * kStepRate / kind.rate) + bias;
    for (const double axis : value) {
      line += ',';
      append_number(line, axis + random.normal(0, kind.noise), 6);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string sensor_text(std::vector<std::string> lines, Trap trap) {
  if (trap == Trap::empty_sensor) return "";
  const std::size_t middle = lines.size() / 2;
  if (trap == Trap::backward) std::swap(lines[middle], lines[std::min(middle + 3, lines.size() - 1)]);
  if (trap == Trap::repeated) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(middle), lines[middle]);
  std::string text = trap == Trap::header ? "time,x,y,z\n" : "";
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

// ---- poses --------------------------------------------------------------------------------

using KeyPoints = std::array<Vector3d, 17>;

// COCO's points on the humanoid; the face lies before the head.
KeyPoints key_points(const Eigen::RowVectorXd& joints) {
  const auto joint = [&](Index index) -> Vector3d { return joints.segment<3>(3 * index).transpose(); };
  const Vector3d head = joint(0);
  const Vector3d up = (head - joint(1)).normalized();
  const Vector3d right = (joint(8) - joint(4)).normalized();
  const Vector3d front = up.cross(right);
  const auto face = [&](double forward, double upward, double aside) -> Vector3d {
    return head + forward * front + upward * up + aside * right;
  };
  return {face(0.11, 0, 0),
          face(0.09, 0.035, -0.032),
          face(0.09, 0.035, 0.032),
          face(0, 0.01, -0.075),
          face(0, 0.01, 0.075),
          joint(4),
          joint(8),
          joint(5),
          joint(9),
          joint(6),
          joint(10),
          joint(12),
          joint(16),
          joint(13),
          joint(17),
          joint(14),
          joint(18)};
}

// A camera in a corner of the room, looking at the person.
struct Camera {
  Vector3d position;
  Matrix3d axes;  // rows: right, up, forward

  Camera(int number, const Vector3d& target) {
    const double angle = (90 * number - 135) / kDegrees;  // 0: in front
    const double distance = 4 + 0.25 * number;
    position = target + Vector3d(distance * std::sin(angle), 1.2, -distance * std::cos(angle));
    const Vector3d forward = (target - position).normalized();
    const Vector3d right = forward.cross(Vector3d::UnitY()).normalized();
    axes << right.transpose(), right.cross(forward).transpose(), forward.transpose();
  }

  // Pixels of 1920 x 1080, y down.
  Eigen::Vector2d project(const Vector3d& point) const {
    constexpr double kFocal = 1100;
    const Vector3d seen = axes * (point - position);
    return {960 + kFocal * seen.x() / seen.z(), 540 - kFocal * seen.y() / seen.z()};
  }
};

void append_person(std::string& text, const Camera& camera, const KeyPoints& points, RandomStream& random) {
  constexpr double kPixelNoise = 2;
  for (const Vector3d& point : points) {
    const Eigen::Vector2d pixel = camera.project(point);
    append_number(text, pixel.x() + random.normal(0, kPixelNoise), 1);
    text += ',';
    append_number(text, pixel.y() + random.normal(0, kPixelNoise), 1);
    text += ',';
    append_number(text, std::clamp(random.normal(0.85, 0.08), 0.05, 1.0), 2);
    text += ',';
  }
  text.pop_back();
}

Eigen::RowVectorXd joints_at(const Performance& performance, int frame) {
  data::RowPosition place =
      data::row_position(static_cast<double>(frame) / kFrameRate * kStepRate, performance.joints.rows());
  place.share = std::min(1.0, place.share);
  return data::row_at(performance.joints, place).matrix();
}

std::string pose_text(const ClipPlan& clip, const Performance& performance, int number, Trap trap, std::uint64_t seed) {
  const Vector3d partner_stands(0.9, 0, 0.2);
  const bool two = clip.name() == "talking" || clip.name() == "transferring_object";
  RandomStream random(stream_key(clip.key(seed, "pose"), number));
  const Camera camera(number, joints_at(performance, 0).segment<3>(9).transpose());  // the hip center
  std::string text = "{";
  for (int frame = 0; frame < clip.frames; ++frame) {
    const int third = clip.frames / 3;
    if (trap == Trap::missing_frames && frame >= third && frame < third + 2) continue;
    text.append(text.size() > 1 ? "," : "").append("\"").append(std::to_string(frame + 1)).append("\":");
    if (trap == Trap::nobody || (trap == Trap::empty_frames && frame % 9 == 4)) {
      text += frame % 2 == 0 ? "[]" : "{}";
      continue;
    }
    KeyPoints points = key_points(joints_at(performance, frame));
    text += "{\"person1\":[";
    append_person(text, camera, points, random);
    if (two && random.uniform() < 0.7) {
      for (Vector3d& point : points) point += partner_stands;
      text += "],\"person2\":[";
      append_person(text, camera, points, random);
    }
    text += "]}";
  }
  return text + "}\n";
}

// ---- files --------------------------------------------------------------------------------

std::string file_name(const ClipPlan& clip, Trap trap, const char* extension) {
  std::string name = clip.name();
  if (trap == Trap::capitals) name[0] = static_cast<char>(name[0] - 'a' + 'A');
  if (trap == Trap::blank) name += ' ';
  return name + extension;
}

void write_clip(const fs::path& root, const ClipPlan& clip, Trap trap, const MmactOptions& options) {
  const Performance performance = performed(clip, options.seed);
  const std::string subject = "subject" + std::to_string(clip.subject);
  const fs::path session = fs::path("scene" + std::to_string(clip.scene)) / ("session" + std::to_string(clip.session));
  for (const std::string& sensor : options.sensors) {
    if (trap == Trap::no_sensor) break;
    const fs::path folder = root / (sensor + "_clip") / subject / session;
    fs::create_directories(folder);
    write_cache_atomically(
        folder / file_name(clip, trap, ".csv"),
        sensor_text(sensor_lines(*find_sensor(sensor), clip, performance, trap, options.seed), trap));
  }
  for (const int camera : clip.cameras) {
    if (trap == Trap::no_pose) break;
    const fs::path folder = root / "pose" / subject / ("cam" + std::to_string(camera)) / session;
    fs::create_directories(folder);
    write_cache_atomically(folder / file_name(clip, trap, ".json"),
                           pose_text(clip, performance, camera, trap, options.seed));
  }
}

void check_range(const char* what, int value, int largest) {
  if (value >= 1 && value <= largest) return;
  throw Error(ErrorKind::usage, std::string("synthetic MMAct: expected ") + what + " of 1 .. " +
                                    std::to_string(largest) + ", found " + std::to_string(value));
}

void check_options(const MmactOptions& options) {
  check_range("a number of subjects", options.subjects, data::readers::kMmactSubjects);
  check_range("a number of scenes", options.scenes, data::readers::kMmactScenes);
  check_range("a number of sessions", options.sessions, data::readers::kMmactSessions);
  check_range("a number of actions", options.actions, static_cast<int>(data::readers::mmact_actions().size()));
  for (const int camera : options.cameras) check_range("a camera", camera, data::readers::kMmactCameras);
  if (!(options.traps >= 0 && options.traps <= 1)) {
    throw Error(ErrorKind::usage,
                "synthetic MMAct: expected a share of traps of 0 .. 1, found " + std::to_string(options.traps));
  }
  for (const std::string& sensor : options.sensors) {
    if (find_sensor(sensor) != nullptr) continue;
    throw Error(ErrorKind::usage,
                "synthetic MMAct: expected sensors of acc_watch, acc_phone, gyro, orientation, found '" + sensor + "'");
  }
}

}  // namespace

int write_mmact(const fs::path& folder, const MmactOptions& options) {
  check_options(options);
  const std::vector<ClipPlan> clips = options.inventory.empty() ? planned_clips(options) : listed_clips(options);
  return write_folder_atomically(folder, [&](const fs::path& partial) {
    fs::create_directories(partial);
    for (std::size_t i = 0; i < clips.size(); ++i) write_clip(partial, clips[i], trap_of(i, options.traps), options);
    return static_cast<int>(clips.size());
  });
}

}  // namespace pskd::synthetic
