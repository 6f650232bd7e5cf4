// pskd data init: what is proposed for a folder of recordings is read as the recordings are.
#include "data/readers/recordings/proposal/proposal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include "base/file.hpp"
#include "data/data_check_text.hpp"
#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/proposal/name_pattern.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/data/topology.hpp"
#include "support/cases.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Not;
using testing::refusal;
using ::testing::SizeIs;

// ---- names -----------------------------------------------------------------------------------------------

std::string pattern_of(const std::vector<std::string>& names) {
  const auto found = propose_pattern(names);
  return found ? found->text() : "none";
}

TEST(NamePattern, IsFoundForTheUsualNames) {
  EXPECT_EQ(pattern_of({"wave_s01", "push_s01", "wave_s02", "push_s02"}), "{label}_s{subject}");
  EXPECT_EQ(pattern_of({"swipe_left_s1_t1", "swipe_left_s2_t1", "clap_s1_t2", "clap_s2_t1"}),
            "{label}_s{subject}_t{trial}");
  EXPECT_EQ(pattern_of({"P1/walk_1", "P1/run_1", "P2/walk_1", "P2/run_2"}), "P{subject}/{label}_{trial}");
  EXPECT_EQ(pattern_of({"anna/walk", "anna/run", "bob/walk", "bob/run"}), "{subject}/{label}");
  EXPECT_EQ(pattern_of({"walk_1", "walk_2", "run_1", "run_2"}), "{label}_{subject}");
  EXPECT_EQ(pattern_of({"a01_s01_e01", "a01_s02_e01", "a02_s01_e01", "a02_s02_e02"}), "{label}_s{subject}_e{trial}");
  EXPECT_EQ(pattern_of({"s01_walk_1", "s01_walk_2", "s01_run_1", "s01_run_2"}), "s{subject}_{label}_{trial}")
      << "one person, whose repetitions are no people";
  EXPECT_EQ(pattern_of({"01_walk_s1_1", "01_run_s1_1", "02_walk_s1_1", "02_run_s1_1", "01_walk_s1_2", "01_run_s1_2",
                        "02_walk_s1_2", "02_run_s1_2"}),
            "{subject}_{label}_{trial}")
      << "a session is no person";
  EXPECT_EQ(
      pattern_of({"run_1_s1", "run_2_s1", "run_1_s2", "run_2_s2", "walk_1_s1", "walk_2_s1", "walk_1_s2", "walk_2_s2"}),
      "{label}_{trial}_s{subject}");
  EXPECT_EQ(pattern_of({"run/t1_P1", "run/t2_P1", "run/t1_P2", "walk/t1_P1", "walk/t1_P2", "walk/t2_P2"}),
            "{label}/t{trial}_P{subject}");
  EXPECT_EQ(pattern_of({"1_s1_run", "2_s1_run", "1_s2_run", "1_s1_walk", "1_s2_walk", "2_s2_walk"}),
            "{trial}_s{subject}_{label}");
  EXPECT_EQ(pattern_of({"2024", "2025"}), "none");
}

TEST(NamePattern, ThatIsGivenIsReadOrRefused) {
  const auto named = NamePattern("{anything}/{label}-{subject}-{trial}").match("2024/jan/arm_up-eva-03");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->label, "arm_up");
  EXPECT_EQ(named->subject, "eva");
  EXPECT_EQ(named->trial, "03");
  EXPECT_FALSE(NamePattern("{label}_s{subject}").match("wave"));
  EXPECT_THAT(refusal(ErrorKind::usage, [] { NamePattern("{name}"); }), HasSubstr("found {name}"));
  EXPECT_THAT(refusal(ErrorKind::usage, [] { NamePattern("{label}{label}"); }), HasSubstr("at most once"));
  EXPECT_THAT(refusal(ErrorKind::usage, [] { NamePattern("{trial}"); }),
              HasSubstr("where the {label} or the {subject}"));
}

// ---- folders ---------------------------------------------------------------------------------------------

class LoggerFolder : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    testing::write_anew(root_ / name, text);
  }
  // 2 s at 50 Hz of gravity that turns, in the shape that `line` gives a sample: its time and its g.
  template <class Line>
  static std::string samples(int seed, Line line) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
      const double angle = 0.02 * i + seed;
      text += line(i / 50.0, std::sin(angle), std::cos(angle));
    }
    return text;
  }
  template <class Line>
  void write_all(const std::string& header, Line line) const {
    int seed = 0;
    for (const char* name : {"walk_s1", "walk_s2", "run_s1", "run_s2"}) {
      write(std::string(name) + ".csv", header + samples(++seed, line));
    }
  }
  // What is proposed, and what is then read.
  Dataset proposed(const std::string& pattern = "") const {
    proposal_ = propose(root_, pattern);
    write_proposal(root_, proposal_);
    return read_dataset(testing::dataset_config("generic", root_));
  }
  void expect_gravity(const Dataset& dataset) const {
    ASSERT_EQ(dataset.clips.size(), 4U);
    EXPECT_THAT(dataset.info.classes, ElementsAre("run", "walk"));
    for (const Clip& clip : dataset.clips) {
      EXPECT_NEAR(clip.sensor.leftCols(3).square().rowwise().sum().sqrt().mean(), 1, 0.02) << proposal_.description;
      EXPECT_EQ(clip.sensor.rows(), 100);
    }
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = fs::canonical(folder_.path()) / "own";
  mutable Proposal proposal_;
};

std::string text(double value) {
  std::ostringstream out;
  out.precision(12);
  out << value;
  return out.str();
}

TEST_F(LoggerFolder, OfPlainFilesIsRead) {
  write_all("t,ax,ay,az\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  expect_gravity(proposed());
  EXPECT_EQ(proposal_.doubts, 0U) << proposal_.description;
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("time: \"t\""), HasSubstr("unit: g"), HasSubstr("skeleton: null")));
  EXPECT_THAT(proposal_.manifest, HasSubstr("walk_s2,2,walk,1,walk_s2.csv\n"));
}

