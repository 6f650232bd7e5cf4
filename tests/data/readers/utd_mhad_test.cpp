// Reading single files of UTD-MHAD: what a sound file gives, and that nothing else gets through.
#include "data/readers/utd_mhad.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "base/random.hpp"
#include "pskd/base/error.hpp"
#include "support/mat_bytes.hpp"
#include "support/real_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::mat_compressed;
using testing::mat_header;
using testing::mat_variable;

constexpr int kFrames = 3;

// Values that tell joint, axis and frame apart: 1000 joint + 100 axis + frame, in MATLAB's order (joint fastest).
std::vector<double> skeleton_values() {
  std::vector<double> values;
  for (int frame = 0; frame < kFrames; ++frame) {
    for (int axis = 0; axis < 3; ++axis) {
      for (int joint = 0; joint < 20; ++joint) values.push_back(1000 * joint + 100 * axis + frame);
    }
  }
  return values;
}

std::vector<double> inertial_values() {
  std::vector<double> values;
  for (int channel = 0; channel < 6; ++channel) {
    for (int frame = 0; frame < kFrames; ++frame) values.push_back(10 * channel + frame);
  }
  return values;
}

std::string skeleton_variable() { return mat_variable("d_skel", {20, 3, kFrames}, skeleton_values()); }
std::string inertial_variable() { return mat_variable("d_iner", {kFrames, 6}, inertial_values()); }

class UtdMhadFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    std::filesystem::remove(
        file_);  // a file cut to nothing and written again is flushed to the disk by some file systems
    testing::write_anew(file_, bytes);
    return file_;
  }

  // The message of the Error(data) that reading `bytes` gives.
  template <class Read>
  std::string refusal(const std::string& bytes, Read read) {
    write(bytes);
    try {
      read(file_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_THAT(error.what(), HasSubstr(file_.string()));
      return error.what();
    }
    ADD_FAILURE() << "the file was read";
    return "";
  }
  std::string inertial_refusal(const std::string& bytes) { return refusal(bytes, read_utd_inertial); }
  std::string skeleton_refusal(const std::string& bytes) { return refusal(bytes, read_utd_skeleton); }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "a1_s1_t1.mat";
};

TEST_F(UtdMhadFile, InertialRowsAreFrames) {
  for (const std::string& variable : {inertial_variable(), mat_compressed(inertial_variable())}) {
    const Frames frames = read_utd_inertial(write(mat_header() + variable));
    ASSERT_EQ(frames.rows(), kFrames);
    ASSERT_EQ(frames.cols(), 6);
    for (int frame = 0; frame < kFrames; ++frame) {
      for (int channel = 0; channel < 6; ++channel) EXPECT_EQ(frames(frame, channel), 10 * channel + frame);
    }
  }
}

TEST_F(UtdMhadFile, SkeletonColumnsAreXyzOfJointAfterJoint) {
  for (const std::string& variable : {skeleton_variable(), mat_compressed(skeleton_variable())}) {
    const Frames frames = read_utd_skeleton(write(mat_header() + variable));
    ASSERT_EQ(frames.rows(), kFrames);
    ASSERT_EQ(frames.cols(), 60);
    for (int frame = 0; frame < kFrames; ++frame) {
      for (int joint = 0; joint < 20; ++joint) {
        for (int axis = 0; axis < 3; ++axis) {
          EXPECT_EQ(frames(frame, 3 * joint + axis), static_cast<float>(1000 * joint + 100 * axis + frame));
        }
      }
    }
  }
}

TEST_F(UtdMhadFile, TheVariableIsFoundBesideOthers) {
  const std::string other = mat_variable("other", {1, 1}, {5});
  EXPECT_EQ(read_utd_inertial(write(mat_header() + other + mat_compressed(inertial_variable())))(1, 2), 21);
}

TEST_F(UtdMhadFile, OnlyWhatIsAskedForIsUnpacked) {
  constexpr int kValues = 1 << 20;
  const std::string packed = mat_compressed(mat_variable("other", {kValues, 1}, std::vector<double>(kValues, 0)));
  std::string file = mat_header();
  for (int i = 0; i < 1000; ++i) file += packed;  // 8 GB, were they all unpacked
  EXPECT_EQ(read_utd_inertial(write(file + mat_compressed(inertial_variable())))(1, 2), 21);
}

