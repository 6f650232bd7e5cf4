// MMAct: sensor text with its traps, poses in pixels, names and numbers of the classes, protocols, synthetic files.
#include "synthetic/writers/mmact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/readers/mmact/pose.hpp"
#include "data/readers/mmact/reader.hpp"
#include "data/readers/mmact/sensor_csv.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/data/protocol.hpp"
#include "support/dataset_config.hpp"
#include "support/files_under.hpp"
#include "support/real_data.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::files_under;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::refusal;

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// 51 numbers: a trunk of 100 pixels, shoulders at (x, 200), hips at (x, 300), all else at (x, 400).
std::string person(double x, double confidence = 0.5) {
  std::ostringstream text;
  for (int joint = 0; joint < 17; ++joint) {
    const bool shoulder = joint == 5 || joint == 6;
    const bool hip = joint == 11 || joint == 12;
    text << (joint > 0 ? "," : "") << x << "," << (shoulder ? 200 : hip ? 300 : 400) << "," << confidence;
  }
  return "[" + text.str() + "]";
}

std::string frame(const std::string& number, const std::string& people) { return "\"" + number + "\":" + people; }
std::string one_person(const std::string& number, double x) { return frame(number, "{\"person1\":" + person(x) + "}"); }

const std::string kStamp = "20181016_13:37:28";

// One recording of subject 1 in scene 1, session 1: carrying, as seen by camera 1.
class MmactFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    write_sensor(kStamp + ".000000,9.80665,0,-4.903325\n" + kStamp + ".500000,0,0,0\n" + kStamp + ".990000,0,1,0\n");
    write_pose("{" + one_person("1", 100) + "," + one_person("2", 200) + "}");
  }
  fs::path sensor(const std::string& name = "carrying.csv", const std::string& folder = "acc_watch_clip") const {
    return root_ / folder / "subject1" / "scene1" / "session1" / name;
  }
  fs::path pose(const std::string& name = "carrying.json", const std::string& camera = "cam1") const {
    return root_ / "pose" / "subject1" / camera / "scene1" / "session1" / name;
  }
  void write_sensor(const std::string& text) const { write_file(sensor(), text); }
  void write_pose(const std::string& text) const { write_file(pose(), text); }
  config::DataConfig config() const { return testing::dataset_config("mmact", root_); }
  DataCheck check() const { return check_dataset(config()); }
  Clip clip() const { return read_dataset(config()).clips.at(0); }
  static std::string problem_of(const DataCheck& found) {
    return found.broken.size() == 1 ? found.broken[0].problem : "broken files: " + std::to_string(found.broken.size());
  }
  std::string sensor_problem(const std::string& text) const {
    write_sensor(text);
    return problem_of(check());
  }
  std::string pose_problem(const std::string& text) const {
    write_pose(text);
    return problem_of(check());
  }
  std::int64_t repaired(const std::string& rule) const {
    const Repairs repairs = check().repairs;
    const auto found = repairs.find(rule);
    return found == repairs.end() ? 0 : found->second.count;
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = folder_ / "mmact";
};

TEST_F(MmactFolder, AClipSaysWhoWhereAndWhat) {
  const Clip found = clip();
  EXPECT_EQ(found.id, "subject1_scene1_session1_carrying_cam1");
  EXPECT_EQ(found.subject, 1);
  EXPECT_EQ(found.scene, 1);
  EXPECT_EQ(found.trial, 1);
  EXPECT_EQ(found.camera, 1);
  EXPECT_EQ(found.label, 0);
  EXPECT_THAT(check().repairs, IsEmpty());
}

TEST_F(MmactFolder, AccelerationIsInG) {
  const Frames values = clip().sensor;
  ASSERT_EQ(values.rows(), 3);
  EXPECT_FLOAT_EQ(values(0, 0), 1);
  EXPECT_FLOAT_EQ(values(0, 2), -0.5);
}

TEST_F(MmactFolder, ARealClipIsReadWhole) {
  PSKD_REAL_DATA_OR_SKIP(real, "mmact");
  fs::copy_file(real / "sample_carrying.csv", sensor(), fs::copy_options::overwrite_existing);
  const Clip found = clip();
  ASSERT_EQ(found.sensor.rows(), 888);
  EXPECT_NEAR(found.sensor(0, 0), -0.8051605 / 9.80665, 1e-6);
  EXPECT_NEAR(found.sensor(887, 1), -8.807388 / 9.80665, 1e-6);
  EXPECT_EQ(check().repairs.at("time stamps that run backwards: sorted").count, 6);
  EXPECT_EQ(check().repairs.at("repeated time stamps: later samples dropped").count, 2);
  const MmactSamples samples = read_mmact_csv(sensor(), 100);
  EXPECT_NEAR(samples.times.front(), 1539697048.612, 1e-6) << "2018-10-16 13:37:28.612";
  EXPECT_NEAR(samples.times.back() - samples.times.front(), 8.925, 1e-6);
}

