#include "synthetic/writers/recordings.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/random.hpp"
#include "data/interpolation.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/utd_mhad.hpp"
#include "data/units.hpp"
#include "pskd/data/topology.hpp"
#include "synthetic/performance.hpp"
#include "synthetic/recordings.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Vector3d;

constexpr double kWatchRate = 32, kCameraRate = 30;  // Hz
constexpr double kMaxDelay = 0.3;  // seconds by which a stream may begin after the motion, or end before it
constexpr double kBetween = 20;    // seconds from one trial to the next, by the clock of both devices
constexpr double kWatchNoise = 0.15, kCameraNoise = 0.005;  // m/s^2, m

// A joint of Azure Kinect's body tracking (the topology azure-32), placed on the bone between two joints of the
// humanoid and shifted in the trunk's axes (to the person's right, up, forward; meters).
struct TrackedJoint {
  const char* name;
  int from, to;
  double share;
  Vector3d shift{0, 0, 0};
};

enum Humanoid {
  head,
  shoulders,
  spine,
  hips,
  l_shoulder,
  l_elbow,
  l_wrist,
  l_hand,
  r_shoulder,
  r_elbow,
  r_wrist,
  r_hand,
  l_hip,
  l_knee,
  l_ankle,
  l_foot,
  r_hip,
  r_knee,
  r_ankle,
  r_foot
};

const std::array<TrackedJoint, 32> kTracked = {{
    {"PELVIS", hips, spine, 0},
    {"SPINE_NAVEL", hips, spine, 1},
    {"SPINE_CHEST", spine, shoulders, 0.5},
    {"NECK", shoulders, head, 0.2},
    {"CLAVICLE_LEFT", shoulders, l_shoulder, 0.2},
    {"SHOULDER_LEFT", l_shoulder, l_elbow, 0},
    {"ELBOW_LEFT", l_elbow, l_wrist, 0},
    {"WRIST_LEFT", l_wrist, l_hand, 0},
    {"HAND_LEFT", l_wrist, l_hand, 1},
    {"HANDTIP_LEFT", l_wrist, l_hand, 2},
    {"THUMB_LEFT", l_wrist, l_hand, 0.9, {0, 0, 0.04}},
    {"CLAVICLE_RIGHT", shoulders, r_shoulder, 0.2},
    {"SHOULDER_RIGHT", r_shoulder, r_elbow, 0},
    {"ELBOW_RIGHT", r_elbow, r_wrist, 0},
    {"WRIST_RIGHT", r_wrist, r_hand, 0},
    {"HAND_RIGHT", r_wrist, r_hand, 1},
    {"HANDTIP_RIGHT", r_wrist, r_hand, 2},
    {"THUMB_RIGHT", r_wrist, r_hand, 0.9, {0, 0, 0.04}},
    {"HIP_LEFT", l_hip, l_knee, 0},
    {"KNEE_LEFT", l_knee, l_ankle, 0},
    {"ANKLE_LEFT", l_ankle, l_foot, 0},
    {"FOOT_LEFT", l_ankle, l_foot, 1},
    {"HIP_RIGHT", r_hip, r_knee, 0},
    {"KNEE_RIGHT", r_knee, r_ankle, 0},
    {"ANKLE_RIGHT", r_ankle, r_foot, 0},
    {"FOOT_RIGHT", r_ankle, r_foot, 1},
    {"HEAD", shoulders, head, 0.9},
    {"NOSE", shoulders, head, 1, {0, 0, 0.12}},
    {"EYE_LEFT", shoulders, head, 1, {-0.03, 0.03, 0.1}},
    {"EAR_LEFT", shoulders, head, 1, {-0.08, 0, 0}},
    {"EYE_RIGHT", shoulders, head, 1, {0.03, 0.03, 0.1}},
    {"EAR_RIGHT", shoulders, head, 1, {0.08, 0, 0}},
}};

// ---- what the two devices record -------------------------------------------------------------------------