TEST_F(LoggerFolder, MayHaveSemicolonsInItsNames) {
  int seed = 0;
  for (const char* name : {"walk;slow_s1", "walk;slow_s2", "run_s1", "run_s2"}) {
    write(std::string(name) + ".csv", "time,ax,ay,az\n" + samples(++seed, [](double time, double y, double z) {
                                        return text(time) + ",0," + text(y) + "," + text(z) + "\n";
                                      }));
  }
  EXPECT_THAT(proposed().info.classes, ElementsAre("run", "walk;slow"));
}

TEST_F(LoggerFolder, OfEpochsInMillisecondsAndMetersPerSecondIsRead) {
  write_all("time,seconds_elapsed,z,y,x\n", [](double t, double a, double b) {
    return std::to_string(1'700'000'000'000 + std::lround(1000 * t)) + "," + text(t) + ",0," + text(9.81 * b) + "," +
           text(9.81 * a) + "\n";
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("time_unit: ms"), HasSubstr("unit: m/s2"), HasSubstr("columns: [\"x\", \"y\", \"z\"]")));
}

TEST_F(LoggerFolder, OfASpreadsheetIsRead) {
  write_all(
      "# made by a logger\nZeit;\"Acc X (m/s\xc2\xb2)\";\"Acc Y (m/s\xc2\xb2)\";\"Acc Z (m/s\xc2\xb2)\";Gyr X;Gyr "
      "Y;Gyr Z\n",
      [](double t, double a, double b) {
        std::string line = "03.06.2024 08:15:1" + text(t);
        if (line.find('.', 15) == std::string::npos) line += ".00";
        for (const double value : {9.81 * a, 9.81 * b, 0.0, 50 * a, 50 * b, 1.0}) line += ";" + text(value);
        std::replace(line.begin() + 12, line.end(), '.', ',');
        return line + "\n";
      });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("decimal: comma"), HasSubstr("separator: semicolon"),
                    HasSubstr("time_format: \"%d.%m.%Y %H:%M:%S\""), HasSubstr("channels: [ax, ay, az, gx, gy, gz]")));
}

TEST_F(LoggerFolder, WithoutStampsMarksTheRate) {
  write_all("", [](double, double a, double b) { return text(1000 * a) + " " + text(1000 * b) + " 0\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("# CHECK rate"), HasSubstr("unit: mg")));
  EXPECT_EQ(proposal_.doubts, 1U);
}

TEST_F(LoggerFolder, WithASkeletonIsPairedByNames) {
  int seed = 0;
  for (const char* name : {"walk_s1", "walk_s2", "run_s1", "run_s2"}) {
    write(std::string("watch/") + name + ".csv",
          samples(++seed, [](double, double a, double b) { return text(a) + "," + text(b) + ",0\n"; }));
    write(std::string("camera/") + name + ".csv", samples(seed, [](double, double a, double) {
            std::string line;
            for (int joint = 0; joint < 5; ++joint)
              line += (joint > 0 ? "," : "") + text(100 + 50 * a) + "," + text(300.0 * joint + 1) + ",2000";
            return line + "\n";
          }));
  }
  fs::remove(root_ / "camera" / "run_s2.csv");
  const Dataset dataset = proposed();
  EXPECT_EQ(dataset.clips.size(), 4U);
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("unit: mm"), HasSubstr("up: y"), HasSubstr("  watch:\n")));
  EXPECT_THAT(proposal_.manifest, HasSubstr("run_s2,2,run,1,,watch/run_s2.csv\n"));
  EXPECT_EQ(dataset.info.topology.joints.size(), 5U);
}

TEST_F(LoggerFolder, OfContinuousRecordingsTakesTheirAnnotations) {
  int seed = 0;
  for (const char* name : {"watch/p1", "watch/p2"}) {
    write(std::string(name) + ".csv", "t,ax,ay,az\n" + samples(++seed, [](double time, double y, double z) {
                                        return text(time) + ",0," + text(y) + "," + text(z) + "\n";
                                      }));
  }
  write("annotations.csv", "recording,start,end,label\np1,0,1,walk\np1,1,1.9,run\np2,0,1,run\n");
  const Dataset read = proposed();
  EXPECT_EQ(proposal_.pattern, "p{subject}");
  EXPECT_THAT(read.info.classes, ElementsAre("run", "walk"));
  EXPECT_EQ(read.clips.size(), 3U);
}

TEST_F(LoggerFolder, OfFilesThatSayBesideEachSampleWhatWasDoneTakesThatColumn) {
  for (const char* name : {"p1", "p2"}) {
    std::string table = "t,ax,ay,az,Activity\n";
    for (int i = 0; i < 60; ++i) {
      const char* const what = i < 20 ? "walk" : i < 40 ? "unknown" : name[1] == '1' ? "run" : "walk";
      table += text(i / 50.0) + ",0,0,1," + what + "\n";
    }
    write(std::string(name) + ".csv", table);
  }
  const Dataset read = proposed();
  EXPECT_EQ(proposal_.doubts, 0U);
  EXPECT_THAT(proposal_.description, HasSubstr("label: \"Activity\"\n    no_label: [\"unknown\"]\n"));
  EXPECT_THAT(read.info.classes, ElementsAre("run", "walk"));
  EXPECT_EQ(read.clips.size(), 4U);
}

TEST_F(LoggerFolder, MayLeaveTheLastColumnEmptyInSomeLines) {
  for (const char* name : {"p1", "p2"}) {
    std::string table = "t,ax,ay,az,label\n";
    for (int i = 0; i < 60; ++i) {
      table += text(i / 50.0) + ",0,0,1," + (i < 20 || i >= 40 ? "" : name[1] == '1' ? "run" : "walk") + "\n";
    }
    write(std::string(name) + ".csv", table);
  }
  const Dataset read = proposed();
  EXPECT_THAT(read.info.channels, ElementsAre("ax", "ay", "az"));
  EXPECT_THAT(read.info.classes, ElementsAre("run", "walk"));
  ASSERT_EQ(read.clips.size(), 2U);
  EXPECT_EQ(read.clips[0].sensor.rows(), 21);
}