TEST_F(UtdMhadFile, AVariableCannotClaimMoreThanItsBytesHold) {
  std::string variable = inertial_variable();
  variable.replace(4, 4, testing::little_endian(100U << 20));
  EXPECT_THAT(inertial_refusal(mat_header() + mat_compressed(variable)),
              HasSubstr("claims more than its bytes can hold"));
  variable.replace(4, 4, testing::little_endian(1000U << 20));
  EXPECT_THAT(inertial_refusal(mat_header() + mat_compressed(variable)), HasSubstr("holds more than 128 MB"));
}

TEST_F(UtdMhadFile, AVariableStandsOnce) {
  EXPECT_THAT(inertial_refusal(mat_header() + inertial_variable() + mat_compressed(inertial_variable())),
              HasSubstr("expected the variable d_iner once, found it again"));
}

TEST_F(UtdMhadFile, AnAbsentFileIsNamed) {
  try {
    read_utd_inertial(folder_ / "absent.mat");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.what(), HasSubstr("absent.mat"));
  }
}

TEST_F(UtdMhadFile, WhatIsNoMatFileIsRefused) {
  EXPECT_THAT(inertial_refusal(""), HasSubstr("not a little-endian MAT v5 file"));
  EXPECT_THAT(inertial_refusal("garbage"), HasSubstr("not a little-endian MAT v5 file"));
  EXPECT_THAT(inertial_refusal(std::string(5000, 'x')), HasSubstr("not a little-endian MAT v5 file"));
  EXPECT_THAT(inertial_refusal(mat_header() + std::string(400, 'x')), HasSubstr("truncated"));
}

TEST_F(UtdMhadFile, AnAbsentVariableIsNamedWithWhatIsThere) {
  EXPECT_THAT(skeleton_refusal(mat_header() + inertial_variable()),
              AllOf(HasSubstr("variable d_skel is absent"), HasSubstr("d_iner")));
  EXPECT_THAT(skeleton_refusal(mat_header()), HasSubstr("variables found: none"));
}

TEST_F(UtdMhadFile, AnotherShapeIsNamed) {
  const auto inertial = [&](const std::vector<std::int32_t>& dims, std::size_t count) {
    return inertial_refusal(mat_header() + mat_variable("d_iner", dims, std::vector<double>(count, 1)));
  };
  EXPECT_THAT(inertial({6, 4}, 24), AllOf(HasSubstr("expected the shape [frames, 6]"), HasSubstr("found [6, 4]")));
  EXPECT_THAT(inertial({2, 6, 2}, 24), HasSubstr("found [2, 6, 2]"));
  EXPECT_THAT(inertial({0, 6}, 0), HasSubstr("2 to 100000 frames, found 0"));
  EXPECT_THAT(inertial({1, 6}, 6), HasSubstr("2 to 100000 frames, found 1"));
  EXPECT_THAT(inertial({0, 0}, 0), HasSubstr("found [0, 0]"));
  EXPECT_THAT(skeleton_refusal(mat_header() + mat_variable("d_skel", {3, 20, 2}, std::vector<double>(120))),
              AllOf(HasSubstr("[20, 3, frames]"), HasSubstr("found [3, 20, 2]")));
}

TEST_F(UtdMhadFile, AShapeThatPromisesMoreThanTheFileHoldsIsRefused) {
  for (const std::int32_t rows : {4, 1000, 99'999, 2'000'000'000, -1}) {
    inertial_refusal(mat_header() + mat_variable("d_iner", {rows, 6}, inertial_values()));
    inertial_refusal(mat_header() + mat_compressed(mat_variable("d_iner", {rows, 6}, inertial_values())));
  }
}

TEST_F(UtdMhadFile, AnotherClassIsNamed) {
  const auto of_class = [&](std::uint32_t flags_and_class) {
    return inertial_refusal(mat_header() + mat_variable("d_iner", {3, 6}, inertial_values(), flags_and_class));
  };
  EXPECT_THAT(of_class(testing::kCellClass), HasSubstr("MATLAB class 1"));
  EXPECT_THAT(of_class(testing::kCharClass), HasSubstr("MATLAB class 4"));
  EXPECT_THAT(of_class(testing::kSingleClass), HasSubstr("MATLAB class 7"));
  EXPECT_THAT(of_class(testing::kInt16Class), HasSubstr("MATLAB class 10"));
  EXPECT_THAT(of_class(testing::kDoubleClass | testing::kLogicalFlag), HasSubstr("logical"));
  EXPECT_THAT(of_class(testing::kDoubleClass | testing::kComplexFlag), HasSubstr("complex"));
}