// When a stream begins and how long it is, seconds after the motion's first moment.
struct Window {
  double begin = 0;
  Index samples = 0;
};

Window draw_window(double seconds, double rate, RandomStream& random) {
  Window window;
  window.begin = std::round(1000 * random.uniform(0, kMaxDelay)) / 1000;  // as the manifest can say it
  const double end = seconds - random.uniform(0, kMaxDelay);
  window.samples = static_cast<Index>(std::floor((end - window.begin) * rate)) + 1;
  return window;
}

// `at_step` between two steps of the motion.
template <class AtStep>
auto at_time(const SyntheticMotion& motion, double seconds, AtStep at_step) {
  const auto [before, share] = data::row_position(seconds / motion.interval, motion.joints.rows());
  return ((1 - share) * at_step(before) + share * at_step(before + 1)).eval();
}

ArrayXXd wear(const SyntheticMotion& motion, const Window& window, RandomStream& random) {
  const WornSensor watch{motion.sensor_position, motion.sensor_axes};
  ArrayXXd values(window.samples, 3);
  for (Index i = 0; i < window.samples; ++i) {
    const double time = window.begin + static_cast<double>(i) / kWatchRate;
    const Vector3d felt = at_time(motion, time, [&](Index step) -> Vector3d {
      return data::kGravity * felt_force(watch, motion.interval, step);
    });
    for (Index axis = 0; axis < 3; ++axis) values(i, axis) = felt(axis) + random.normal(0, kWatchNoise);
  }
  return values;
}

// The 32 joints of one pose [20 * 3] of the humanoid.
ArrayXXd track_pose(const Eigen::RowVectorXd& pose) {
  const auto joint = [&](int index) -> Vector3d { return pose.segment<3>(Index{3} * index).transpose(); };
  const Vector3d right = (joint(r_shoulder) - joint(l_shoulder)).normalized();
  const Vector3d up = (joint(shoulders) - joint(hips)).normalized();
  const Vector3d forward = up.cross(right);
  ArrayXXd tracked(1, Index{3} * static_cast<Index>(kTracked.size()));
  for (std::size_t i = 0; i < kTracked.size(); ++i) {
    const TrackedJoint& one = kTracked[i];
    const Vector3d place = (1 - one.share) * joint(one.from) + one.share * joint(one.to) + one.shift(0) * right +
                           one.shift(1) * up + one.shift(2) * forward;
    tracked.middleCols(Index{3} * static_cast<Index>(i), 3) = place.transpose().array();
  }
  return tracked;
}

// In Azure Kinect's axes (x to the camera's right, y down, z away) and millimeters.
ArrayXXd film(const SyntheticMotion& motion, const Window& window, RandomStream& random) {
  ArrayXXd values(window.samples, Index{3} * static_cast<Index>(kTracked.size()));
  for (Index i = 0; i < window.samples; ++i) {
    const double time = window.begin + static_cast<double>(i) / kCameraRate;
    values.row(i) = track_pose(at_time(motion, time, [&](Index step) { return motion.joints.row(step).matrix(); }));
    for (Index column = 0; column < values.cols(); ++column) {
      const double seen = values(i, column) + random.normal(0, kCameraNoise);
      values(i, column) = 1000 * (column % 3 == 2 ? seen : -seen);
    }
  }
  return values;
}

// ---- files ---------------------------------------------------------------------------------------------

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits).ptr};
}

std::string csv_text(const ArrayXXd& values, int digits) {
  std::string text;
  for (Index row = 0; row < values.rows(); ++row) {
    for (Index column = 0; column < values.cols(); ++column) {
      text += (column > 0 ? "," : "") + fixed(values(row, column), digits);
    }
    text += '\n';
  }
  return text;
}

const char* name_of(int joint) { return kTracked[static_cast<std::size_t>(joint)].name; }

