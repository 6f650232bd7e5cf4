// BVH files: forward kinematics against positions known by hand and against chains of 4 x 4 matrices, hostile files,
// and positions that come back from the file written for them.
#include "data/formats/bvh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <fstream>
#include <numbers>

#include "base/random.hpp"
#include "data/formats/bvh_kinematics.hpp"
#include "pskd/base/error.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::data::formats {
namespace {

using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Matrix4d;
using Eigen::Vector3d;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kRadians = std::numbers::pi / 180;

std::string refusal(const std::string& text) {
  try {
    parse_bvh("file.bvh", text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    EXPECT_THAT(error.what(), HasSubstr("file.bvh: line "));
    return error.what();
  }
  ADD_FAILURE() << "was accepted:\n" << text;
  return "";
}

std::vector<double> positions(const std::string& text, const std::vector<std::string>& names, Index frame = 0) {
  const Frames found = joint_positions(parse_bvh("file.bvh", text), names);
  std::vector<double> row;
  for (const float value : found.row(frame)) row.push_back(std::round(value * 1e4) / 1e4 + 0.0);
  return row;
}

// An arm: a root, an elbow 2 above it, a wrist 3 to the right of the elbow.
std::string arm(const std::string& root_channels, const std::string& elbow_channels, const std::string& motion) {
  return "HIERARCHY\nROOT base\n{\nOFFSET 0 0 0\nCHANNELS " + root_channels +
         "\nJOINT elbow\n{\nOFFSET 0 2 0\nCHANNELS " + elbow_channels +
         "\nJOINT wrist\n{\nOFFSET 3 0 0\nEnd Site\n{\nOFFSET 1 0 0\n}\n}\n}\n}\nMOTION\n" + motion;
}

const std::string kSix = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation";
const std::string kThree = "3 Zrotation Xrotation Yrotation";

std::string one_frame(const std::string& numbers) { return "Frames: 1\nFrame Time: 0.01\n" + numbers + "\n"; }

TEST(Bvh, AQuarterTurnOfTheElbowLiftsTheWrist) {
  const std::string text = arm(kSix, kThree, one_frame("10 20 30 0 0 0 90 0 0"));
  EXPECT_THAT(positions(text, {"base", "elbow", "wrist"}), ElementsAre(10, 20, 30, 10, 22, 30, 10, 25, 30));
}

TEST(Bvh, TheRootTurnsAllThatHangsOnIt) {
  const std::string text = arm(kSix, kThree, one_frame("0 0 0 0 0 90 0 0 0"));  // about y: x goes to -z
  EXPECT_THAT(positions(text, {"wrist", "elbow"}), ElementsAre(0, 2, -3, 0, 2, 0));
}

TEST(Bvh, RotationsMultiplyInTheOrderOfTheirChannels) {
  // The wrist lies along x: turned by z first, then x of the turned axes, against x first, then z.
  EXPECT_THAT(positions(arm("0", "3 Zrotation Xrotation Yrotation", one_frame("90 90 0")), {"wrist"}),
              ElementsAre(0, 5, 0));
  EXPECT_THAT(positions(arm("0", "3 Xrotation Zrotation Yrotation", one_frame("90 90 0")), {"wrist"}),
              ElementsAre(0, 2, 3));
}

TEST(Bvh, PositionsOfAJointAddToItsOffset) {
  EXPECT_THAT(positions(arm("3 Zposition Yposition Xposition", "0", one_frame("1 2 3")), {"base", "wrist"}),
              ElementsAre(3, 2, 1, 6, 4, 1));
  EXPECT_THAT(positions(arm("0", kSix, one_frame("1 0 0 0 0 0")), {"elbow"}), ElementsAre(1, 2, 0));
}

TEST(Bvh, FramesFollowEachOther) {
  const std::string text = arm("0", kThree, "Frames: 2\nFrame Time: 0.5\n0 0 0\n180 0 0\n");
  EXPECT_EQ(parse_bvh("file.bvh", text).frame_time, 0.5);
  EXPECT_THAT(positions(text, {"wrist"}, 0), ElementsAre(3, 2, 0));
  EXPECT_THAT(positions(text, {"wrist"}, 1), ElementsAre(-3, 2, 0));
}

TEST(Bvh, BlanksTabsAndLineEndsAreFree) {
  const std::string text =
      "HIERARCHY\r\n\r\nROOT  the base {OFFSET\t0 0\t0 CHANNELS 0\r\n\tJOINT\telbow\r\n{ OFFSET 0 2 0\r\nCHANNELS 3 "
      "Zrotation\r\nXrotation Yrotation End Site {OFFSET 1 1 1}}}\r\nMOTION\r\nFrames:\t1\r\nFrame Time: 1e-2\r\n\r\n"
      "\t+1  2\t3 \r\n\r\n";
  const Bvh bvh = parse_bvh("file.bvh", text);
  ASSERT_EQ(bvh.joints.size(), 2U);
  EXPECT_EQ(bvh.joints[0].name, "the base");
  EXPECT_EQ(bvh.joints[1].parent, 0);
  EXPECT_EQ(bvh.values(0, 2), 3);
}

TEST(Bvh, SiblingsHangOnTheSameJoint) {
  const std::string text =
      "HIERARCHY\nROOT a {OFFSET 0 0 0 CHANNELS 3 Xrotation Yrotation Zrotation JOINT b {OFFSET 1 0 0 JOINT c {OFFSET "
      "1 "
      "0 0}}\nJOINT d {OFFSET 0 1 0}\nEnd Site {OFFSET 0 0 1}}\nMOTION\n" +
      one_frame("0 0 90");
  EXPECT_THAT(positions(text, {"c", "d"}), ElementsAre(0, 2, 0, -1, 0, 0));
}

TEST(Bvh, AFileIsReadWithItsName) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "arm.bvh") << arm("0", kThree, one_frame("0 0 0"));
  EXPECT_EQ(read_bvh(folder / "arm.bvh").values.cols(), 3);
  std::ofstream(folder / "arm.bvh") << "no";
  try {
    read_bvh(folder / "arm.bvh");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder / "arm.bvh").string() + ": line 1: expected HIERARCHY, found 'no'"));
  }
}