TEST_F(MmactFolder, StampsThatRunBackwardsOrRepeatAreSortedAndCounted) {
  write_sensor(kStamp + ".0,0,0,0\n" + kStamp + ".4,0,0,9.80665\n" + kStamp + ".2,0,9.80665,0\n" + kStamp +
               ".4,5,5,5\n");
  const Frames values = clip().sensor;
  ASSERT_EQ(values.rows(), 3);
  EXPECT_FLOAT_EQ(values(1, 1), 1);
  EXPECT_FLOAT_EQ(values(2, 2), 1);
  EXPECT_EQ(repaired("time stamps that run backwards: sorted"), 1);
  EXPECT_EQ(repaired("repeated time stamps: later samples dropped"), 1);
}

TEST_F(MmactFolder, AStampFarFromAllOthersIsRefused) {
  EXPECT_THAT(sensor_problem("20181016_13:37:28.1,0,0,0\n20181016_13:37:28.2,1,1,1\n20181017_13:37:28.2,2,2,2\n"),
              HasSubstr("a gap of 86400"));
}

TEST_F(MmactFolder, AStampWithoutFractionLiesBetweenItsNeighbors) {
  write_sensor(kStamp + ".500000,0,0,0\n" + kStamp + ",1,1,1\n" + kStamp + ".700000,2,2,2\n");
  const MmactSamples samples = read_mmact_csv(sensor(), 100);
  EXPECT_NEAR(samples.times[1] - samples.times[0], 0.1, 1e-6);
  EXPECT_EQ(samples.without_fraction, 1);
  EXPECT_EQ(repaired("time stamps without fraction of a second: placed between their neighbors"), 1);
  EXPECT_EQ(clip().sensor.rows(), 3);
}

TEST_F(MmactFolder, WithoutFractionsSamplesFollowEachOtherAtTheSensorsRate) {
  write_sensor(kStamp + ",0,0,0\n" + kStamp + ",1,1,1\n" + kStamp + ",2,2,2\n");
  EXPECT_NEAR(read_mmact_csv(sensor(), 100).times[2], 1539697048.02, 1e-6);
  write_sensor(kStamp + ",0,0,0\n" + kStamp + ".500000,1,1,1\n" + kStamp + ",2,2,2\n");
  const std::vector<double> times = read_mmact_csv(sensor(), 50).times;
  EXPECT_NEAR(times[0], 1539697048.48, 1e-6);
  EXPECT_NEAR(times[2], 1539697048.52, 1e-6);
}

TEST_F(MmactFolder, ARecordingGoesOnPastMidnightAndNewYear) {
  write_sensor("20181231_23:59:59.990000,0,0,0\n20190101_00:00:00.000000,1,1,1\n20190101_00:00:00.010000,2,2,2\n");
  const std::vector<double> times = read_mmact_csv(sensor(), 100).times;
  EXPECT_NEAR(times[2] - times[0], 0.02, 1e-6);
  EXPECT_EQ(check().repairs.size(), 0U);
}

TEST_F(MmactFolder, AHeaderLineAndLineEndsOfOtherSystemsAreAccepted) {
  write_sensor("time,x,y,z\r\n" + kStamp + ".0, 0 ,0,9.80665\r\n" + kStamp + ".1,0,0,0\r\n\r\n");
  EXPECT_FLOAT_EQ(clip().sensor(0, 2), 1);
  EXPECT_EQ(repaired("a header line in a sensor file: skipped"), 1);
}

TEST_F(MmactFolder, AnEmptyFileIsAsGoodAsNone) {
  for (const char* text : {"", "\n \r\n", "time,x,y,z\n"}) {
    write_sensor(text);
    const DataCheck found = check();
    ASSERT_EQ(found.clips.size(), 1U);
    EXPECT_EQ(found.clips[0].sensor.rows(), 0);
    EXPECT_THAT(found.broken, IsEmpty());
    EXPECT_THAT(found.repairs.at("a sensor file without samples: used without it").clips,
                ElementsAre("subject1_scene1_session1_carrying_cam1"));
  }
}

