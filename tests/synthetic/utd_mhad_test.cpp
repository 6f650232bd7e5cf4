// Synthetic recordings: reproducible, a body with bones and joint limits, and a sensor that obeys physics.
#include "data/readers/utd_mhad.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <fstream>
#include <numbers>
#include <set>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "data/units.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/files_under.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/recordings.hpp"
#include "synthetic/writers/utd_mhad.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::Vector3d;
using testing::files_under;

constexpr double kGravity = 9.80665;
constexpr int kHipCentre = 3, kHead = 0, kRightShoulder = 8, kRightElbow = 9, kRightWrist = 10, kRightHip = 16,
              kRightKnee = 17, kRightAnkle = 18, kLeftAnkle = 14;

Vector3d joint(const SyntheticMotion& motion, Index step, int index) {
  return motion.joints.row(step).segment<3>(3 * index).matrix().transpose();
}

Vector3d position(const SyntheticMotion& motion, Index step) {
  return motion.sensor_position.row(step).matrix().transpose();
}

double flexion(const Vector3d& a, const Vector3d& b, const Vector3d& c) {
  return std::acos(std::clamp((b - a).normalized().dot((c - b).normalized()), -1.0, 1.0));
}

SyntheticOptions small(std::uint64_t seed = 1) {
  SyntheticOptions options;
  options.subjects = options.trials = 2;
  options.actions = 3;
  options.seed = seed;
  return options;
}

TEST(SyntheticFiles, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  testing::TemporaryFolder folder;
  EXPECT_EQ(write_utd_mhad(folder / "one", small()), 12);
  write_utd_mhad(folder / "two", small());
  write_utd_mhad(folder / "other", small(2));
  const auto one = files_under(folder / "one");
  const auto other = files_under(folder / "other");
  EXPECT_EQ(one.size(), 24U);
  EXPECT_EQ(one, files_under(folder / "two"));
  for (const auto& [name, bytes] : one) EXPECT_NE(bytes, other.at(name)) << name;
}

TEST(SyntheticFiles, TheReaderGivesTheClipsBack) {
  testing::TemporaryFolder folder;
  write_utd_mhad(folder / "utd", small());
  const data::Dataset dataset = data::readers::read_dataset(testing::utd_config(folder / "utd"));
  ASSERT_EQ(dataset.clips.size(), 12U);
  for (const data::Clip& clip : dataset.clips) {
    const data::Clip made =
        make_synthetic_clip(small(), clip.label + 1, clip.subject.number().value(), clip.trial.number().value());
    EXPECT_EQ(clip.id, made.id);
    EXPECT_EQ(clip.hash, made.hash) << clip.id;
  }
}

TEST(SyntheticFiles, AFolderInUseIsNotTouched) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "mine") << "x";
  try {
    write_utd_mhad(folder.path(), small());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
  }
  EXPECT_EQ(files_under(folder.path()).size(), 1U);
  fs::create_directory(folder / "empty");
  EXPECT_EQ(write_utd_mhad((folder / "empty").string() + "/", small()), 12);
}

TEST(SyntheticFiles, AFailureLeavesNothingBehind) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  try {
    write_utd_mhad(folder / "file" / "below", small());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
  }
  EXPECT_EQ(files_under(folder.path()).size(), 1U);
}

TEST(SyntheticClips, NumbersOutOfRangeAreRefused) {
  const auto refused = [](const SyntheticOptions& options, int action, int subject, int trial) {
    try {
      make_synthetic_clip(options, action, subject, trial);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::usage;
    }
  };
  EXPECT_TRUE(refused({}, 0, 1, 1));
  EXPECT_TRUE(refused({}, 28, 1, 1));
  EXPECT_TRUE(refused({}, 1, 9, 1));
  EXPECT_TRUE(refused({}, 1, 1, 5));
  EXPECT_TRUE(refused({9, 4, 27, 1}, 1, 1, 1));
  EXPECT_TRUE(refused({8, 5, 27, 1}, 1, 1, 1));
  EXPECT_TRUE(refused({8, 4, 0, 1}, 1, 1, 1));
}

// A recording depends on its own numbers only: a smaller set is a part of the larger one.
TEST(SyntheticClips, AreTheSameInSetsOfAnySize) {
  EXPECT_EQ(make_synthetic_clip(small(), 3, 2, 1).hash, make_synthetic_clip({}, 3, 2, 1).hash);
  std::set<std::string> hashes;
  for (int subject = 1; subject <= 2; ++subject) {
    for (int trial = 1; trial <= 2; ++trial) hashes.insert(make_synthetic_clip({}, 3, subject, trial).hash);
  }
  EXPECT_EQ(hashes.size(), 4U);
}