TEST(Bvh, AnUnknownNameIsRefused) {
  const Bvh bvh = parse_bvh("file.bvh", arm("0", kThree, one_frame("0 0 0")));
  EXPECT_THROW(joint_positions(bvh, {"knee"}), Error);
}

TEST(Bvh, BrokenHierarchiesNameTheLine) {
  EXPECT_THAT(refusal(""), HasSubstr("line 1: expected HIERARCHY, found the end"));
  EXPECT_THAT(refusal("HIERARCHY\nJOINT a"), HasSubstr("line 2: expected ROOT, found 'JOINT'"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT\n{"), HasSubstr("line 2: expected the name of a joint"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\nOFFSET 0 0 0"), HasSubstr("line 3: expected {, found 'OFFSET'"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nSIZE 1"), AllOf(HasSubstr("line 4"), HasSubstr("'SIZE'")));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\n}"), HasSubstr("line 4: expected an OFFSET of joint a"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0\n}"), HasSubstr("line 5: expected three finite numbers"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 nan 0\n}"), HasSubstr("found 'nan'"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nOFFSET 0 0 0"), HasSubstr("line 5: expected one OFFSET"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nEnd Sight"), HasSubstr("expected Site"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nEnd Site\n{\n}"), HasSubstr("line 7: expected OFFSET"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nJOINT a\n{"), HasSubstr("line 5: expected joints of diff"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n"), HasSubstr("found the end"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n}\nROOT b\n"), HasSubstr("expected MOTION, found 'ROOT'"));
  EXPECT_THAT(refusal(std::string("HIERARCHY\nROOT a\n{\n\0FFSET", 25)), HasSubstr("line 4"));
}