TEST_F(MmactFolder, ARecordingOfOneModalityIsUsedForWhatItHas) {
  fs::rename(sensor(), sensor("falling.txt"));
  DataCheck found = check();
  ASSERT_EQ(found.clips.size(), 1U);
  EXPECT_EQ(found.clips[0].sensor.rows(), 0);
  EXPECT_GT(found.clips[0].skeleton.rows(), 0);
  EXPECT_EQ(found.repairs.at("no sensor file in the data set: used without it").count, 1);
  fs::rename(sensor("falling.txt"), sensor());
  fs::remove(pose());
  found = check();
  EXPECT_EQ(found.repairs.at("no skeleton file in the data set: used without it").count, 1);
  const Dataset read = read_dataset(config());
  ASSERT_EQ(read.clips.size(), 1U);
  EXPECT_EQ(read.clips[0].skeleton.rows(), 0);
  EXPECT_GT(read.clips[0].sensor.rows(), 0);
  write_sensor("");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { read_dataset(config()); }),
              HasSubstr("no clip is left of the recordings"));
}

TEST_F(MmactFolder, NamesAreReadWithoutCapitalsAndBlanks) {
  fs::rename(sensor(), sensor("Carrying .csv "));
  fs::rename(pose(), pose("carrying.json "));
  EXPECT_EQ(clip().label, 0);
  EXPECT_EQ(repaired("capitals in a file name: read as small letters"), 1);
  EXPECT_EQ(repaired("blanks in a file name: left out of it"), 2);
}

TEST_F(MmactFolder, NamesThatAreNoClassOrNoNumberAreListed) {
  write_file(sensor("dancing.csv"), "");
  write_file(sensor("Carrying.csv"), "");
  write_file(sensor("notes.txt"), "");
  write_file(root_ / "acc_watch_clip" / "subject21" / "scene1" / "session1" / "fall.csv", "");
  write_file(root_ / "pose" / "subject1" / "cam5" / "scene1" / "session1" / "fall.json", "");
  const DataCheck found = check();
  std::string all;
  for (const BrokenFile& file : found.broken) all += file.file.filename().string() + ": " + file.problem + "\n";
  EXPECT_EQ(found.broken.size(), 4U) << all;
  EXPECT_THAT(all, AllOf(HasSubstr("dancing.csv: unexpected name"), HasSubstr("the same recording as"),
                         HasSubstr("subject21: unexpected name"), HasSubstr("cam5: unexpected name")));
}

TEST_F(MmactFolder, PosesMayLieDeeperButNotWithoutEnd) {
  fs::create_directories(root_ / "moved" / "train" / "b");
  fs::rename(root_ / "pose", root_ / "moved" / "train" / "b" / "c");
  fs::rename(root_ / "moved", root_ / "pose");
  EXPECT_EQ(check().clips.size(), 1U);
  fs::create_directory_symlink(root_ / "pose", root_ / "pose" / "again");
  EXPECT_FALSE(check().broken.empty()) << "a loop ends";
}

TEST_F(MmactFolder, BrokenTextNamesTheLine) {
  const std::string good = kStamp + ".0,0,0,1\n";
  const auto expect_line_2 = [&](const std::string& line, const std::string& found) {
    EXPECT_THAT(sensor_problem(good + line + "\n"), AllOf(HasSubstr("line 2"), HasSubstr(found))) << line;
  };
  expect_line_2(kStamp + ".1,0,0", "time,x,y,z");
  expect_line_2(kStamp + ".1,0,0,1,2", "time,x,y,z");
  expect_line_2(kStamp + ".1,0,zero,1", "'zero'");
  expect_line_2(kStamp + ".1,0,,1", "''");
  expect_line_2(kStamp + ".1,0,1e999,1", "'1e999'");
  expect_line_2("time,x,y,z", "'time'");
  for (const char* stamp :
       {"20180230_13:37:28.0", "20181316_13:37:28", "20181016_24:00:00.0", "20181016_13:60:28.0", "20181016_13:37:60.0",
        "20181016 13:37:28.0", "2018101_13:37:28.0", "20181016_13:37:28.", "20181016_13:37:28.1234567",
        "20181016_13:37:28,1", "20181016_-1:37:28.0", "", "-0181016_13:37:28"}) {
    expect_line_2(std::string(stamp) + ",0,0,1", "expected");
  }
  EXPECT_THAT(sensor_problem("\n" + good), AllOf(HasSubstr("line 1"), HasSubstr("empty line")));
  EXPECT_THAT(sensor_problem(good + kStamp + ".1,0,nan,1\n"), HasSubstr("found 1 NaN"));
  EXPECT_THAT(sensor_problem(good + kStamp + ".1,0,1e300,1\n"), HasSubstr("found 1 NaN or infinite"));
  EXPECT_THAT(sensor_problem(good), HasSubstr("at least 2 different time stamps"));
  EXPECT_THAT(sensor_problem(good + good), HasSubstr("at least 2 different time stamps"));
  EXPECT_THAT(sensor_problem(std::string(100000, 'x')), AllOf(HasSubstr("line 1"), HasSubstr("...'")));
  EXPECT_THAT(sensor_problem(std::string("PK\0\1\2", 5)), HasSubstr("line 1"));
}