// Every action once, by different people.
class SyntheticAction : public ::testing::TestWithParam<int> {
 protected:
  int subject_ = 1 + GetParam() % 8;
  int trial_ = 1 + GetParam() % 4;
  SyntheticMotion motion_ = make_synthetic_motion({}, GetParam(), subject_, trial_);
  data::Clip clip_ = make_synthetic_clip({}, GetParam(), subject_, trial_);
  Index steps_ = motion_.joints.rows();
};

TEST_P(SyntheticAction, HasTheLengthsOfUtdMhad) {
  EXPECT_GE(clip_.sensor.rows(), 107);
  EXPECT_LE(clip_.sensor.rows(), 326);
  EXPECT_GE(clip_.skeleton.rows(), 41);
  EXPECT_LE(clip_.skeleton.rows(), 125);
  EXPECT_NEAR(static_cast<double>(clip_.sensor.rows()) / static_cast<double>(clip_.skeleton.rows()), 2.63, 0.15);
  EXPECT_TRUE(clip_.sensor.isFinite().all());
  EXPECT_TRUE(clip_.skeleton.isFinite().all());
  EXPECT_LE(clip_.sensor.leftCols(3).abs().maxCoeff(), 8);
}

TEST_P(SyntheticAction, HasBonesOfConstantLength) {
  const int bones[][2] = {{0, 1},   {1, 2},   {2, 3},   {4, 5},   {5, 6},   {6, 7},   {8, 9},  {9, 10},
                          {10, 11}, {12, 13}, {13, 14}, {14, 15}, {16, 17}, {17, 18}, {18, 19}};
  for (const auto& [a, b] : bones) {
    const ArrayXd length =
        (motion_.joints.middleCols(3 * a, 3) - motion_.joints.middleCols(3 * b, 3)).square().rowwise().sum().sqrt();
    EXPECT_GT(length.minCoeff(), 0.04) << a << "-" << b;
    EXPECT_LT(length.maxCoeff() - length.minCoeff(), 1e-9) << a << "-" << b;
    const data::Frames seen = clip_.skeleton.middleCols(3 * a, 3) - clip_.skeleton.middleCols(3 * b, 3);
    EXPECT_NEAR(seen.square().rowwise().sum().sqrt().mean(), length.mean(), 0.02) << a << "-" << b;
  }
}

TEST_P(SyntheticAction, StaysWithinItsJointLimits) {
  for (Index i = 0; i < steps_; ++i) {
    const Vector3d shoulder = joint(motion_, i, kRightShoulder);
    const Vector3d hip = joint(motion_, i, kRightHip);
    const Vector3d knee = joint(motion_, i, kRightKnee);
    const Vector3d ankle = joint(motion_, i, kRightAnkle);
    EXPECT_LE(flexion(shoulder, joint(motion_, i, kRightElbow), joint(motion_, i, kRightWrist)), 2.6 + 1e-6);
    EXPECT_LE(flexion(hip, knee, ankle), 2.4 + 1e-6);
    EXPECT_LT(knee.z(), 0.5 * (hip.z() + ankle.z()) + 0.01) << "a knee bends forwards, towards the camera";
    EXPECT_GT(joint(motion_, i, kHead).y(), joint(motion_, i, kHipCentre).y()) << "nobody falls over";
    EXPECT_GT(joint(motion_, i, kRightAnkle).y(), joint(motion_, 0, kLeftAnkle).y() - 0.05) << "nobody sinks in";
  }
}

// An independent derivation: five-point differences of the true path against the recorded samples.
TEST_P(SyntheticAction, TheAccelerometerFeelsThePathAndGravity) {
  const Index last = clip_.sensor.rows() - 2;
  ArrayXd error = ArrayXd::Zero(last - 1);
  for (Index i = 1; i < last; ++i) {
    const Index at = 4 * i;
    const Vector3d acceleration =
        (-position(motion_, at - 2) + 16 * position(motion_, at - 1) - 30 * position(motion_, at) +
         16 * position(motion_, at + 1) - position(motion_, at + 2)) /
        (12 * motion_.interval * motion_.interval);
    const Vector3d felt = motion_.sensor_axes[static_cast<std::size_t>(at)].transpose() *
                          (acceleration + Vector3d(0, kGravity, 0)) / kGravity;
    const Vector3d recorded = clip_.sensor.row(i).head<3>().matrix().transpose().cast<double>();
    error(i - 1) = (recorded - felt).norm();
  }
  EXPECT_LT(error.maxCoeff(), 0.3) << "bias, noise and the difference of the two schemes";
  EXPECT_LT(error.mean(), 0.12);
}