TEST_F(LoggerFolder, TakesNoColumnOfLabelsThatSaysNothing) {
  write_all("t,ax,ay,az,label\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0,unknown\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, Not(HasSubstr("label: \"label\"")));
}

TEST_F(LoggerFolder, OfNobodysLabelsIsReadByAPatternWithoutThem) {
  for (const char* name : {"anna", "bob"}) write(std::string(name) + ".csv", "0,0,1\n0,0,1\n0,0.1,1\n");
  const Dataset read = proposed("{subject}");
  EXPECT_EQ(read.info.classes.back(), "(no label)");
  EXPECT_EQ(read.clips.at(0).subject, Name("anna"));
}

TEST_F(LoggerFolder, SaysWhatItCannotUse) {
  write_all("t,ax,ay,az\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  write("walk_s3.csv", "nothing but words\n");
  write("notes/Thumbs.db", "x");
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.left_out, ElementsAre(HasSubstr("walk_s3.csv: expected a table of numbers")));
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { write_proposal(root_, proposal_); }), HasSubstr("is there already"));
}

// std::regex takes stack for every byte.
TEST_F(LoggerFolder, MayHaveNamesAndLinesOfAnyLength) {
  const std::string digits(400'000, '9');
  write_all("# " + digits + " Hz, " + digits + "\nt,ax,ay,az,note " + std::string(100'000, 'a') + " x\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0,1\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.left_out, ElementsAre(AllOf(HasSubstr("sensor: columns 'note aaa"), SizeIs(Lt(100)))));
}

TEST_F(LoggerFolder, OfASkeletonWithNamesOfAnyLengthIsDescribed) {
  std::string header = "t";
  for (const char* joint : {"hip", "chest", "neck", "head"}) {
    for (const char* axis : {"_x", "_y", ".z (m)"}) header += std::string(",") + joint + axis;
  }
  for (const char* axis : {"x", "y", "z"}) header += "," + std::string(100'000, 'w') + axis;
  write_all(header + "\n", [](double t, double a, double b) {
    std::string line = text(t);
    for (int joint = 0; joint < 5; ++joint) line += "," + text(a) + "," + text(joint * b) + ",2";
    return line + "\n";
  });
  EXPECT_THAT(propose(root_, "").description, HasSubstr(R"(joints: ["hip", "chest", "neck", "head", "www)"));
}

// ---- cameras ---------------------------------------------------------------------------------------------

class CameraFolder : public LoggerFolder {
 protected:
  // A table whose columns are `header`, of four recordings. `value`: of a column, at an angle.
  template <class Value>
  void write_pose(const std::string& header, std::size_t width, Value value) const {
    write_all(header, [&](double time, double y, double) {
      std::string line = text(time);
      for (std::size_t i = 0; i < width; ++i) line += "," + text(value(i, y));
      return line + "\n";
    });
  }
  // The names that every joint has, with each of `parts` behind it.
  static std::string header(const std::vector<std::string>& joints, const std::vector<std::string>& parts) {
    std::string line = "time";
    for (const std::string& joint : joints) {
      for (const std::string& part : parts) line += "," + joint + part;
    }
    return line + "\n";
  }
  static std::vector<std::string> numbered(const std::string& before, std::size_t count) {
    std::vector<std::string> joints;
    for (std::size_t i = 0; i < count; ++i) joints.push_back(before + std::to_string(i));
    return joints;
  }
  void expect_skeleton(const std::string& topology, std::size_t joints, int dimensions) const {
    const Dataset read = proposed();
    ASSERT_EQ(read.clips.size(), 4U) << proposal_.description;
    EXPECT_EQ(read.info.topology.name, topology);
    EXPECT_EQ(read.info.topology.joints.size(), joints);
    EXPECT_EQ(read.info.topology.dimensions, dimensions);
    EXPECT_TRUE(read.info.channels.empty());
  }
};

// The joints of coco-17 in another order, in the pixels of a picture.
TEST_F(CameraFolder, OfKnownJointsInPixelsIsTakenByTheirNames) {
  std::vector<std::string> joints = topology("coco-17").joints;
  std::reverse(joints.begin(), joints.end());
  write_pose(header(joints, {"_x", "_y", "_score"}), 51,
             [](std::size_t i, double y) { return i % 3 == 2 ? 0.9 : 300 + 20.0 * static_cast<double>(i % 17) + y; });
  expect_skeleton("coco-17", 17, 2);
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("columns: [\"nose_x\", \"nose_y\", \"nose_score\", \"left_eye_x\""),
                    HasSubstr("confidence: true"), HasSubstr("unit: px"), HasSubstr("# CHECK metres_per_pixel"),
                    HasSubstr("up: -y"), Not(HasSubstr("CHECK topology"))));
}

TEST_F(CameraFolder, OfLandmarksByNumberIsTakenByHowManyThereAre) {
  write_pose(header(numbered("lm", 33), {"_x", "_y", "_z", "_visibility"}), 132, [](std::size_t i, double y) {
    return i % 4 == 3 ? 0.9 : 0.1 * static_cast<double>(i % 7) - 0.5 + 0.1 * y;
  });
  expect_skeleton("mediapipe-33", 33, 3);
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("# CHECK topology"), HasSubstr("unit: m\n"), HasSubstr("up: -y"),
                                           Not(HasSubstr("visibility"))));
  EXPECT_THAT(proposal_.left_out, ElementsAre(HasSubstr("lm0_visibility")));
}

TEST_F(CameraFolder, MayNumberItsColumnsBehindTheAxis) {
  std::string names = "time";
  for (int i = 0; i < 33; ++i) {
    for (const char* part : {"x", "y", "z", "v"}) names += "," + (part + std::to_string(i));
  }
  write_pose(names + "\n", 132, [](std::size_t i, double y) {
    return i % 4 == 3 ? 0.9 : 0.1 * static_cast<double>(i % 7) - 0.5 + 0.1 * y;
  });
  expect_skeleton("mediapipe-33", 33, 3);
}

TEST_F(CameraFolder, OfPartsOfThePictureMarksTheUnit) {
  write_pose(header(topology("coco-17").joints, {"_x", "_y"}), 34,
             [](std::size_t i, double y) { return 0.5 + 0.01 * static_cast<double>(i % 17) + 0.1 * y; });
  expect_skeleton("coco-17", 17, 2);
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("# CHECK unit: are x and y parts of the picture"), Not(HasSubstr("confidence"))));
}