TEST_F(UtdMhadFile, AValueThatIsNotFiniteIsLocated) {
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300}) {
    std::vector<double> values = inertial_values();
    values[3 * 2 + 1] = value;  // second frame, third channel
    EXPECT_THAT(inertial_refusal(mat_header() + mat_variable("d_iner", {3, 6}, values)),
                AllOf(HasSubstr("found 1 NaN"), HasSubstr("frame 2, column 3")));
  }
}

TEST_F(UtdMhadFile, EveryTruncationIsRefused) {
  for (const std::string& variable : {inertial_variable(), mat_compressed(inertial_variable())}) {
    const std::string whole = mat_header() + variable;
    for (std::size_t length = 0; length < whole.size(); ++length) inertial_refusal(whole.substr(0, length));
    inertial_refusal(whole + "x");
  }
}

// The checksum of the compressed stream covers the values; only the bits that fill up its last byte mean nothing.
TEST_F(UtdMhadFile, NoFlippedBitOfACompressedVariableChangesAValue) {
  const std::string whole = mat_header() + mat_compressed(inertial_variable());
  const Frames sound = read_utd_inertial(write(whole));
  int accepted = 0;
  for (std::size_t bit = 8 * mat_header().size(); bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    write(flipped);
    try {
      EXPECT_TRUE((read_utd_inertial(file_) == sound).all()) << "bit " << bit;
      ++accepted;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
    }
  }
  EXPECT_LE(accepted, 12);
}

// Whatever bytes come: a refusal or a matrix of the right shape with finite values, nothing else.
TEST_F(UtdMhadFile, RandomDamageIsSurvived) {
  RandomStream random(stream_key(1, "damage"));
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string variable = round % 2 == 0 ? inertial_variable() : skeleton_variable();
    const auto changes = 1 + random.below(4);
    for (int change = 0; change < changes; ++change) {
      variable[static_cast<std::size_t>(random.below(std::min<std::int64_t>(96, std::ssize(variable))))] =
          static_cast<char>(random.below(256));
    }
    write(mat_header() + (round % 3 == 0 ? mat_compressed(variable) : variable));
    try {
      const Frames frames = round % 2 == 0 ? read_utd_inertial(file_) : read_utd_skeleton(file_);
      EXPECT_EQ(frames.cols(), round % 2 == 0 ? 6 : 60);
      EXPECT_TRUE(frames.isFinite().all());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST_F(UtdMhadFile, NothingIsPrinted) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  inertial_refusal(mat_header() + mat_variable("d_iner", {1000, 6}, inertial_values()));
  inertial_refusal(mat_header() + skeleton_variable());
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(UtdMhad, ClassesJointsAndGroupsAreTheDocumentedOnes) {
  const DatasetInfo info = utd_mhad_info();
  ASSERT_EQ(info.classes.size(), 27U);
  EXPECT_EQ(info.classes.front(), "swipe_left");
  EXPECT_EQ(info.classes[21], "jog");
  EXPECT_EQ(info.classes.back(), "squat");
  EXPECT_EQ(info.class_groups.at("wrist").size(), 21U);
  EXPECT_EQ(info.class_groups.at("wrist").back(), 20);
  EXPECT_EQ(info.channels.size(), 6U);
  EXPECT_EQ(info.topology.name, "kinect-20");
  EXPECT_EQ(utd_clip_id(8, 1, 4), "a8_s1_t4");
}

// A skeleton with axes mixed up has no bones: on the real files thighs and shins keep their length and the head is on
// top.
TEST(UtdMhad, RealSkeletonsHaveBones) {
  PSKD_REAL_DATA_OR_SKIP(root, "utd-mhad");
  for (const char* name : {"a1_s1_t1", "a13_s4_t2", "a27_s2_t3"}) {
    const Frames frames = read_utd_skeleton(root / "Skeleton" / (std::string(name) + "_skeleton.mat"));
    for (const int joint : {12, 13, 16, 17}) {  // hips and knees; the next joint is the bone's other end
      const auto bone =
          (frames.middleCols(3 * joint, 3) - frames.middleCols(3 * joint + 3, 3)).square().rowwise().sum().sqrt();
      const float mean = bone.mean();
      EXPECT_NEAR(mean, 0.4, 0.12) << name;
      EXPECT_LT((bone - mean).abs().maxCoeff(), 0.4 * mean) << name;
    }
    EXPECT_GT(frames(0, 1), frames(0, 3 * 14 + 1) + 1.0F) << "the head is not above the ankle in " << name;
  }
}

}  // namespace
}  // namespace pskd::data::readers