TEST_F(MmactFolder, APoseIsInTrunkLengthsWithYUp) {
  const Frames values = clip().skeleton;
  ASSERT_EQ(values.rows(), 2);
  ASSERT_EQ(values.cols(), 51);
  EXPECT_FLOAT_EQ(values(0, 3 * 5), 0.5F) << "100 pixels, a trunk has 100 and is 0.5";
  EXPECT_FLOAT_EQ(values(0, 3 * 5 + 1), -1.0F);
  EXPECT_FLOAT_EQ(values(0, 3 * 11 + 1), -1.5F);
  EXPECT_FLOAT_EQ(values(0, 3 * 5 + 2), 0.5F) << "confidence";
}

TEST_F(MmactFolder, FramesAreSortedByNumberAndGapsInterpolated) {
  write_pose("{" + one_person("10", 500) + "," + frame("11", "[]") + "," + frame("5", "{}") + "," +
             one_person("6", 100) + "," + frame("8", "{\"person1\":[]}") + "}");
  const MmactPose read = read_mmact_pose(pose());
  EXPECT_EQ(read.first, 5);
  EXPECT_EQ(read.last, 11);
  EXPECT_EQ(read.interpolated, 5);
  ASSERT_EQ(read.frames.rows(), 7);
  const float expected[] = {0.5F, 0.5F, 1.0F, 1.5F, 2.0F, 2.5F, 2.5F};
  const float confidence[] = {0, 0.5F, 0, 0, 0, 0.5F, 0};
  for (Eigen::Index i = 0; i < 7; ++i) {
    EXPECT_FLOAT_EQ(read.frames(i, 0), expected[i]) << i;
    EXPECT_FLOAT_EQ(read.frames(i, 2), confidence[i]) << i;
  }
  EXPECT_EQ(repaired("frames in which the person is not seen: interpolated"), 5);
}

TEST_F(MmactFolder, ThePersonSeenInMostFramesIsKept) {
  const auto both = [](const std::string& number) {
    return frame(number, "{\"person2\":" + person(900) + ",\"person1\":" + person(100) + "}");
  };
  write_pose("{" + both("1") + "," + both("2") + "}");
  EXPECT_FLOAT_EQ(clip().skeleton(0, 0), 0.5F) << "person1 where both are seen as often";
  EXPECT_EQ(repaired("several people in a pose file: the one seen in most frames kept"), 1);
  write_pose("{" + both("1") + "," +
             frame("2", "{\"person1\":" + person(100, 0) + ",\"person2\":" + person(900) + "}") + "}");
  EXPECT_FLOAT_EQ(clip().skeleton(0, 0), 4.5F);
}

TEST_F(MmactFolder, NobodyInSightIsAsGoodAsNoPose) {
  for (const std::string& text : {std::string("{}"), "{" + frame("1", "[]") + "," + frame("2", "{}") + "}",
                                  "{" + frame("1", "{\"person1\":" + person(1, 0) + "}") + "}"}) {
    write_pose(text);
    const DataCheck found = check();
    EXPECT_THAT(found.broken, IsEmpty());
    EXPECT_EQ(found.repairs.at("a pose file in which nobody is seen: used without it").count, 1);
    ASSERT_EQ(found.clips.size(), 1U);
    EXPECT_EQ(found.clips[0].skeleton.rows(), 0);
  }
}