TEST_F(CameraFolder, WithoutNamesIsTakenByHowManyColumnsThereAre) {
  write_pose("", 34, [](std::size_t i, double y) { return 100 + 20.0 * static_cast<double>(i % 17) + y; });
  expect_skeleton("coco-17", 17, 2);
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK columns: taken as 17 joints of x and y"));
}

TEST_F(CameraFolder, WithoutNamesMayHaveConfidences) {
  write_pose("", 75,
             [](std::size_t i, double y) { return i % 3 == 2 ? 0.9 : 100 + 20.0 * static_cast<double>(i % 17) + y; });
  expect_skeleton("body-25", 25, 2);
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK columns: taken as 25 joints of x, y and a confidence"));
}

// Beside the joints: a counter of frames, the number of the person, what is no position, and a label.
TEST_F(CameraFolder, MayHaveOtherColumnsBesideTheJoints) {
  std::string names = "frame,time,person_id";
  for (const std::string& joint : topology("ntu-25").joints) {
    for (const char* part : {"_X", "_Y", "_Z", "_ColorX", "_ColorY", "_qx", "_qy"}) names += "," + joint + part;
  }
  int frame = 0;
  write_all(names + ",label\n", [&](double time, double y, double) {
    std::string line = std::to_string(frame++) + "," + text(time) + ",1";
    for (int i = 0; i < 175; ++i) line += "," + text(0.1 * (i % 11) + 0.1 * y);
    return line + ",walk\n";
  });
  expect_skeleton("ntu-25", 25, 3);
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("# CHECK columns: 'person_id' may tell people apart"),
                                           HasSubstr("unit: m\n"), Not(HasSubstr("Color\""))));
}

TEST_F(CameraFolder, IsKnownByTheNamesThatTrackersGive) {
  const std::vector<std::string> kinect = {"SpineBase",     "SpineMid",    "Neck",      "Head",          "ShoulderLeft",
                                           "ElbowLeft",     "WristLeft",   "HandLeft",  "ShoulderRight", "ElbowRight",
                                           "WristRight",    "HandRight",   "HipLeft",   "KneeLeft",      "AnkleLeft",
                                           "FootLeft",      "HipRight",    "KneeRight", "AnkleRight",    "FootRight",
                                           "SpineShoulder", "HandTipLeft", "ThumbLeft", "HandTipRight",  "ThumbRight"};
  write_pose(header(kinect, {"_X (mm)", "_Y (mm)", "_Z (mm)"}), 75,
             [](std::size_t i, double y) { return 30 * static_cast<double>(i % 11) + 10 * y; });
  expect_skeleton("ntu-25", 25, 3);
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("unit: mm\n"), Not(HasSubstr("CHECK unit"))));
}

TEST_F(CameraFolder, OfOpenPoseIsKnownByItsNames) {
  const std::vector<std::string> body = {"Nose",   "Neck",    "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow",
                                         "LWrist", "MidHip",  "RHip",      "RKnee",  "RAnkle", "LHip",      "LKnee",
                                         "LAnkle", "REye",    "LEye",      "REar",   "LEar",   "LBigToe",   "LSmallToe",
                                         "LHeel",  "RBigToe", "RSmallToe", "RHeel"};
  write_pose(header(body, {"_x", "_y", "_c"}), 75,
             [](std::size_t i, double y) { return i % 3 == 2 ? 0.9 : 100 + 20.0 * static_cast<double>(i % 17) + y; });
  expect_skeleton("body-25", 25, 2);
}

// As tables are written that sort their columns.
TEST_F(CameraFolder, OfNumberedJointsIsOrderedByTheirNumbers) {
  std::vector<std::string> names;
  for (const char* part : {"x", "y", "z"}) {
    for (int i = 0; i < 33; ++i) names.push_back(part + std::to_string(i));
  }
  std::sort(names.begin(), names.end());
  write_pose(header(names, {""}), 99,
             [](std::size_t i, double y) { return 0.1 * static_cast<double>(i % 7) - 0.2 + 0.1 * y; });
  expect_skeleton("mediapipe-33", 33, 3);
  EXPECT_THAT(proposal_.description, HasSubstr(R"(columns: ["x0", "y0", "z0", "x1", "y1", "z1", "x2")"));
}

TEST_F(CameraFolder, MayHaveAHeaderThatCountsItsColumns) {
  std::string names;
  for (int i = 0; i < 99; ++i) names += "," + std::to_string(i);
  int line_number = 0;
  write_all(names + "\n", [&](double, double y, double) {
    std::string line = std::to_string(line_number++ % 100);
    for (int i = 0; i < 99; ++i) line += "," + text(0.1 * (i % 7) - 0.2 + 0.1 * y);
    return line + "\n";
  });
  expect_skeleton("mediapipe-33", 33, 3);
  EXPECT_THAT(proposal_.description, HasSubstr("header: true"));
}

TEST_F(CameraFolder, OfPicturesAndOfTheWorldIsOfTheWorld) {
  int seed = 0;
  for (const char* name : {"walk_s1", "walk_s2", "run_s1", "run_s2"}) {
    for (const bool world : {false, true}) {
      const std::vector<std::string> parts =
          world ? std::vector<std::string>{"_x", "_y", "_z"} : std::vector<std::string>{"_x", "_y"};
      write(std::string(world ? "world/" : "picture/") + name + ".csv",
            header(numbered("j", 33), parts) + samples(++seed, [&](double time, double y, double) {
              std::string line = text(time);
              for (std::size_t i = 0; i < 33 * parts.size(); ++i)
                line += "," + text(0.05 * static_cast<double>(i % 7) - 0.2 + 0.1 * y);
              return line + "\n";
            }));
    }
  }
  expect_skeleton("mediapipe-33", 33, 3);
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK skeleton: 'world/"));
  EXPECT_THAT(proposal_.left_out, Contains(HasSubstr("a second skeleton, beside world/")));
}