TEST(Bvh, BrokenChannelsNameTheLine) {
  const auto with = [](const std::string& channels) {
    return refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS " + channels + "\n}\nMOTION\n" + one_frame("0 0 0"));
  };
  EXPECT_THAT(with("4 Xposition Yposition Zposition Xrotation"), HasSubstr("line 5: expected 0, 3 or 6 channels"));
  EXPECT_THAT(with("1e9"), HasSubstr("0, 3 or 6"));
  EXPECT_THAT(with("-3"), HasSubstr("0, 3 or 6"));
  EXPECT_THAT(with("three"), HasSubstr("found 'three'"));
  EXPECT_THAT(with("3 Xrotation Yrotation"), AllOf(HasSubstr("line 6"), HasSubstr("found '}'")));
  EXPECT_THAT(with("3 Xrotation Yrotation Zrotation Xposition"), HasSubstr("found 'Xposition'"));
  EXPECT_THAT(with("3 Xrotation Yrotation Wrotation"), HasSubstr("'Wrotation'"));
  EXPECT_THAT(with("3 Xrotation Yrotation Xrotation"), HasSubstr("a second Xrotation"));
  EXPECT_THAT(with("0\nCHANNELS 0"), HasSubstr("line 6: expected one CHANNELS"));
  EXPECT_THAT(with("0"), HasSubstr("at least one channel"));
  EXPECT_THAT(refusal("HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nEnd Site {OFFSET 0 0 0}\nCHANNELS 0"),
              HasSubstr("line 6: expected CHANNELS of joint a before"));
}

TEST(Bvh, BrokenMotionsNameTheLine) {
  const auto with = [](const std::string& motion) { return refusal(arm("0", kThree, motion)); };
  // MOTION is line 21.
  EXPECT_THAT(with(""), AllOf(HasSubstr("line 2"), HasSubstr("'Frames: <number>', found the end")));
  EXPECT_THAT(with("Frames: x\n"), HasSubstr("'Frames: x'"));
  EXPECT_THAT(with("Frames: 0\nFrame Time: 1\n"), HasSubstr("expected 1 .. 1000000 frames"));
  EXPECT_THAT(with("Frames: 1.5\nFrame Time: 1\n"), HasSubstr("expected 1 .. 1000000 frames"));
  EXPECT_THAT(with("Frames: nan\nFrame Time: 1\n"), HasSubstr("'Frames: nan'"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: 0\n0 0 0\n"), HasSubstr("Frame Time of 0.0001 to 1 s"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: -1\n0 0 0\n"), HasSubstr("Frame Time of 0.0001 to 1 s"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: inf\n0 0 0\n"), HasSubstr("'Frame Time: inf'"));
  EXPECT_THAT(with("Frames: 1\nRate: 30 per second\n0 0 0\n"), HasSubstr("'Frame Time: <number>'"));
  EXPECT_THAT(with("Frames: 2\nFrame Time: 1\n0 0 0\n0 0\n"), HasSubstr("expected 3 numbers of a frame, found 2"));
  EXPECT_THAT(with("Frames: 2\nFrame Time: 1\n0 0 0 0\n0 0 0\n"), HasSubstr("expected 3 numbers of a frame, found 4"));
  EXPECT_THAT(with("Frames: 2\nFrame Time: 1\n0.5 0.5 0.5\n"), HasSubstr("expected 2 frames as Frames says, found 1"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: 1\n0 0 0\n0 0 0\n"), HasSubstr("expected the end after 1 frames"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: 1\n0 zero 0\n"), HasSubstr("expected a number, found 'zero'"));
  EXPECT_THAT(with("Frames: 1\nFrame Time: 1\n0 inf 0\n"), HasSubstr("expected finite numbers, found 'inf'"));
}

TEST(Bvh, AFrameLastsAsLongAsThoseOfACamera) {
  const auto with = [](const std::string& time) {
    return "HIERARCHY\nROOT hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\nEnd Site\n{\n"
           "OFFSET 0 0 0\n}\n}\nMOTION\nFrames: 2\nFrame Time: " +
           time + "\n0 0 0\n0 0 0\n";
  };
  for (const char* time : {"0.0001", "0.0083333", "1"}) EXPECT_NO_THROW(parse_bvh("a.bvh", with(time))) << time;
  for (const char* time : {"1e-300", "10", "0", "-0.01", "0.00001"}) {
    EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { parse_bvh("a.bvh", with(time)); }),
                ::testing::HasSubstr("expected a Frame Time of 0.0001 to 1 s"))
        << time;
  }
}

