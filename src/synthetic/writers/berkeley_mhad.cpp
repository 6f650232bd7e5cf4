#include "synthetic/writers/berkeley_mhad.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/file.hpp"
#include "base/random.hpp"
#include "data/formats/bvh.hpp"
#include "data/formats/bvh_kinematics.hpp"
#include "pskd/data/topology.hpp"
#include "synthetic/berkeley_actions.hpp"
#include "synthetic/performance.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Vector3d;

constexpr double kMocapRate = 480;            // Hz
constexpr double kSensorInterval = 1 / 31.0;  // s
constexpr double kCentimeters = 100;
constexpr double kRail = 2;        // g
constexpr double kFloor = 1.05;    // meters from the camera's axis down to the floor
constexpr double kDistance = 2.9;  // meters from the camera to the person

// A joint of mhad-30 on the line from one of the humanoid's joints to another.
struct Place {
  const char* name;
  int from, to;
  double share;
};

// Every bone of these is rigid and so are the pelvis and the trunk, so that rotations alone move them: the root lies
// between the hips, the spine turns about the hip center.
constexpr std::array<Place, 30> kPlaces = {{{"Hips", 12, 16, 0.5},
                                            {"Spine", 3, 3, 0},
                                            {"Spine1", 2, 2, 0},
                                            {"Spine2", 2, 1, 0.6},
                                            {"Neck", 1, 1, 0},
                                            {"Head", 0, 0, 0},
                                            {"RightShoulder", 1, 8, 0.15},
                                            {"RightArm", 8, 8, 0},
                                            {"RightArmRoll", 8, 9, 0.5},
                                            {"RightForeArm", 9, 9, 0},
                                            {"RightForeArmRoll", 9, 10, 0.5},
                                            {"RightHand", 10, 10, 0},
                                            {"LeftShoulder", 1, 4, 0.15},
                                            {"LeftArm", 4, 4, 0},
                                            {"LeftArmRoll", 4, 5, 0.5},
                                            {"LeftForeArm", 5, 5, 0},
                                            {"LeftForeArmRoll", 5, 6, 0.5},
                                            {"LeftHand", 6, 6, 0},
                                            {"RightUpLeg", 16, 16, 0},
                                            {"RightUpLegRoll", 16, 17, 0.5},
                                            {"RightLeg", 17, 17, 0},
                                            {"RightLegRoll", 17, 18, 0.5},
                                            {"RightFoot", 18, 18, 0},
                                            {"RightToeBase", 19, 19, 0},
                                            {"LeftUpLeg", 12, 12, 0},
                                            {"LeftUpLegRoll", 12, 13, 0.5},
                                            {"LeftLeg", 13, 13, 0},
                                            {"LeftLegRoll", 13, 14, 0.5},
                                            {"LeftFoot", 14, 14, 0},
                                            {"LeftToeBase", 15, 15, 0}}};

// [steps, 30 * 3], centimeters from a point of the floor.
ArrayXXd mocap_positions(const Performance& motion) {
  ArrayXXd positions(motion.joints.rows(), 3 * static_cast<Index>(kPlaces.size()));
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const auto& [name, from, to, share] = kPlaces[i];
    positions.middleCols(3 * static_cast<Index>(i), 3) =
        (1 - share) * motion.joints.middleCols(Index{3} * from, 3) + share * motion.joints.middleCols(Index{3} * to, 3);
  }
  for (Index joint = 0; joint < positions.cols() / 3; ++joint) {
    positions.col(3 * joint + 1) += kFloor;
    positions.col(3 * joint + 2) -= kDistance;
  }
  return positions * kCentimeters;
}

std::string mocap_text(const Performance& motion) {
  std::vector<std::string> names;
  for (const Place& place : kPlaces) names.emplace_back(place.name);
  constexpr data::formats::RotationOrder kZyx = {2, 1, 0};
  return data::formats::bvh_text(data::formats::bvh_of_positions(names, data::topology("mhad-30").parents,
                                                                 mocap_positions(motion), motion.interval, kZyx));
}

// Now and then a sample is lost to the radio and arrives as nonsense far beyond the rail.
void add_spikes(ArrayXXd& values, RandomStream& random) {
  constexpr double kSpikeOnce = 0.15;
  constexpr double kMaxSpike = 60;  // g
  if (random.uniform() >= kSpikeOnce) return;
  const Index row = random.below(values.rows());
  const Index axis = random.below(3);
  values(row, axis) = std::copysign(random.uniform(3, kMaxSpike), values(row, axis));
}

// Lines of ax ay az seconds, from the sensor's clock, which jitters.
std::string shimmer_text(const Performance& motion, double clock, RandomStream& random) {
  const double end = motion.interval * static_cast<double>(motion.joints.rows() - 1);
  const Vector3d bias(random.normal(0, 0.02), random.normal(0, 0.02), random.normal(0, 0.02));
  std::vector<double> times;
  for (double time = 0; time <= end; time += std::max(0.2 * kSensorInterval, random.normal(kSensorInterval, 0.003))) {
    times.push_back(time);
  }
  ArrayXXd values(static_cast<Index>(times.size()), 3);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Vector3d felt =
        felt_force(motion.wrist, motion.interval, static_cast<Index>(std::lround(times[i] / motion.interval))) + bias;
    for (Index axis = 0; axis < 3; ++axis) {
      values(static_cast<Index>(i), axis) = std::clamp(felt[axis] + random.normal(0, 0.02), -kRail, kRail);
    }
  }
  add_spikes(values, random);
  std::string text;
  std::array<char, 128> line{};
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto row = static_cast<Index>(i);
    std::snprintf(line.data(), line.size(), "%.4f %.4f %.4f %.6f\n", values(row, 0), values(row, 1), values(row, 2),
                  clock + times[i]);
    text += line.data();
  }
  return text;
}

std::string file_name(const char* pattern, int action, int subject, int trial) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), pattern, subject, action, trial);
  return name.data();
}

void write_recording(const fs::path& folder, std::uint64_t seed, int action, int subject, int trial) {
  PerformancePlan plan{berkeley_script(action), seed, action, subject, trial};
  plan.interval = 1 / kMocapRate;
  plan.steps = static_cast<Index>(std::lround(performance_seconds(plan) * kMocapRate)) + 1;
  const Performance motion = perform(plan);
  RandomStream random(stream_key(seed, "shimmer", action, subject, trial));
  const double clock = 1.3e9 + 3600.0 * subject + 60.0 * (5 * action + trial) + random.uniform();
  write_cache_atomically(
      folder / "Mocap" / "SkeletalData" / file_name("skl_s%02d_a%02d_r%02d.bvh", action, subject, trial),
      mocap_text(motion));
  write_cache_atomically(
      folder / "Accelerometer" / "Shimmer02" / file_name("acc_h02_s%02d_a%02d_r%02d.txt", action, subject, trial),
      shimmer_text(motion, clock, random));
}

}  // namespace

int write_berkeley_mhad(const fs::path& folder, const SyntheticOptions& options) {
  check_synthetic_number("a number of subjects", options.subjects, kMaxBerkeleyMhad.subjects);
  check_synthetic_number("a number of trials", options.trials, kMaxBerkeleyMhad.trials);
  check_synthetic_number("a number of actions", options.actions, kMaxBerkeleyMhad.actions);
  const std::uint64_t seed = stream_key(options.seed, "berkeley");  // other people than UTD-MHAD's
  return write_folder_atomically(folder, [&](const fs::path& partial) {
    return for_each_recording(
        options, [&](int action, int subject, int trial) { write_recording(partial, seed, action, subject, trial); });
  });
}

}  // namespace pskd::synthetic