TEST_F(CameraFolder, WithoutKnownNamesHasTheRightWrist) {
  write_pose(header({"HEAD", "WRIST_LEFT", "WRIST_RIGHT", "HIP", "FOOT"}, {"_x", "_y", "_z"}), 15,
             [](std::size_t i, double y) { return 0.1 * static_cast<double>(i % 7) + 0.1 * y; });
  EXPECT_THAT(propose(root_, "").description, HasSubstr("wrist: \"WRIST_RIGHT\""));
}

TEST_F(CameraFolder, MayBeThreeSensorsThatSayNoKind) {
  write_pose(header({"wrist_a", "wrist_g", "chest_a", "chest_g", "ankle_a", "ankle_g"}, {"x", "y", "z"}), 18,
             [](std::size_t i, double y) { return i % 3 == 2 ? 1 : 0.1 * y; });
  EXPECT_THAT(propose(root_, "").description, AllOf(HasSubstr("skeleton: null"), HasSubstr("\"wrist_ax\"")));
}

TEST_F(CameraFolder, MayBeASensorOfManyChannels) {
  std::vector<std::string> sensors;
  for (const char* place : {"wrist", "ankle", "chest"}) {
    for (const char* kind : {"_acc", "_gyro"}) sensors.push_back(std::string(place) + kind);
  }
  write_pose(header(sensors, {"_x", "_y", "_z"}), 18, [](std::size_t i, double y) { return i % 3 == 2 ? 1 : 0.1 * y; });
  const Dataset read = proposed();
  EXPECT_THAT(read.info.channels, ElementsAre("ax", "ay", "az", "gx", "gy", "gz"));
  EXPECT_THAT(proposal_.description, HasSubstr("skeleton: null"));
}

TEST_F(CameraFolder, MayHaveTheWatchOnTheOtherWrist) {
  write_pose(header(topology("coco-17").joints, {"_x", "_y"}), 34,
             [](std::size_t i, double y) { return 100 + 20.0 * static_cast<double>(i % 17) + y; });
  Proposal proposal = propose(root_, "");
  const std::size_t wrist = proposal.description.find("wrist: \"right_wrist\"");
  ASSERT_NE(wrist, std::string::npos) << proposal.description;
  proposal.description.replace(wrist, 20, "wrist: left_wrist");
  write_proposal(root_, proposal);
  const Dataset read = read_dataset(testing::dataset_config("generic", root_));
  EXPECT_EQ(read.info.topology.joints.at(static_cast<std::size_t>(read.info.topology.wrist)), "left_wrist");
}

// ---- one recording ---------------------------------------------------------------------------------------

TEST_F(LoggerFolder, OfOneRecordingIsCalledAsTheFolder) {
  root_ = root_.parent_path() / "carla";
  write("watch.csv", "t,ax,ay,az\n0,0,0,1\n0.02,0,0,1\n0.04,0,0.1,1\n");
  write("pose.csv",
        "t,j0_x,j0_y,j0_z,j1_x,j1_y,j1_z,j2_x,j2_y,j2_z,j3_x,j3_y,j3_z,j4_x,j4_y,j4_z\n"
        "0,0,0,0,1,1,1,0,1,0,0,1,1,1,0,0\n0.04,0,0,0,1,1,1,0,1,0,0,1,1,1,0,0.1\n");
  const Proposal proposal = propose(root_, "");
  EXPECT_EQ(proposal.manifest, "id,subject,trial,skeleton,watch\ncarla,carla,1,pose.csv,watch.csv\n");
  EXPECT_THAT(proposal.description, HasSubstr("# CHECK names: is 'carla' one person"));
}

TEST_F(LoggerFolder, OfASingleFileIsCalledAsTheFile) {
  write("anna.csv", "t,ax,ay,az\n0,0,0,1\n0.02,0,0,1\n0.04,0,0.1,1\n");
  EXPECT_EQ(propose(root_, "").manifest, "id,subject,trial,sensor\nanna,anna,1,anna.csv\n");
}

// A clock that starts anew at midnight, and a pause: neither tells the rate.
TEST_F(LoggerFolder, WritesTheRateOfEvenStampsOnly) {
  write_all("t,ax,ay,az\n", [](double t, double a, double b) {
    return text(t < 1 ? t : t + 20) + "," + text(a) + "," + text(b) + ",0\n";
  });
  EXPECT_THAT(propose(root_, "").description, Not(HasSubstr("rate:")));
  write_all("t,ax,ay,az\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  EXPECT_THAT(propose(root_, "").description, HasSubstr("time: \"t\"\n    rate: 50\n"));
}