TEST_F(MmactFolder, BrokenPosesNameTheFrame) {
  const std::string good = one_person("1", 100);
  const auto expect_frame_7 = [&](const std::string& people, const std::string& found) {
    EXPECT_THAT(pose_problem("{" + good + "," + frame("7", people) + "}"),
                AllOf(HasSubstr("frame 7"), HasSubstr(found)))
        << people;
  };
  expect_frame_7("null", "found null");
  expect_frame_7("3", "found a number");
  expect_frame_7("[1]", "expected an empty list, found a number");
  expect_frame_7("[[]]", "found a list");
  expect_frame_7("{\"dog1\":[]}", "'dog1'");
  expect_frame_7("{\"person1\":{}}", "expected a list of 51 numbers, found an object");
  expect_frame_7("{\"person1\":[1,2,3]}", "found 3");
  expect_frame_7("{\"person1\":[[1]]}", "expected a number, found a list");
  expect_frame_7("{\"person1\":[\"1\"]}", "the text '1'");
  expect_frame_7("{\"person1\":[NaN]}", "not JSON at byte");
  expect_frame_7("{\"person1\":[1e999]}", "not JSON");
  expect_frame_7("{\"person1\":[1e30]}", "found the number");
  expect_frame_7("{\"person1\":[],\"person1\":[]}", "each person once");
  std::string longer = person(1);
  longer.back() = ',';
  expect_frame_7("{\"person1\":" + longer + "1]}", "found more");
  EXPECT_THAT(pose_problem("{" + good + "," + one_person("01", 1) + "}"), HasSubstr("each frame once"));
  EXPECT_THAT(pose_problem("{" + good + "," + one_person("999999", 1) + "}"), HasSubstr("within 36000"));
  EXPECT_THAT(pose_problem("{" + one_person("99999999999", 1) + "}"), HasSubstr("'99999999999'"));
  EXPECT_THAT(pose_problem("{" + one_person("-1", 1) + "}"), HasSubstr("'-1'"));
  EXPECT_THAT(pose_problem("{\"first\":[]}"), HasSubstr("'first'"));
  EXPECT_THAT(pose_problem(""), HasSubstr("not JSON"));
  EXPECT_THAT(pose_problem("[]"), HasSubstr("an object of frames, found a list"));
  EXPECT_THAT(pose_problem("{} {}"), HasSubstr("not JSON"));
  EXPECT_THAT(pose_problem("{" + good), HasSubstr("not JSON"));
  EXPECT_THAT(pose_problem(std::string(1000000, '[')), HasSubstr("an object of frames"));
  EXPECT_THAT(pose_problem("{\"1\":" + std::string(1000000, '[')), HasSubstr("frame 1"));
  std::string point = person(0);
  for (const char* y : {",200,", ",300,", ",400,"}) {
    for (std::size_t at; (at = point.find(y)) != std::string::npos;) point.replace(at, 5, ",0,");
  }
  EXPECT_THAT(pose_problem("{" + frame("1", "{\"person1\":" + point + "}") + "}"), HasSubstr("expected a trunk"));
}

TEST_F(MmactFolder, EachChosenCameraGivesAClip) {
  write_file(pose("carrying.json", "cam4"), "{" + one_person("1", 300) + "}");
  config::DataConfig views = config();
  views.cameras = {4, 1, 2};
  const DataCheck found = check_dataset(views);
  ASSERT_EQ(found.clips.size(), 2U);
  EXPECT_EQ(found.clips[0].id, "subject1_scene1_session1_carrying_cam1");
  EXPECT_EQ(found.clips[1].id, "subject1_scene1_session1_carrying_cam4");
  EXPECT_EQ(found.clips[1].camera, 4);
  EXPECT_TRUE((found.clips[0].sensor == found.clips[1].sensor).all());
  EXPECT_THAT(found.info.cameras, ElementsAre(1, 2, 4));
}

TEST_F(MmactFolder, WhatNoChosenCameraFilmedIsOneClip) {
  config::DataConfig views = config();
  views.cameras = {2, 3};
  const DataCheck found = check_dataset(views);
  ASSERT_EQ(found.clips.size(), 1U) << "not one for each camera";
  EXPECT_EQ(found.clips[0].skeleton.rows(), 0);
  EXPECT_EQ(found.clips[0].camera, 2);
}

TEST_F(MmactFolder, SeveralSensorsStandSideBySide) {
  write_file(sensor("carrying.csv", "gyro_clip"), kStamp + ".0,1,0,0\n" + kStamp + ".5,1,0,0\n");
  write_file(sensor("carrying.csv", "orientation_clip"), kStamp + ".0,0,90,0\n" + kStamp + ".5,0,90,0\n");
  config::DataConfig both = config();
  both.sensors = {"acc_watch", "gyro", "orientation"};
  EXPECT_THAT(dataset_info(both).channels,
              ElementsAre("acc_watch_ax", "acc_watch_ay", "acc_watch_az", "gyro_gx", "gyro_gy", "gyro_gz",
                          "orientation_ox", "orientation_oy", "orientation_oz"));
  const Frames values = read_dataset(both).clips.at(0).sensor;
  ASSERT_EQ(values.rows(), 3);
  EXPECT_NEAR(values(1, 3), 57.29578, 1e-4) << "rad/s to deg/s";
  EXPECT_FLOAT_EQ(values(1, 7), 90);
  both.sensors = {"gyro"};
  EXPECT_THAT(dataset_info(both).channels, ElementsAre("gx", "gy", "gz"));
}