TEST(Bvh, AHeaderCannotAskForMoreThanTheFileHolds) {
  const auto with = [](const std::string& motion) { return refusal(arm(kSix, kThree, motion)); };
  EXPECT_THAT(with("Frames: 1000000\nFrame Time: 1\n0 0 0\n"), HasSubstr("a file too short"));
  EXPECT_THAT(with("Frames: 1000001\nFrame Time: 1\n"), HasSubstr("expected 1 .. 1000000"));
  EXPECT_THAT(with("Frames: 1e300\nFrame Time: 1\n"), HasSubstr("expected 1 .. 1000000"));
  std::string deep = "HIERARCHY\nROOT j\n";
  for (int i = 0; i < 100000; ++i) deep += "{\nOFFSET 0 0 0\nJOINT j" + std::to_string(i) + "\n";
  EXPECT_THAT(refusal(deep), HasSubstr("at most 256 joints"));
}

// Every prefix of a sound file, and every byte of it changed: read or refused, never anything else.
TEST(Bvh, DamagedFilesAreReadOrRefused) {
  const std::string sound = arm(kSix, kThree, one_frame("1 2 3 4 5 6 7 8 9"));
  for (std::size_t length = 0; length + 2 < sound.size(); ++length) refusal(sound.substr(0, length));
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (const char byte : {'\0', '{', '}', '9', '-', '\n', 'e', '\xff'}) {
      std::string damaged = sound;
      damaged[at] = byte;
      try {
        EXPECT_LE(parse_bvh("file.bvh", damaged).joints.size(), 3U);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::data);
      }
    }
  }
}

// ---- properties ------------------------------------------------------------

// A random tree in depth-first order.
std::vector<int> random_tree(int joints, RandomStream& random) {
  std::vector<int> parents = {-1};
  std::vector<int> open = {0};
  for (int joint = 1; joint < joints; ++joint) {
    for (auto closed = random.below(static_cast<std::int64_t>(open.size())); closed > 0; --closed) open.pop_back();
    parents.push_back(open.back());
    open.push_back(joint);
  }
  return parents;
}

Vector3d random_vector(RandomStream& random, double size) {
  return {random.normal(0, size), random.normal(0, size), random.normal(0, size)};
}

Bvh random_bvh(int joints, Index frames, RandomStream& random) {
  Bvh bvh;
  bvh.frame_time = 0.25;
  Index channels = 0;
  const std::vector<int> parents = random_tree(joints, random);
  for (int joint = 0; joint < joints; ++joint) {
    BvhJoint next{
        .name = "j" + std::to_string(joint), .parent = parents[static_cast<std::size_t>(joint)], .channels = {}};
    next.offset = (random_vector(random, 20) * 1e4).array().round() / 1e4;
    const auto kind = random.below(3);
    for (const std::int64_t channel : random.permutation(6)) {
      if (kind == 2 || (kind == 1 && channel >= 3)) next.channels.push_back(static_cast<BvhChannel>(channel));
    }
    if (joint == 0 && next.channels.empty())
      next.channels = {BvhChannel::x_rotation, BvhChannel::z_rotation, BvhChannel::y_rotation};
    channels += static_cast<Index>(next.channels.size());
    bvh.joints.push_back(next);
  }
  bvh.values.resize(frames, channels);
  for (double& value : bvh.values.reshaped()) value = std::round(random.uniform(-180, 180) * 1e4) / 1e4;
  return bvh;
}