TEST_F(LoggerFolder, NamesFilesOfOtherKinds) {
  write_all("t,ax,ay,az\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  for (const char* name : {"walk_s1.json", "walk_s2.json", "pose/walk_s1.npy", ".cache/x.bin"}) write(name, "x");
  EXPECT_THAT(propose(root_, "").left_out,
              ElementsAre(HasSubstr("2 files .json: only tables"), HasSubstr("1 file .npy: only tables")));
}

TEST_F(LoggerFolder, WhoseMarksNobodyLookedAtIsSuspicious) {
  write_all("", [](double, double a, double b) { return text(1000 * a) + " " + text(1000 * b) + " 0\n"; });
  proposed();
  const auto suspicions = [&] { return suspicions_of(check_dataset(testing::dataset_config("generic", root_))); };
  EXPECT_THAT(suspicions(), Contains(AllOf(HasSubstr("marked with CHECK, 1 in all"), HasSubstr("dataset.yaml:"))));
  std::string looked_at = proposal_.description;
  const std::size_t mark = looked_at.find("    # CHECK");
  looked_at.erase(mark, looked_at.find('\n', mark) + 1 - mark);
  testing::write_anew(root_ / "dataset.yaml", looked_at);
  EXPECT_THAT(suspicions(), Not(Contains(HasSubstr("marked with CHECK"))));
}

// ---- several sensors -------------------------------------------------------------------------------------

class SensorFolder : public LoggerFolder {
 protected:
  // A file of the app Sensor Logger: gravity that turns, with `factor`.
  void write_sensor(const std::string& name, double factor) const {
    write(name, "time,seconds_elapsed,z,y,x\n" + samples(1, [&](double t, double a, double b) {
                  return std::to_string(1'700'000'000'000'000'000 + std::llround(1e9 * t)) + "," + text(t) + ",0," +
                         text(factor * b) + "," + text(factor * a) + "\n";
                }));
  }
  static constexpr std::array kRecordings = {"walk_s1", "walk_s2", "run_s1", "run_s2"};
};

TEST_F(SensorFolder, OfAFolderForEachRecordingTakesFilesAsSensors) {
  for (const std::string recording : kRecordings) {
    for (const char* name : {"Accelerometer", "Barometer", "Gravity"}) write_sensor(recording + "/" + name + ".csv", 1);
    write_sensor(recording + "/Gyroscope.csv", 3);
    write_sensor(recording + "/Magnetometer.csv", 48);
    write_sensor(recording + "/TotalAcceleration.csv", 9.81);
    write(recording + "/Metadata.csv", "version,platform\n3,android\n");
  }
  const Dataset read = proposed();
  EXPECT_EQ(proposal_.pattern, "{label}_s{subject}");
  EXPECT_THAT(read.info.classes, ElementsAre("run", "walk"));
  ASSERT_EQ(read.clips.size(), 4U);
  EXPECT_THAT(read.info.channels,
              ElementsAre("Gyroscope_gx", "Gyroscope_gy", "Gyroscope_gz", "Magnetometer_mx", "Magnetometer_my",
                          "Magnetometer_mz", "TotalAcceleration_ax", "TotalAcceleration_ay", "TotalAcceleration_az"));
  EXPECT_NEAR(read.clips[0].sensor.rightCols(3).square().rowwise().sum().sqrt().mean(), 1, 0.02);
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("align: timestamps"), HasSubstr("# CHECK sensors: left out is "
                                                                                     "'Gravity.csv' of 4 recordings")));
  EXPECT_THAT(proposal_.left_out, AllOf(Contains(HasSubstr("'Accelerometer.csv' of 4 recordings")),
                                        Contains(HasSubstr("'Barometer.csv' of 4 recordings: the name says neither")),
                                        Contains("Gyroscope: columns 'seconds_elapsed'")));
}

TEST_F(SensorFolder, OfFilesSideBySideTakesThemAsSensors) {
  for (const std::string recording : kRecordings) {
    write_sensor(recording + "_acc.csv", 9.81);
    write_sensor(recording + "_gyr.csv", 3);
    write("camera/" + recording + ".csv",
          samples(1, [](double, double a, double) { return text(a) + ",0,1,0,0,1,0,0,2,0,1,2,0,2,1\n"; }));
  }
  EXPECT_THAT(proposed().info.channels, ElementsAre("acc_ax", "acc_ay", "acc_az", "gyr_gx", "gyr_gy", "gyr_gz"));
  EXPECT_THAT(proposal_.manifest, HasSubstr("walk_s2,2,walk,1,camera/walk_s2.csv,walk_s2_acc.csv,walk_s2_gyr.csv\n"));
}

TEST_F(SensorFolder, OfAFolderForEachPersonTakesFilesAsLabels) {
  for (const char* name : {"anna/walk", "anna/run", "bob/walk", "bob/run"}) {
    write_sensor(std::string(name) + ".csv", 9.81);
  }
  expect_gravity(proposed());
  EXPECT_EQ(proposal_.pattern, "{subject}/{label}");
  EXPECT_THAT(proposal_.description,
              HasSubstr("# CHECK names: are 'anna', 'bob' the people, and 'run', 'walk' what they do?"));
}

TEST_F(SensorFolder, OfOnePersonTakesNumbersForRepetitions) {
  for (const char* name : {"s03_walk_1", "s03_run_1", "s03_walk_2", "s03_run_2"}) {
    write_sensor(std::string(name) + ".csv", 9.81);
  }
  expect_gravity(proposed());
  EXPECT_EQ(proposal_.pattern, "s{subject}_{label}_{trial}");
  EXPECT_THAT(proposal_.manifest, HasSubstr("s03_walk_2,03,walk,2,"));
}

TEST_F(SensorFolder, OfNumbersThatMayBeRepetitionsAsks) {
  for (const char* name : {"walk_1", "run_1", "walk_2", "run_2"}) write_sensor(std::string(name) + ".csv", 9.81);
  expect_gravity(proposed());
  EXPECT_EQ(proposal_.pattern, "{label}_{subject}");
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK names: are '1', '2' people? If one person did it several"));
}

TEST_F(SensorFolder, OfTwoNumbersAsksWhichIsThePerson) {
  for (const char* name : {"walk_1_3", "run_1_4", "walk_2_4", "run_2_3"})
    write_sensor(std::string(name) + ".csv", 9.81);
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description,
              HasSubstr("# CHECK names: which number is the person? Taken is {label}_{subject}_{trial}; else say "
                        "--pattern \"{label}_{trial}_{subject}\"\n"));
}

TEST_F(SensorFolder, OfLabelsThatEndInNumbersAsks) {
  for (const char* name : {"turn_1_s1_t1", "spin_2_s1_t2", "turn_1_s2_t2", "spin_2_s2_t1"}) {
    write_sensor(std::string(name) + ".csv", 9.81);
  }
  EXPECT_THAT(proposed().info.classes, ElementsAre("spin_2", "turn_1"));
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK names: are 'spin_2', 'turn_1' what they do? If their numbers"));
}

TEST_F(SensorFolder, NamesFilesOfOneSensorWithOtherColumns) {
  for (const std::string recording : kRecordings) write_sensor(recording + "/acc.csv", 9.81);
  write("run_s3/acc.csv", "1,2,3\n1,2,3\n1,2,4\n");
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.left_out, Contains(HasSubstr("run_s3/acc.csv: its columns are not those of run_s1/acc.csv")));
}

// ---- columns ---------------------------------------------------------------------------------------------