TEST_F(MmactFolder, OptionsThatDoNotExistAreNamed) {
  const auto refused = [&](auto change) {
    config::DataConfig wrong = config();
    change(wrong);
    return refusal(ErrorKind::config, [&] { dataset_info(wrong); });
  };
  EXPECT_THAT(refused([](config::DataConfig& c) { c.sensors = {"acc"}; }),
              AllOf(HasSubstr("data.sensors"), HasSubstr("'acc'")));
  EXPECT_THAT(refused([](config::DataConfig& c) { c.sensors = {"gyro", "gyro"}; }), HasSubstr("data.sensors"));
  EXPECT_THAT(refused([](config::DataConfig& c) { c.cameras = {5}; }), HasSubstr("data.cameras"));
  EXPECT_THAT(refused([](config::DataConfig& c) { c.cameras = {1, 1}; }), HasSubstr("data.cameras"));
  EXPECT_THAT(refused([](config::DataConfig& c) { c.classes = 36; }),
              AllOf(HasSubstr("data.classes"), HasSubstr("36")));
  EXPECT_THAT(refused([](config::DataConfig& c) { c.skeleton = "coco-17"; }), HasSubstr("data.skeleton"));
}

TEST(Mmact, CallsInScene3AreClassesOfTheirOwnAmong37) {
  const DatasetInfo info = mmact_info({"acc_watch"}, {1}, 37);
  ASSERT_EQ(info.classes.size(), 37U);
  EXPECT_TRUE(std::is_sorted(mmact_actions().begin(), mmact_actions().end()));
  int split = 0;
  for (int action = 0; action < 35; ++action) {
    const std::string& name = mmact_actions()[static_cast<std::size_t>(action)];
    EXPECT_EQ(mmact_label(action, 3, 35), action);
    EXPECT_EQ(mmact_label(action, 2, 37), action);
    const int label = mmact_label(action, 3, 37);
    if (label == action) continue;
    EXPECT_EQ(info.classes[static_cast<std::size_t>(label)], name + "_desk");
    EXPECT_THAT(name, ::testing::AnyOf("talking_on_phone", "using_phone"));
    ++split;
  }
  EXPECT_EQ(split, 2);
  EXPECT_EQ(mmact_info({"acc_watch"}, {1}, 35).classes, mmact_actions());
}

TEST(Mmact, CrossViewNeedsCamerasToCross) {
  const auto offered = [](const std::vector<int>& cameras) {
    return mmact_info({"acc_watch"}, cameras, 37).protocols.count("cross-view") > 0;
  };
  EXPECT_TRUE(offered({1, 2, 3, 4}));
  EXPECT_TRUE(offered({2, 4}));
  EXPECT_FALSE(offered({1}));
  EXPECT_FALSE(offered({4}));
  EXPECT_FALSE(offered({1, 2, 3})) << "nothing to test on";
}

// The inventory's clips as files of two samples and one frame.
void write_inventory_tree(const fs::path& inventory, const fs::path& root) {
  std::ifstream lines(inventory);
  std::string line;
  std::getline(lines, line);
  for (int number = 0; std::getline(lines, line); ++number) {
    std::istringstream fields(line);
    std::string subject, scene, session, action;
    std::getline(fields, subject, ',');
    std::getline(fields, scene, ',');
    std::getline(fields, session, ',');
    std::getline(fields, action, ',');
    const fs::path below = fs::path("scene" + scene) / ("session" + session);
    const std::string value = std::to_string(number);
    write_file(root / "acc_watch_clip" / ("subject" + subject) / below / (action + ".csv"),
               kStamp + ".0,0,0," + value + "\n" + kStamp + ".1,0,0,0\n");
    write_file(root / "pose" / ("subject" + subject) / "cam1" / below / (action + ".json"),
               "{" + one_person("1", 100) + "}");
  }
}

TEST(Mmact, TheProtocolsSplitTheInventoryAsPublished) {
  PSKD_REAL_DATA_OR_SKIP(real, "mmact");
  testing::TemporaryFolder folder;
  write_inventory_tree(real / "clips.csv", folder / "mmact");
  const Dataset dataset = read_dataset(testing::dataset_config("mmact", folder / "mmact"));
  ASSERT_EQ(dataset.clips.size(), 8968U);
  std::map<std::string, int> calls;
  for (const Clip& clip : dataset.clips) ++calls[dataset.info.classes[static_cast<std::size_t>(clip.label)]];
  EXPECT_EQ(calls.size(), 37U);
  EXPECT_EQ(calls["talking_on_phone"], 299);
  EXPECT_EQ(calls["talking_on_phone_desk"], 100);
  EXPECT_EQ(calls["using_phone_desk"], 100);
  const auto counts = [&](const std::string& name) {
    config::ProtocolConfig protocol;
    protocol.name = name;
    protocol.allow_shared_subjects = name != "cross-subject";
    // Where only the other scenes have a class, its clips train or test alone; that is the data set's.
    const config::ProtocolConfig resolved = resolve_protocol(protocol, dataset.info);
    const Split split = make_split(dataset, resolved);
    return std::pair(split.train.size(), split.test.size());
  };
  EXPECT_EQ(counts("cross-subject"), std::pair(std::size_t{7109}, std::size_t{1859}));
  EXPECT_EQ(counts("cross-session"), std::pair(std::size_t{7195}, std::size_t{1773}));
  EXPECT_EQ(counts("cross-scene"), std::pair(std::size_t{6296}, std::size_t{2672}));
}