// One channel as a 4 x 4 matrix, written out element by element.
Matrix4d channel_matrix(BvhChannel channel, double value) {
  Matrix4d matrix = Matrix4d::Identity();
  const int axis = static_cast<int>(channel) % 3;
  if (static_cast<int>(channel) < 3) {
    matrix(axis, 3) = value;
    return matrix;
  }
  const double c = std::cos(value * kRadians);
  const double s = std::sin(value * kRadians);
  const int next = (axis + 1) % 3;
  const int last = (axis + 2) % 3;
  matrix(next, next) = matrix(last, last) = c;
  matrix(next, last) = -s;
  matrix(last, next) = s;
  return matrix;
}

// From the joint up to the root, one matrix a channel: positions first, as they are given in the parent's axes.
Vector3d naive_position(const Bvh& bvh, Index frame, int joint) {
  Matrix4d chain = Matrix4d::Identity();
  for (int at = joint; at >= 0; at = bvh.joints[static_cast<std::size_t>(at)].parent) {
    Index first = 0;
    for (int i = 0; i < at; ++i) first += static_cast<Index>(bvh.joints[static_cast<std::size_t>(i)].channels.size());
    const BvhJoint& link = bvh.joints[static_cast<std::size_t>(at)];
    Matrix4d local = Matrix4d::Identity();
    local.topRightCorner<3, 1>() = link.offset;
    for (const bool positions_now : {true, false}) {
      for (std::size_t i = 0; i < link.channels.size(); ++i) {
        if ((static_cast<int>(link.channels[i]) < 3) != positions_now) continue;
        local = local * channel_matrix(link.channels[i], bvh.values(frame, first + static_cast<Index>(i)));
      }
    }
    chain = local * chain;
  }
  return chain.topRightCorner<3, 1>();
}

TEST(Bvh, RandomTreesAgreeWithChainsOfMatrices) {
  RandomStream random(stream_key(1, "bvh trees"));
  for (int round = 0; round < 40; ++round) {
    const Bvh made = random_bvh(1 + static_cast<int>(random.below(20)), 3, random);
    const Bvh bvh = parse_bvh("file.bvh", bvh_text(made));
    ASSERT_EQ(bvh.joints.size(), made.joints.size());
    EXPECT_EQ((bvh.values - made.values).abs().maxCoeff(), 0) << "values of four decimals are kept";
    EXPECT_EQ(bvh.frame_time, made.frame_time);
    std::vector<std::string> names;
    for (const BvhJoint& joint : bvh.joints) names.push_back(joint.name);
    const Frames found = joint_positions(bvh, names);
    for (Index frame = 0; frame < 3; ++frame) {
      for (int joint = 0; joint < static_cast<int>(names.size()); ++joint) {
        EXPECT_EQ(bvh.joints[static_cast<std::size_t>(joint)].parent,
                  made.joints[static_cast<std::size_t>(joint)].parent);
        const Vector3d at = found.row(frame).segment<3>(3 * joint).matrix().transpose().cast<double>();
        EXPECT_LT((at - naive_position(made, frame, joint)).norm(), 1e-3) << "round " << round;
      }
    }
  }
}

class BvhOfPositions : public ::testing::TestWithParam<RotationOrder> {};