std::string joint_list(const std::string& indent) {
  const std::vector<int>& parent_of = data::topology("azure-32").parents;
  std::string names, parents;
  for (int i = 0; i < static_cast<int>(kTracked.size()); ++i) {
    const std::string gap = i == 0 ? "" : i % 8 == 0 ? ",\n" + indent + std::string(10, ' ') : ", ";
    const int parent = parent_of[static_cast<std::size_t>(i)];
    names += gap + name_of(i);
    parents += gap + (parent < 0 ? "null" : name_of(parent));
  }
  return indent + "joints:  [" + names + "]\n" + indent + "parents: [" + parents + "]\n";
}

std::string pair_list() {
  std::string pairs;
  for (const auto& [left, right] : data::topology("azure-32").mirrored) {
    pairs += std::string(pairs.empty() ? "[" : ", [") + name_of(left) + ", " + name_of(right) + "]";
  }
  return pairs;
}

std::string description_text(const SyntheticOptions& options) {
  std::string train;
  for (int subject = 1; subject <= options.subjects; subject += 2) {
    train += (train.empty() ? "" : ", ") + std::to_string(subject);
  }
  return "# What the CSV files of this folder are; docs/own-recordings.md explains the keys.\n"
         "manifest: clips.csv\n"
         "train_subjects: [" +
         train +
         "]   # of the protocol cross-subject; the others test\n"
         "align: timestamps        # the streams begin and end at different moments: keep the span they share\n"
         "skeleton:\n" +
         joint_list("  ") +
         "  wrist: WRIST_RIGHT      # where the watch is worn\n"
         "  left_right: [" +
         pair_list() +
         "]\n"
         "  unit: mm\n"
         "  up: -y                  # this camera's y axis points down\n"
         "  rate: 30                # Hz; the manifest's skeleton_start says when the first frame was\n"
         "sensors:\n"
         "  watch:                  # its files are the manifest's column `watch`\n"
         "    header: true\n"
         "    channels: [ax, ay, az]\n"
         "    unit: m/s2\n"
         "    rate: 32\n";
}

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// Writes both files of one recording; its line of the manifest.
std::string write_recording(const fs::path& folder, const SyntheticOptions& options, int action, int subject,
                            int trial) {
  const SyntheticMotion motion = make_synthetic_motion(options, action, subject, trial);
  RandomStream random(stream_key(options.seed, "own data", action, subject, trial));
  const double seconds = motion.interval * static_cast<double>(motion.joints.rows() - 1);
  const Window camera = draw_window(seconds, kCameraRate, random);
  const Window watch = draw_window(seconds, kWatchRate, random);
  const std::string label = data::readers::utd_mhad_info().classes[static_cast<std::size_t>(action - 1)];
  const std::string id = label + "_s" + two_digits(subject) + "_t" + two_digits(trial);
  write_cache_atomically(folder / "skeleton" / (id + ".csv"), csv_text(film(motion, camera, random), 1));
  write_cache_atomically(folder / "watch" / (id + ".csv"), "ax,ay,az\n" + csv_text(wear(motion, watch, random), 4));
  const double clock = kBetween * (trial + options.trials * action);
  return id + "," + std::to_string(subject) + "," + label + "," + std::to_string(trial) + ",skeleton/" + id +
         ".csv,watch/" + id + ".csv," + fixed(clock + camera.begin, 3) + "," + fixed(clock + watch.begin, 3) + "\n";
}

int write_example(const fs::path& folder, const SyntheticOptions& options) {
  std::string manifest = "id,subject,label,trial,skeleton,watch,skeleton_start,watch_start\n";
  const int count = for_each_recording(options, [&](int action, int subject, int trial) {
    manifest += write_recording(folder, options, action, subject, trial);
  });
  write_cache_atomically(folder / "clips.csv", manifest);
  write_cache_atomically(folder / data::readers::kDescriptionName, description_text(options));
  return count;
}

}  // namespace

int write_recordings(const fs::path& folder, const SyntheticOptions& options) {
  check_synthetic_options(options);
  return write_folder_atomically(folder, [&](const fs::path& partial) { return write_example(partial, options); });
}

}  // namespace pskd::synthetic