std::string quantity_text(const char* column) {
  const auto name = channel_name(column);
  if (!name) return "none";
  const std::string kind = name->quantity.kind == 0 ? "?" : std::string{name->quantity.kind};
  return kind + name->axis + (name->quantity.kind == 0 || name->quantity.sure ? "" : " perhaps");
}

TEST(ChannelName, IsToldByWholeWords) {
  const std::vector<std::pair<const char*, const char*>> expected = {{"ax", "ax"},
                                                                     {"wrist_ax", "ax"},
                                                                     {"ACCX", "ax"},
                                                                     {"AccX (g)", "ax"},
                                                                     {"linaccX", "ax"},
                                                                     {"acceleration x", "ax"},
                                                                     {"accelerometerAccelerationY(G)", "ay"},
                                                                     {"Beschleunigung z (m/s^2)", "az"},
                                                                     {"mpu_acc_x", "ax"},
                                                                     {"gx", "gx"},
                                                                     {"w_y", "gy"},
                                                                     {"mpu_gyro_x", "gx"},
                                                                     {"GYROZ", "gz"},
                                                                     {"motionRotationRateX(rad/s)", "gx"},
                                                                     {"angular velocity y", "gy"},
                                                                     {"rotation_x", "gx perhaps"},
                                                                     {"angular_acceleration_x", "ax perhaps"},
                                                                     {"mx", "mx"},
                                                                     {"magneticFieldX", "mx"},
                                                                     {"magnetometerZ(\xc2\xb5T)", "mz"},
                                                                     {"x", "?x"},
                                                                     {"watch_x", "?x"},
                                                                     {"wrist.y", "?y"},
                                                                     {"marker_z", "?z"},
                                                                     {"gravelly_x", "?x"},
                                                                     {"x_g", "?x"},
                                                                     {"qx", "none"},
                                                                     {"battery", "none"},
                                                                     {"acc", "none"},
                                                                     {"max", "none"},
                                                                     {"", "none"},
                                                                     {"(x)", "none"}};
  for (const auto& [column, text] : expected) EXPECT_EQ(quantity_text(column), text) << column;
}

TEST(ChannelName, SaysHowWellTheAccelerationServes) {
  const auto worth = [](const char* column) { return channel_name(column).value().quantity.worth; };
  EXPECT_EQ(worth("accelerationIncludingGravity.x"), Worth::total);
  EXPECT_EQ(worth("acc_x"), Worth::plain);
  EXPECT_EQ(worth("lin_acc_x"), Worth::partial);
  EXPECT_EQ(worth("motionUserAccelerationX(G)"), Worth::partial);
  EXPECT_EQ(worth("acceleration without gravity x"), Worth::partial);
  EXPECT_EQ(worth("motionGravityX(G)"), Worth::gravity);
}

TEST_F(LoggerFolder, OfASensorWithAPrefixKeepsItsKinds) {
  write_all("t,mpu_acc_x,mpu_acc_y,mpu_acc_z,mpu_gyro_x,mpu_gyro_y,mpu_gyro_z\n", [](double t, double a, double b) {
    return text(t) + "," + text(a) + "," + text(b) + ",0," + text(100 * a) + "," + text(100 * b) + ",0\n";
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, AllOf(HasSubstr("channels: [ax, ay, az, gx, gy, gz]"),
                                           HasSubstr("unit: [g, g, g, deg/s, deg/s, deg/s]")));
}

TEST_F(LoggerFolder, OfNamesThatSayNoKindMarksTheGuess) {
  write_all("t,watch_x,watch_y,watch_z\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("# CHECK channels: are 'watch_x', 'watch_y', 'watch_z' the acceleration?"),
                    HasSubstr("channels: [ax, ay, az]")));
}