TEST_P(SyntheticAction, TheGyroscopeFeelsTheTurningOfTheSameFrame) {
  for (Index i = 2; i < clip_.sensor.rows() - 2; ++i) {
    const auto at = static_cast<std::size_t>(4 * i);
    const Eigen::Matrix3d change = (motion_.sensor_axes[at + 1] - motion_.sensor_axes[at - 1]) / (2 * motion_.interval);
    const Eigen::Matrix3d skew = motion_.sensor_axes[at].transpose() * change;  // R^T dR/dt = [w]x
    const Vector3d rate(skew(2, 1), skew(0, 2), skew(1, 0));
    const Vector3d recorded = clip_.sensor.row(i).tail<3>().matrix().transpose().cast<double>();
    EXPECT_LT((recorded - rate * 180 / std::numbers::pi).norm(), 15 + 0.02 * recorded.norm()) << "sample " << i;
  }
}

TEST_P(SyntheticAction, AtRestTheAccelerometerReadsOneG) {
  const auto first = clip_.sensor.topRows(5).leftCols(3).square().rowwise().sum().sqrt();
  EXPECT_NEAR(first.mean(), 1.0, 0.12);
}

TEST_P(SyntheticAction, TheSensorFrameIsARotation) {
  for (const Eigen::Matrix3d& axes : motion_.sensor_axes) {
    EXPECT_NEAR((axes.transpose() * axes - Eigen::Matrix3d::Identity()).norm(), 0, 1e-9);
    EXPECT_NEAR(axes.determinant(), 1, 1e-9);
  }
}

// Nothing jumps: between two moments, 5 ms apart, no joint moves further than a fast throw does.
TEST_P(SyntheticAction, MovesSmoothly) {
  const Eigen::ArrayXXd step = motion_.joints.bottomRows(steps_ - 1) - motion_.joints.topRows(steps_ - 1);
  EXPECT_LT(step.abs().maxCoeff() / motion_.interval, 12.0) << "m/s";
  EXPECT_LT(clip_.sensor.rightCols(3).abs().maxCoeff(), 2500) << "deg/s";
}

INSTANTIATE_TEST_SUITE_P(All, SyntheticAction, ::testing::Range(1, 28));

TEST(SyntheticSensor, IsOnTheWristForArmActionsAndOnTheThighForLegActions) {
  const SyntheticMotion wave = make_synthetic_motion({}, 3, 1, 1);
  EXPECT_LT((position(wave, 50) - joint(wave, 50, kRightWrist)).norm(), 1e-9);
  const SyntheticMotion jog = make_synthetic_motion({}, 22, 1, 1);
  const Vector3d thigh = joint(jog, 50, kRightKnee) - joint(jog, 50, kRightHip);
  const Vector3d from_hip = position(jog, 50) - joint(jog, 50, kRightHip);
  EXPECT_LT(from_hip.norm(), thigh.norm());
  EXPECT_NEAR(from_hip.normalized().dot(thigh.normalized()), 1, 1e-9);
}

// The mirror images of the class list: the wrist's path tells them apart.
TEST(SyntheticActions, CirclesTurnAsTheirNamesSay) {
  const auto turning = [](int action) {
    const SyntheticMotion motion = make_synthetic_motion({}, action, 1, 1);
    double area = 0;  // swept in the x-y plane around the middle of the path
    const auto x = motion.joints.col(3 * kRightWrist);
    const auto y = motion.joints.col(3 * kRightWrist + 1);
    for (Index i = motion.joints.rows() / 4; i + 1 < motion.joints.rows() * 3 / 4; ++i) {
      area += (x(i) - x.mean()) * (y(i + 1) - y(i)) - (y(i) - y.mean()) * (x(i + 1) - x(i));
    }
    return area;
  };
  EXPECT_LT(turning(9), 0);  // clockwise as the person sees it: x to the right, y up
  EXPECT_GT(turning(10), 0);
}

}  // namespace
}  // namespace pskd::synthetic