// A tree with single and several children, moved by random turns: rigid by its making.
TEST_P(BvhOfPositions, ComeBackWithinAThousandthOfACentimeter) {
  RandomStream random(stream_key(1, "bvh positions"));
  for (int round = 0; round < 10; ++round) {
    const Bvh moved = [&] {
      Bvh bvh = random_bvh(25, 20, random);
      for (std::size_t joint = 1; joint < bvh.joints.size(); ++joint) {
        bvh.joints[joint].channels = {BvhChannel::x_rotation, BvhChannel::y_rotation, BvhChannel::z_rotation};
      }
      bvh.joints[0].channels = {BvhChannel::x_position, BvhChannel::y_position, BvhChannel::z_position,
                                BvhChannel::x_rotation, BvhChannel::y_rotation, BvhChannel::z_rotation};
      bvh.values.resize(20, 78);
      for (double& value : bvh.values.reshaped()) value = random.uniform(-180, 180);
      return bvh;
    }();
    std::vector<std::string> names;
    std::vector<int> parents;
    for (const BvhJoint& joint : moved.joints) {
      names.push_back(joint.name);
      parents.push_back(joint.parent);
    }
    ArrayXXd wanted(20, 75);
    for (Index frame = 0; frame < 20; ++frame) {
      for (int joint = 0; joint < 25; ++joint) {
        wanted.row(frame).segment<3>(3 * joint) = naive_position(moved, frame, joint).transpose().array();
      }
    }
    const Bvh read = parse_bvh("file.bvh", bvh_text(bvh_of_positions(names, parents, wanted, 0.01, GetParam())));
    EXPECT_LT((joint_positions(read, names).cast<double>() - wanted).abs().maxCoeff(), 1e-3);
    EXPECT_EQ(read.values.cols(), 78) << "six channels of the root, three rotations of the others";
  }
}

TEST_P(BvhOfPositions, HoldWhereTheMiddleAngleIsRight) {
  ArrayXXd positions(4, 9);                // two bones from a root that turn by 90 degrees about each axis
  positions << 0, 0, 0, 1, 0, 0, 0, 1, 0,  //
      0, 0, 0, 0, 0, -1, 0, 1, 0,          //
      0, 0, 0, 0, 1, 0, -1, 0, 0,          //
      0, 0, 0, 1, 0, 0, 0, 0, 1;
  const std::vector<std::string> names = {"a", "b", "c"};
  const Bvh read = parse_bvh("file.bvh", bvh_text(bvh_of_positions(names, {-1, 0, 0}, positions, 0.01, GetParam())));
  EXPECT_LT((joint_positions(read, names).cast<double>() - positions).abs().maxCoeff(), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Orders, BvhOfPositions,
                         ::testing::Values(RotationOrder{0, 1, 2}, RotationOrder{0, 2, 1}, RotationOrder{1, 0, 2},
                                           RotationOrder{1, 2, 0}, RotationOrder{2, 0, 1}, RotationOrder{2, 1, 0}));

TEST(BvhText, IsThatOfTheFormat) {
  Bvh bvh;
  bvh.joints = {{.name = "a", .channels = {BvhChannel::z_rotation, BvhChannel::x_rotation, BvhChannel::y_rotation}},
                {.name = "b", .parent = 0, .offset = {1, -2.5, 0.00004}, .channels = {}},
                {.name = "c", .parent = 0, .offset = {0, 0, 3}, .channels = {}}};
  bvh.frame_time = 0.125;
  bvh.values.resize(1, 3);
  bvh.values << -0.00001, 12.34567, 1234.5;
  EXPECT_EQ(bvh_text(bvh),
            "HIERARCHY\nROOT a\n{\n  OFFSET 0 0 0\n  CHANNELS 3 Zrotation Xrotation Yrotation\n"
            "  JOINT b\n  {\n    OFFSET 1 -2.5 0\n    CHANNELS 0\n    End Site\n    {\n      OFFSET 0 0 0\n    }\n  }\n"
            "  JOINT c\n  {\n    OFFSET 0 0 3\n    CHANNELS 0\n    End Site\n    {\n      OFFSET 0 0 0\n    }\n  }\n"
            "}\nMOTION\nFrames: 1\nFrame Time: 0.125\n0 12.3457 1234.5\n");
}

}  // namespace
}  // namespace pskd::data::formats