TEST_F(LoggerFolder, OfAMagneticFieldThatIsNotOfTheEarthMarksTheUnit) {
  write_all("t,x,y,z,mx,my,mz\n", [](double t, double a, double b) {
    return text(t) + "," + text(a) + "," + text(b) + ",0," + text(0.5 * a) + "," + text(0.5 * b) + ",0\n";
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK unit: uT? The median of |m| is 0.5"));
}

TEST_F(LoggerFolder, PrefersAccelerationWithGravity) {
  write_all("t,lin_acc_x,lin_acc_y,lin_acc_z,acc_x,acc_y,acc_z,mood\n", [](double t, double a, double b) {
    return text(t) + ",0.1,0.2,0.3," + text(a) + "," + text(b) + ",0,good\n";
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, HasSubstr("columns: [\"acc_x\", \"acc_y\", \"acc_z\"]"));
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK channels: 'lin_acc_x', 'lin_acc_y', 'lin_acc_z' are left out"));
  EXPECT_THAT(proposal_.left_out, ElementsAre("sensor: columns 'lin_acc_x', 'lin_acc_y', 'lin_acc_z', 'mood'"));
}

TEST_F(LoggerFolder, OfAccelerationWithoutGravityAloneSaysSo) {
  write_all("t,userAccelerationX(G),userAccelerationY(G),userAccelerationZ(G)\n",
            [](double t, double a, double b) { return text(t) + "," + text(a) + "," + text(b) + ",0\n"; });
  EXPECT_EQ(proposed().clips.size(), 4U);
  EXPECT_THAT(proposal_.description, HasSubstr("are an acceleration without gravity, by their names"));
}

// ---- time ------------------------------------------------------------------------------------------------

TEST_F(LoggerFolder, MayHaveClocksOfTwelveHours) {
  write_all("Timestamp,X,Y,Z\n", [](double t, double a, double b) {
    std::ostringstream clock;  // over noon
    clock << (t < 1 ? "06/03/2024 11:59:" : "06/03/2024 12:00:") << std::fixed << std::setprecision(2)
          << std::setfill('0') << std::setw(5) << (t < 1 ? 59 + t : t - 1) << (t < 1 ? " AM," : " PM,");
    return clock.str() + text(a) + "," + text(b) + ",0\n";
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description,
              AllOf(HasSubstr("time_format: \"%m/%d/%Y %I:%M:%S %p\""), Not(HasSubstr("CHECK rate")),
                    HasSubstr("day or month first? It may as well be \"%d/%m/%Y %I:%M:%S %p\"")));
}

TEST_F(LoggerFolder, MayCallItsTimeZeit) {
  write_all("Zeit;ax;ay;az\n", [](double t, double a, double b) {
    std::string line = text(t) + ";" + text(a) + ";" + text(b) + ";0,0\n";
    std::replace(line.begin(), line.end(), '.', ',');
    return line;
  });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, HasSubstr("time: \"Zeit\""));
}

TEST_F(LoggerFolder, WhoseStampsCannotBeReadNamesTheirColumn) {
  write_all("timestamp,when,x,y,z\n",
            [](double, double a, double b) { return "1.71740E+12,8:15 o'clock," + text(a) + "," + text(b) + ",0\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, HasSubstr("# CHECK rate: no time stamps could be read, but the time may be in "
                                               "'timestamp', 'when'; how many"));
}

TEST_F(LoggerFolder, WhoseStampsMayBeInTwoUnitsMarksTheUnit) {
  const auto described = [&](double interval) {
    write_all("t,x,y,z\n", [&](double t, double a, double b) {
      return text(50 * t * interval) + "," + text(a) + "," + text(b) + ",0\n";
    });
    return propose(root_, "").description;
  };
  EXPECT_THAT(described(0.5), AllOf(HasSubstr("# CHECK time_unit: stamps 0.5 apart are 2 Hz in s, or 2000 Hz in ms"),
                                    Not(HasSubstr("time_unit: ms\n"))));
  EXPECT_THAT(described(1), AllOf(HasSubstr("apart are 1000 Hz in ms, or 1 Hz in s"), HasSubstr("time_unit: ms\n")));
  EXPECT_THAT(described(20), AllOf(Not(HasSubstr("# CHECK")), HasSubstr("time_unit: ms\n")));
}

// Four samples arrive at once, 0.2 ms apart, then nothing for 39.4 ms.
TEST_F(LoggerFolder, OfPacketsHasTheUnitOfTheMean) {
  write_all("t,ax,ay,az\n", [](double t, double a, double b) {
    const long sample = std::lround(50 * t);
    return std::to_string(sample / 4 * 40'000 + sample % 4 * 200) + "," + text(a) + "," + text(b) + ",0\n";
  });
  EXPECT_THAT(propose(root_, "").description, AllOf(HasSubstr("time_unit: us\n"), Not(HasSubstr("CHECK time_unit"))));
}

TEST_F(LoggerFolder, MayHaveACommentBelowItsHeader) {
  write_all("ax,ay,az\n# s1,walk,left\n", [](double, double a, double b) { return text(a) + "," + text(b) + ",0\n"; });
  expect_gravity(proposed());
  EXPECT_THAT(proposal_.description, HasSubstr("columns: [\"ax\", \"ay\", \"az\"]"));
}

TEST_F(LoggerFolder, WithAPauseKeepsTheUnitOfMostStamps) {
  write_all("t,ax,ay,az\n", [](double t, double a, double b) {
    return text(t < 1 ? t : t + 400) + "," + text(a) + "," + text(b) + ",0\n";
  });
  EXPECT_THAT(
      propose(root_, "").description,
      AllOf(HasSubstr("# CHECK time_unit: most stamps are 0.02 apart, 50 Hz in s, but 4.0604 on average, 246.281 "
                      "Hz in ms\n"),
            Not(HasSubstr("time_unit: ms\n"))));
}

TEST_F(LoggerFolder, OfNamesThatSayNothingAsksForAPattern) {
  for (const char* name : {"1", "2", "3"}) write(std::string(name) + ".csv", "1,2,3\n1,2,3\n1,2,4\n");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { propose(root_, ""); }),
              AllOf(HasSubstr(" 1 2 3"), HasSubstr("--pattern")));
  EXPECT_THAT(refusal(ErrorKind::data, [&] { propose(root_, "{label}_{subject}"); }),
              HasSubstr("no name is of the form"));
  fs::remove_all(root_);
  fs::create_directories(root_);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { propose(root_, ""); }), HasSubstr("tables of numbers, found none"));
}

// ---- other people's folders ------------------------------------------------------------------------------

class ProposedCase : public ::testing::TestWithParam<const char*> {};

TEST_P(ProposedCase, IsReadAsItsOwnDescriptionSays) {
  PSKD_CASE_OR_SKIP(root, GetParam());
  const testing::TemporaryFolder folder;
  fs::copy(root, folder / "own", fs::copy_options::recursive);
  const Dataset expected = read_dataset(testing::dataset_config("generic", folder / "own"));
  fs::remove(folder / "own" / "clips.csv");
  fs::remove(folder / "own" / "dataset.yaml");
  const Proposal proposal = propose(folder / "own", "");
  write_proposal(folder / "own", proposal);
  const Dataset read = read_dataset(testing::dataset_config("generic", folder / "own"));
  ASSERT_EQ(read.clips.size(), expected.clips.size());
  for (std::size_t i = 0; i < read.clips.size(); ++i) {
    EXPECT_EQ(read.clips[i].id, expected.clips[i].id);
    EXPECT_EQ(read.clips[i].subject, expected.clips[i].subject);
    ASSERT_EQ(read.clips[i].sensor.rows(), expected.clips[i].sensor.rows()) << proposal.description;
    EXPECT_TRUE((read.clips[i].sensor - expected.clips[i].sensor).abs().maxCoeff() < 1e-3F) << proposal.description;
    EXPECT_TRUE(read.clips[i].skeleton.rows() == expected.clips[i].skeleton.rows());
  }
}

INSTANTIATE_TEST_SUITE_P(Loggers, ProposedCase,
                         ::testing::Values("iso-stamps", "calendar-stamps", "preamble", "sep-line", "units-row",
                                           "milli-g", "semicolon-manifest", "decimal-comma", "quoted-numbers",
                                           "trailing-blank-line", "windows-paths", "sensor-only", "whole-second-stamps",
                                           "zero-stamp"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace pskd::data::readers