// ---- synthetic files ------------------------------------------------------------

synthetic::MmactOptions small(std::uint64_t seed = 1) {
  synthetic::MmactOptions options;
  options.subjects = 2;
  options.scenes = options.sessions = 1;
  options.actions = 6;
  options.traps = 0;
  options.seed = seed;
  return options;
}

TEST(SyntheticMmact, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  testing::TemporaryFolder folder;
  EXPECT_EQ(synthetic::write_mmact(folder / "one", small()), 12);
  synthetic::write_mmact(folder / "two", small());
  synthetic::write_mmact(folder / "other", small(2));
  const auto one = files_under(folder / "one");
  const auto other = files_under(folder / "other");
  EXPECT_EQ(one.size(), 12U * 8);
  EXPECT_EQ(one, files_under(folder / "two"));
  for (const auto& [name, bytes] : one) EXPECT_NE(bytes, other.at(name)) << name;
}

TEST(SyntheticMmact, TheReaderTakesEverySensorAndCamera) {
  testing::TemporaryFolder folder;
  synthetic::write_mmact(folder / "mmact", small());
  config::DataConfig config = testing::dataset_config("mmact", folder / "mmact");
  config.sensors = {"acc_watch", "acc_phone", "gyro", "orientation"};
  config.cameras = {1, 2, 3, 4};
  const DataCheck check = check_dataset(config);
  EXPECT_THAT(check.repairs, IsEmpty());
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(check.duplicates, IsEmpty());
  ASSERT_EQ(check.clips.size(), 48U);
  for (const Clip& clip : check.clips) {
    EXPECT_NEAR(clip.sensor.topRows(3).leftCols(3).square().rowwise().sum().sqrt().mean(), 1, 0.3) << "g, at rest";
    EXPECT_NEAR(static_cast<double>(clip.sensor.rows()), 100.0 / 30 * static_cast<double>(clip.skeleton.rows()), 5);
    const auto height = clip.skeleton.col(3 * 0 + 1) - clip.skeleton.col(3 * 15 + 1);
    EXPECT_GT(height.mean(), 0.7) << clip.id << ": the nose is above the ankles, by meters";
    EXPECT_LT(height.mean(), 3) << clip.id;
  }
}

// The person faces between cameras 1 and 2: the right hand is on the left of the image. Behind it is the other way.
TEST(SyntheticMmact, CamerasStandAround) {
  testing::TemporaryFolder folder;
  synthetic::write_mmact(folder / "mmact", small());
  config::DataConfig config = testing::dataset_config("mmact", folder / "mmact");
  config.cameras = {1, 2, 3, 4};
  for (const Clip& clip : read_dataset(config).clips) {
    const float right_to_left = clip.skeleton(0, 3 * 5) - clip.skeleton(0, 3 * 6);  // shoulders
    EXPECT_EQ(right_to_left > 0, clip.camera <= 2) << clip.id;
  }
}

// Every trap leaves its trace, and nothing else is wrong.
TEST(SyntheticMmact, EveryTrapIsPlantedAndHandledByItsRule) {
  testing::TemporaryFolder folder;
  synthetic::MmactOptions options = small();
  options.actions = 24;
  options.traps = 0.5;
  EXPECT_EQ(synthetic::write_mmact(folder / "mmact", options), 48);
  const DataCheck check = check_dataset(testing::dataset_config("mmact", folder / "mmact"));
  EXPECT_THAT(check.broken, IsEmpty());
  const std::map<std::string, std::size_t> clips_by_rule = {
      {"time stamps that run backwards: sorted", 2},
      {"repeated time stamps: later samples dropped", 2},
      {"time stamps without fraction of a second: placed between their neighbors", 2},
      {"a header line in a sensor file: skipped", 2},
      {"a sensor file without samples: used without it", 2},
      {"no sensor file in the data set: used without it", 2},
      {"capitals in a file name: read as small letters", 2},
      {"blanks in a file name: left out of it", 2},
      {"frames in which the person is not seen: interpolated", 4},
      {"a pose file in which nobody is seen: used without it", 2},
      {"no skeleton file in the data set: used without it", 2}};
  for (const auto& [rule, clips] : clips_by_rule) {
    const auto found = check.repairs.find(rule);
    ASSERT_NE(found, check.repairs.end()) << rule;
    EXPECT_EQ(found->second.clips.size(), clips) << rule;
  }
  EXPECT_EQ(check.repairs.size(), clips_by_rule.size());
  EXPECT_EQ(check.clips.size(), 48U);
  // What is put right is what a clip without the trap has.
  options.traps = 0;
  synthetic::write_mmact(folder / "plain", options);
  std::map<std::string, std::string> plain;
  for (const Clip& clip : read_dataset(testing::dataset_config("mmact", folder / "plain")).clips) {
    plain[clip.id] = clip.hash;
  }
  std::size_t equal = 0;
  for (const Clip& clip : check.clips) equal += plain.at(clip.id) == clip.hash ? 1U : 0U;
  EXPECT_EQ(equal, check.clips.size() - 8 - 6)
      << "all but those of one modality, without fractions or with frames lost";
}

TEST(SyntheticMmact, AnInventorySaysLengthAndCameras) {
  testing::TemporaryFolder folder;
  const std::string header = "subject,scene,session,action,cameras,frames_30fps\n";
  write_file(folder / "clips.csv", header + "20,3,5,using_phone,2+4,61\n1,1,1,talking,1+2+3+4,13\n");
  synthetic::MmactOptions options;
  options.inventory = folder / "clips.csv";
  options.traps = 0;
  EXPECT_EQ(synthetic::write_mmact(folder / "mmact", options), 2);
  config::DataConfig config = testing::dataset_config("mmact", folder / "mmact");
  config.cameras = {1, 2};
  const Dataset dataset = read_dataset(config);
  ASSERT_EQ(dataset.clips.size(), 3U);
  const Clip& desk = dataset.clips.back();
  EXPECT_EQ(desk.id, "subject20_scene3_session5_using_phone_cam2");
  EXPECT_EQ(dataset.info.classes[static_cast<std::size_t>(desk.label)], "using_phone_desk");
  EXPECT_EQ(desk.skeleton.rows(), 61);
  EXPECT_EQ(desk.sensor.rows(), 201);
  EXPECT_EQ(dataset.clips.front().skeleton.rows(), 13);
  const auto refused = [&](const std::string& text) {
    write_file(folder / "clips.csv", text);
    return refusal(ErrorKind::data, [&] { synthetic::write_mmact(folder / "refused", options); });
  };
  EXPECT_THAT(refused(""), HasSubstr("line 1"));
  EXPECT_THAT(refused(header), HasSubstr("at least one clip"));
  EXPECT_THAT(refused(header + "21,1,1,fall,1,50\n"), AllOf(HasSubstr("line 2"), HasSubstr("'21'")));
  EXPECT_THAT(refused(header + "1,1,1,falling,1,50\n"), HasSubstr("'falling'"));
  EXPECT_THAT(refused(header + "1,1,1,fall,1+5,50\n"), HasSubstr("'5'"));
  EXPECT_THAT(refused(header + "1,1,1,fall,1,99999999999\n"), HasSubstr("'99999999999'"));
  EXPECT_THAT(refused(header + "1,1,1,fall,1,50\n1,1,1,fall,1,50\n"), AllOf(HasSubstr("line 3"), HasSubstr("once")));
  EXPECT_THAT(refused(header + "1,1,1,fall\n"), HasSubstr("6 fields"));
  EXPECT_FALSE(fs::exists(folder / "refused"));
}

TEST(SyntheticMmact, OptionsOutOfRangeAreRefused) {
  testing::TemporaryFolder folder;
  const auto refused = [&](auto change) {
    synthetic::MmactOptions wrong = small();
    change(wrong);
    return refusal(ErrorKind::usage, [&] { synthetic::write_mmact(folder / "out", wrong); });
  };
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.subjects = 21; }), HasSubstr("21"));
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.actions = 36; }), HasSubstr("36"));
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.scenes = 0; }), HasSubstr("scenes"));
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.traps = std::nan(""); }), HasSubstr("traps"));
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.sensors = {"radar"}; }), HasSubstr("'radar'"));
  EXPECT_THAT(refused([](synthetic::MmactOptions& o) { o.cameras = {5}; }), HasSubstr("5"));
}

}  // namespace
}  // namespace pskd::data::readers
