// A user's own recordings: description, manifest and CSV files, each way they can be wrong, and the worked example.
#include "synthetic/recordings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/data_check_text.hpp"
#include "data/no_label.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "support/own_folder.hpp"
#include "support/refusal.hpp"
#include "support/replaced.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/recordings.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDescription;
using testing::kManifest;
using ::testing::Not;
using testing::OwnFolder;
using testing::refusal;
using testing::replaced;

TEST_F(OwnFolder, IsReadAsItsDescriptionSays) {
  const Dataset dataset = read_dataset(config());
  EXPECT_THAT(dataset.info.classes, ElementsAre("clap", "wave")) << "sorted, as the description lists none";
  EXPECT_THAT(dataset.info.channels, ElementsAre("ax", "ay", "az"));
  EXPECT_THAT(dataset.info.subjects, ElementsAre(1, 3));
  EXPECT_THAT(dataset.info.trials, ElementsAre(1));
  EXPECT_THAT(dataset.info.scenes, IsEmpty());
  EXPECT_THAT(dataset.info.topology.parents, ElementsAre(-1, 0, 1));
  EXPECT_EQ(dataset.info.topology.center, 0);
  EXPECT_EQ(dataset.info.topology.wrist, 2);
  ASSERT_EQ(dataset.clips.size(), 2U);
  const Clip& clip = dataset.clips[1];
  EXPECT_EQ(clip.id, "one");
  EXPECT_EQ(clip.label, 1);
  EXPECT_EQ(clip.subject, 3);
  EXPECT_EQ(clip.skeleton.rows(), 2);
  EXPECT_FLOAT_EQ(clip.skeleton(1, 8), 19);
  EXPECT_EQ(clip.sensor.rows(), 3) << "span: each file is the whole recording";
  EXPECT_FLOAT_EQ(clip.sensor(2, 2), 2.5);
}

TEST_F(OwnFolder, ClassesKeepTheOrderOfTheDescription) {
  describe("align", "classes: [wave, clap, kick]\nalign");
  EXPECT_THAT(dataset_info(config()).classes, ElementsAre("wave", "clap", "kick"));
  EXPECT_EQ(clip().label, 0);
}

TEST_F(OwnFolder, AClassThatIsAWordForNothingIsSuspicious) {
  for (const std::string word : {"None", "NA"}) {
    write("clips.csv", replaced(kManifest, "clap", word));
    EXPECT_THAT(suspicions_of(check_dataset(config())), ::testing::Contains(HasSubstr("'" + word + "' is a class")));
  }
}

TEST_F(OwnFolder, ARecordingThatNobodyLabeledIsOfTheClassThatNoProtocolKeeps) {
  write("clips.csv", "id,subject,label,skeleton,watch\none,1,wave,s1.csv,w1.csv\ntwo,2,,s2.csv,w2.csv\n");
  EXPECT_THAT(dataset_info(config()).classes, ElementsAre("wave", kNoLabel));
  write("clips.csv", "id,subject,skeleton,watch\none,1,s1.csv,w1.csv\n");
  EXPECT_THAT(dataset_info(config()).classes, ElementsAre(kNoLabel));
  describe("align", "classes: [wave, clap]\nalign");
  EXPECT_THAT(dataset_info(config()).classes, ElementsAre("wave", "clap", kNoLabel));
}

TEST_F(OwnFolder, OptionalColumnsAreTakenAndQuotesAndBlanksUnderstood) {
  write("clips.csv",
        "\xef\xbb\xbfid, subject,label,skeleton,watch,trial,scene,camera\r\n"
        "one,3,\"high \twave\" ,s1.csv,\"w1.csv\",2,4,6\r\n"
        "two,1,clap,s2.csv,w2.csv,1,4,5\r\n");
  EXPECT_THAT(manifest_problem(read_file(root_ / "clips.csv")), HasSubstr("column label"));
  write("clips.csv", replaced(read_file(root_ / "clips.csv"), "\t", ""));
  const DatasetInfo info = dataset_info(config());
  EXPECT_THAT(info.classes, ElementsAre("clap", "high wave"));
  EXPECT_THAT(info.trials, ElementsAre(1, 2));
  EXPECT_THAT(info.scenes, ElementsAre(4));
  EXPECT_THAT(info.cameras, ElementsAre(5, 6));
  EXPECT_EQ(clip().trial, 2);
  EXPECT_EQ(clip().camera, 6);
}

TEST_F(OwnFolder, ASingleSensorMayBeCalledSensorInTheManifest) {
  write("clips.csv", replaced(kManifest, "watch", "sensor"));
  EXPECT_EQ(read_dataset(config()).clips.size(), 2U);
}

TEST_F(OwnFolder, TheDescriptionMayLieElsewhereAndTheManifestBesideIt) {
  fs::create_directory(root_ / "notes");
  fs::rename(root_ / "dataset.yaml", root_ / "notes" / "mine.yaml");
  write("notes/clips.csv",
        replaced(replaced(kManifest, "s1.csv,w1.csv", "../s1.csv,../w1.csv"), "s2.csv", (root_ / "s2.csv").string()));
  fs::rename(root_ / "w2.csv", root_ / "notes" / "w2.csv");
  config::DataConfig elsewhere = config();
  elsewhere.description = "notes/mine.yaml";
  EXPECT_EQ(read_dataset(elsewhere).clips.size(), 2U);
}

TEST_F(OwnFolder, NoFileLiesOutsideOfTheDataSet) {
  for (const std::string path : {"../s1.csv", "/etc/hostname", "sub/../../s1.csv", "../own2/s1.csv"}) {
    EXPECT_THAT(manifest_problem(replaced(kManifest, "s1.csv", path)),
                AllOf(HasSubstr("clips.csv: line 2: column skeleton: expected a file in " + root_.string()),
                      HasSubstr("found '" + path + "'")));
  }
}

// ---- names ------------------------------------------------------------------------------------------------

TEST_F(OwnFolder, TextThatIsNotUtf8IsRefusedWithItsPlace) {
  const std::string told =
      "column 11: expected text in UTF-8, found the byte 0xe9; save it as UTF-8; the file is probably Latin-1 or "
      "Windows-1252, where this byte is \xc3\xa9";
  EXPECT_THAT(manifest_problem(replaced(kManifest, "wave", "wa\xe9ve")), HasSubstr("clips.csv: line 2: column 9: "));
  EXPECT_THAT(manifest_problem(replaced(kManifest, "clap", "clap\xe9")), HasSubstr("clips.csv: line 3: " + told));
  write("clips.csv", kManifest);
  EXPECT_THAT(description_problem("align: span", "align: span  # \xfc"), HasSubstr("dataset.yaml:2: column 16: "));
  write("dataset.yaml", kDescription);
  EXPECT_EQ(csv_problem("1,2,3\n1,2,\xb5\n"),
            "line 2: column 5: expected text in UTF-8, found the byte 0xb5; save it as UTF-8; the file is probably "
            "Latin-1 or Windows-1252, where this byte is \xc2\xb5");
}

TEST_F(OwnFolder, Utf16IsNamed) {
  const auto wide = [](const std::string& text, bool little) {
    std::string bytes;
    for (const char c : text) bytes += little ? std::string{c, '\0'} : std::string{'\0', c};
    return bytes;
  };
  EXPECT_THAT(manifest_problem("\xff\xfe" + wide(kManifest, true)),
              HasSubstr("clips.csv: line 1: expected text in UTF-8, found UTF-16 (little-endian); save it as UTF-8"));
  EXPECT_THAT(manifest_problem(wide(kManifest, false)), HasSubstr("found UTF-16 (big-endian)"));
  write("clips.csv", kManifest);
  EXPECT_THAT(csv_problem(wide("1,2,3\n1,2,3\n", true)), HasSubstr("found UTF-16 (little-endian)"));
}

TEST_F(OwnFolder, ANameHasOneForm) {
  write("clips.csv",
        "\xef\xbb\xbfid,subject,label\xc2\xa0,skeleton,watch\n"
        "one,3,e\xcc\x81t\xc3\xa9,s1.csv,w1.csv\n"                       // decomposed
        "two,1\xc2\xa0,\xc3\xa9t\xc3\xa9\xe2\x80\x8b,s2.csv,w2.csv\n");  // composed, and a zero width space
  EXPECT_THAT(dataset_info(config()).classes, ElementsAre("\xc3\xa9t\xc3\xa9"));
  EXPECT_THAT(check_dataset(config()).alike_classes, IsEmpty());
}

TEST_F(OwnFolder, NamesThatLookTheSameAreTold) {
  for (const std::string other : {"Wave",
                                  "\xef\xbd\x97"
                                  "ave",
                                  "wa\xe2\x80\x8bve", "wa\xc2\xadve"}) {
    write("clips.csv", replaced(kManifest, "clap", other));
    EXPECT_THAT(check_dataset(config()).alike_classes, ElementsAre(::testing::UnorderedElementsAre("wave", other)))
        << other;
  }
  write("clips.csv", replaced(kManifest, "clap", "wa\xe2\x80\x8bve"));
  EXPECT_THAT(data::describe(check_dataset(config())),
              HasSubstr("class names that are probably one (1): 'wave' (1 clips) = 'wa<U+200B>ve' (1 clips)"));
}

TEST_F(OwnFolder, PeopleAndTrialsMayHaveNames) {
  write("clips.csv",
        "id,subject,label,trial,skeleton,watch\n"
        "one,e\xcc\x81va,wave,morning,s1.csv,w1.csv\n"
        "two,02,clap,10,s2.csv,w2.csv\n");
  const DataCheck check = check_dataset(config());
  EXPECT_THAT(check.info.subjects, ElementsAre(Name(2), Name("\xc3\xa9va")));
  EXPECT_THAT(check.info.trials, ElementsAre(Name(10), Name("morning")));
  EXPECT_EQ(clip("one").subject, Name("\xc3\xa9va"));
  EXPECT_EQ(clip("two").subject, Name(2));
  EXPECT_THAT(data::describe(check), HasSubstr("clips by subject:  s2 1  \xc3\xa9va 1\n"));
}

TEST_F(OwnFolder, SubjectsThatLookTheSameAreTold) {
  write("clips.csv", replaced(replaced(kManifest, "one,3", "one,anna"), "two,1", "two,Anna"));
  EXPECT_THAT(data::describe(check_dataset(config())),
              HasSubstr("subjects that are probably one (1): 'Anna' (1 clips) = 'anna' (1 clips)"));
}

TEST_F(OwnFolder, BlanksOfOtherKindsLookTheSame) {
  write("clips.csv", replaced(replaced(kManifest, "wave", "arm  up"), "clap", "Arm\xc2\xa0up"));
  EXPECT_EQ(check_dataset(config()).alike_classes.size(), 1U);
}

TEST_F(OwnFolder, AListOfClassesHasEachOnce) {
  EXPECT_THAT(description_problem("align: span", "align: span\nclasses: [wave, clap, e\xcc\x81, \xc3\xa9]"),
              HasSubstr("classes: expected each class once, found '\xc3\xa9' again"));
}

TEST_F(OwnFolder, WhatSystemsLeaveIsNoRecording) {
  write("__MACOSX/._s1.csv", "x");
  write("watch/Thumbs.db", "x");
  EXPECT_EQ(check_dataset(config()).left_by_systems, 2U);
  EXPECT_THAT(data::describe(check_dataset(config())), HasSubstr("left by macOS or Windows and ignored"));
  EXPECT_THAT(manifest_problem(replaced(kManifest, "s1.csv", "._s1.csv")),
              HasSubstr("which macOS or Windows left there"));
  EXPECT_THAT(manifest_problem(replaced(kManifest, "s1.csv", "__MACOSX/s1.csv")),
              HasSubstr("which macOS or Windows left there"));
}

TEST_F(OwnFolder, AFileInOtherCaseIsNamed) {
  fs::rename(root_ / "s1.csv", root_ / "S1.CSV");
  const DataCheck check = check_dataset(config());
  ASSERT_EQ(check.broken.size(), 1U);
  EXPECT_THAT(check.broken[0].problem,
              HasSubstr("found " + (root_ / "S1.CSV").string() + ", whose name differs in case"));
  fs::rename(root_ / "clips.csv", root_ / "Clips.csv");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }), HasSubstr("Clips.csv, whose name differs"));
}

TEST_F(OwnFolder, WhatIsNoFileIsNamed) {
  const auto problem = [&] {
    const DataCheck check = check_dataset(config());
    return check.broken.empty() ? "" : check.broken[0].problem;
  };
  fs::remove(root_ / "s1.csv");
  fs::create_directory(root_ / "s1.csv");
  EXPECT_THAT(problem(), HasSubstr("names it in line 2; what has that name is a folder"));
  fs::remove(root_ / "s1.csv");
  for (const char* target : {"nothing.csv", "s1.csv"}) {
    fs::create_symlink(target, root_ / "s1.csv");
    EXPECT_THAT(problem(), HasSubstr("what has that name is a link that leads nowhere")) << target;
    fs::remove(root_ / "s1.csv");
  }
}

TEST_F(OwnFolder, ADescriptionThatLiesDeeperIsFound) {
  fs::create_directories(root_ / "inner");
  fs::rename(root_ / "dataset.yaml", root_ / "inner" / "dataset.yaml");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }),
              HasSubstr("found it in " + (root_ / "inner").string()));
}

TEST_F(OwnFolder, AFileThatLiesDeeperIsFoundAndItsLineIsToBeCorrected) {
  fs::create_directories(root_ / "inner");
  fs::rename(root_ / "s1.csv", root_ / "inner" / "s1.csv");
  const DataCheck check = check_dataset(config());
  ASSERT_FALSE(check.broken.empty());
  EXPECT_THAT(check.broken[0].problem, HasSubstr("found it in " + (root_ / "inner").string() + ": correct that line"));
  fs::rename(root_ / "clips.csv", root_ / "inner" / "clips.csv");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }),
              HasSubstr("inner: correct manifest in " + (root_ / "dataset.yaml").string()));
}

TEST_F(OwnFolder, TheSearchForAMissingFileIsBounded) {
  for (int i = 0; i < 1200; ++i) {
    fs::create_directories(root_ / std::to_string(100 + i / 40) / std::to_string(100 + i % 40));
  }
  fs::create_directories(root_ / "z" / "z");
  fs::rename(root_ / "dataset.yaml", root_ / "z" / "z" / "dataset.yaml");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }), Not(HasSubstr("found it in")));
}

TEST_F(OwnFolder, OneRecordingUnderTwoLabelsIsTold) {
  write("clips.csv", kManifest + "three,2,clap,s1.csv,w1.csv\n");
  const DataCheck check = check_dataset(config());
  EXPECT_THAT(check.two_labels, ElementsAre(::testing::Pair("three", "one")));
  EXPECT_THAT(data::describe(check), HasSubstr("one recording under two labels (1): three (clap) = one (wave)"));
}

TEST_F(OwnFolder, AnAccelerationThatNoBodyHasIsRefused) {
  EXPECT_EQ(
      csv_problem("1,2,3\n1,2,1e38\n1,2,3\n"),
      "expected accelerations of at most 1000 g, found 1e+38 g in frame 2; is it another unit, or a damaged file?");
  describe("rate: 32}", "rate: 32, rail: 8}");
  EXPECT_THAT(csv_problem("1,2,3\n1,2,-16384\n"), HasSubstr("found 16384 g in frame 2"));
}

TEST_F(OwnFolder, AccelerationsOnTheRailAreToldByTheirUnit) {
  write("w1.csv", "8,-8,2\n8,-1,2\n0.5,-1,8\n");
  describe("[ax, ay, az], unit: g, rate: 32}", "[acc_x, acc_y, ra], unit: [g, g, deg/s], rate: 32, rail: 8}");
  EXPECT_EQ(check_dataset(config()).rail_samples, 3);
}

// ---- units, axes, columns ---------------------------------------------------------------------------------

TEST_F(OwnFolder, UnitsBecomeMetersGAndDegreesPerSecond) {
  for (const auto& [unit, meters] : {std::pair("mm", 0.007F), std::pair("cm", 0.07F), std::pair("m", 7.0F)}) {
    describe("unit: m\n", std::string("unit: ") + unit + "\n");
    EXPECT_FLOAT_EQ(clip().skeleton(0, 6), meters) << unit;
  }
  describe("unit: g", "unit: m/s2");
  EXPECT_FLOAT_EQ(clip().sensor(0, 2), 2 / 9.80665F);
  describe("unit: g", "unit: [g, rad/s, none]");
  EXPECT_FLOAT_EQ(clip().sensor(0, 0), 0.5F);
  EXPECT_FLOAT_EQ(clip().sensor(0, 1), -57.29578F);
  EXPECT_FLOAT_EQ(clip().sensor(0, 2), 2);
}

TEST_F(OwnFolder, AnotherUprightAxisIsTurnedToY) {
  const auto hip = [&] {
    const Frames frames = clip().skeleton;
    return std::vector<float>{frames(0, 0), frames(0, 1), frames(0, 2)};
  };
  EXPECT_THAT(hip(), ElementsAre(1, 2, 3));
  describe("unit: m\n", "unit: m\n  up: z\n");
  EXPECT_THAT(hip(), ElementsAre(1, 3, -2)) << "a quarter turn about x, no mirror";
  describe("unit: m\n", "unit: m\n  up: -y\n");
  EXPECT_THAT(hip(), ElementsAre(-1, -2, 3)) << "half a turn about z, no mirror";
}

TEST_F(OwnFolder, AFlatSkeletonHasPixelsAndAConfidence) {
  const std::string flat = "unit: px\n  metres_per_pixel: 0.5\n  up: -y\n  dimensions: 2\n";
  describe("unit: m\n", flat);
  write("s1.csv", "1,2,3,4,5,6\n1,2,3,4,5,6\n");
  write("s2.csv", "1,2,3,4,5,6\n1,2,3,4,5,7\n");
  EXPECT_EQ(dataset_info(config()).topology.dimensions, 2);
  const Frames without = clip().skeleton;
  ASSERT_EQ(without.cols(), 9);
  EXPECT_FLOAT_EQ(without(0, 0), 0.5);
  EXPECT_FLOAT_EQ(without(0, 1), -1) << "images have y downwards";
  EXPECT_FLOAT_EQ(without(0, 2), 1) << "no confidence: sure";
  describe("unit: m\n", flat + "  confidence: true\n");
  write("s1.csv", "1,2,0.25,4,5,1,7,8,1\n1,2,0.25,4,5,1,7,8,1\n");
  write("s2.csv", "1,2,0.25,4,5,1,7,8,1\n1,2,0.25,4,5,1,7,9,1\n");
  const Frames with = clip().skeleton;
  EXPECT_FLOAT_EQ(with(0, 2), 0.25);
  EXPECT_FLOAT_EQ(with(0, 3), 2);
}

TEST_F(OwnFolder, ColumnsAreFoundByNameOrNumber) {
  write("w1.csv", "t;\"az\";skin;ay;ax\n0;3;36.5;2;1\n1;3;36.5;2;1\n");
  write("w2.csv", "ax;ay;az;t;skin\n0;0;1;0;36\n0;0;1;1;36\n");
  describe("rate: 32", "header: true, separator: semicolon, columns: [ax, ay, az], time: t");
  EXPECT_THAT((std::vector<float>{clip().sensor(0, 0), clip().sensor(0, 1), clip().sensor(0, 2)}),
              ElementsAre(1, 2, 3));
  write("w1.csv", "1 2  3\t4\n1 2 3 4\n");
  write("w2.csv", "1 2 3 4\n1 2 3 4\n");
  describe("rate: 32", "separator: blank, columns: [3, 0, 1], rate: 32");
  EXPECT_THAT((std::vector<float>{clip().sensor(0, 0), clip().sensor(0, 1), clip().sensor(0, 2)}),
              ElementsAre(4, 1, 2));
}

TEST_F(OwnFolder, AKnownTopologyNeedsNoJoints) {
  describe("  joints: [hip, neck, hand]\n  parents: [null, hip, neck]\n  wrist: hand\n", "  topology: kinect-20\n");
  std::string row = "0";
  for (int i = 1; i < 60; ++i) row += "," + std::to_string(i);
  write("s1.csv", row + "\n" + row + "\n");
  write("s2.csv", row + "\n" + row + "\n" + row + "\n");
  EXPECT_EQ(clip().skeleton.cols(), 60);
  EXPECT_EQ(dataset_info(config()).topology.wrist, 10);
}

TEST_F(OwnFolder, PairsPartsAndParentsByNumberAreTaken) {
  describe("  wrist: hand\n",
           "  wrist: 2\n  centre: neck\n  left_right: [[hip, hand]]\n  parts: [[hip, neck], [hand]]\n");
  Topology topology = dataset_info(config()).topology;
  EXPECT_EQ(topology.wrist, 2);
  EXPECT_EQ(topology.center, 1);
  EXPECT_THAT(topology.mirrored, ElementsAre(std::pair(0, 2)));
  EXPECT_THAT(topology.parts, ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
  describe("[null, hip, neck]", "[null, 0, 1]");
  EXPECT_THAT(dataset_info(config()).topology.parents, ElementsAre(-1, 0, 1));
}

// ---- time ---------------------------------------------------------------------------------------------------

TEST_F(OwnFolder, TimeStampsBecomeEqualIntervals) {
  describe("rate: 32", "time: 0, time_unit: ms");
  write("w1.csv", "100,0,0,0\n300,2,0,0\n250,1.5,0,0\n300,9,9,9\n500,4,0,0\n");
  write("w2.csv", "0,0,0,1\n1,0,0,1\n");
  const DataCheck check = check_dataset(config());
  const Frames& values = check.clips.at(1).sensor;
  ASSERT_EQ(values.rows(), 4);
  EXPECT_FLOAT_EQ(values(1, 0), 4 / 3.0F) << "a ramp stays a ramp";
  EXPECT_EQ(check.repairs.at("time stamps that run backwards: sorted").count, 1);
  EXPECT_EQ(check.repairs.at("repeated time stamps: later samples dropped").count, 1);
}

// Every value is its own moment in seconds, so that what was cut can be read off.
class OwnClock : public OwnFolder {
 protected:
  static std::string ramp(double begin, double rate, int samples, int columns, bool stamps, double unit = 1) {
    std::ostringstream text;
    text.precision(12);
    for (int i = 0; i < samples; ++i) {
      const double time = begin + i / rate;
      if (stamps) text << time * unit << ',';
      for (int column = 0; column < columns; ++column) text << (column > 0 ? "," : "") << time;
      text << '\n';
    }
    return text.str();
  }
  void expect_one_clock() const {
    const Clip cut = clip();
    EXPECT_NEAR(cut.skeleton(0, 0), 10.5, 1e-4);
    EXPECT_NEAR(cut.sensor(0, 0), 10.5, 1e-4);
    EXPECT_NEAR(cut.skeleton(cut.skeleton.rows() - 1, 0), 12, 1e-4);
    EXPECT_NEAR(cut.sensor(cut.sensor.rows() - 1, 0), 12, 1e-4);
    EXPECT_EQ(cut.skeleton.rows(), 46) << "1.5 s at 30 Hz";
    EXPECT_EQ(cut.sensor.rows(), 49) << "1.5 s at 32 Hz";
  }
};

TEST_F(OwnClock, StartsAndRatesCutBothStreamsToTheSpanTheyShare) {
  describe("align: span", "align: timestamps");
  write("clips.csv", "id,subject,label,skeleton,watch,skeleton_start,watch_start\none,3,wave,s1.csv,w1.csv,10,10.5\n");
  write("s1.csv", ramp(10, 30, 61, 9, false));
  write("w1.csv", ramp(10.5, 32, 65, 3, false));
  expect_one_clock();
}

TEST_F(OwnClock, AFileThatIsNotThereNeedsNoStart) {
  describe("align: span", "align: timestamps");
  write(
      "clips.csv",
      "id,subject,label,skeleton,watch,skeleton_start,watch_start\none,3,wave,,w1.csv,,10.5\ntwo,1,clap,s2.csv,,7,\n");
  const Dataset read = read_dataset(config());
  ASSERT_EQ(read.clips.size(), 2U);
  EXPECT_EQ(clip("one").skeleton.rows(), 0);
  EXPECT_EQ(clip("two").sensor.rows(), 0);
}

TEST_F(OwnClock, TimeStampsCutBothStreamsToTheSpanTheyShare) {
  write("dataset.yaml", replaced(replaced(replaced(kDescription, "align: span", "align: timestamps"), "rate: 30",
                                          "time: 0\n  time_unit: us"),
                                 "rate: 32", "time: 0, time_unit: ms"));
  write("clips.csv", "id,subject,label,skeleton,watch\none,3,wave,s1.csv,w1.csv\n");
  write("s1.csv", ramp(10, 30, 61, 9, true, 1e6));
  write("w1.csv", ramp(10.5, 32, 65, 3, true, 1e3));
  expect_one_clock();
  write("clips.csv", "id,subject,label,skeleton,watch,watch_start\none,3,wave,s1.csv,w1.csv,-0.5\n");
  EXPECT_NEAR(clip().sensor(0, 0), 10.5, 1e-4) << "the watch's clock runs from -0.5: its 10.5 is 10";
  EXPECT_NEAR(clip().skeleton(0, 0), 10, 1e-4);
}

TEST_F(OwnClock, StreamsThatShareNoMomentAreBroken) {
  describe("align: span", "align: timestamps");
  write("clips.csv", "id,subject,label,skeleton,watch,skeleton_start,watch_start\none,3,wave,s1.csv,w1.csv,10,99\n");
  const DataCheck check = check_dataset(config());
  ASSERT_EQ(check.broken.size(), 1U);
  EXPECT_THAT(check.broken[0].problem, HasSubstr("share nothing"));
  write("clips.csv",
        "id,subject,label,skeleton,watch,skeleton_start,watch_start\none,3,wave,s1.csv,w1.csv,1e300,1e300\n");
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem, HasSubstr("two different moments"));
}

TEST_F(OwnFolder, ARuleOfAlignmentThatCannotHoldIsRefused) {
  EXPECT_THAT(description_problem("align: span", "align: timestamps"),
              AllOf(HasSubstr("dataset.yaml:2: align"), HasSubstr("skeleton_start"), HasSubstr("clips.csv")));
  write("dataset.yaml", kDescription);
  write("clips.csv", replaced(replaced(replaced(kManifest, "watch\n", "watch,watch_start\n"), "w1.csv\n", "w1.csv,1\n"),
                              "w2.csv\n", "w2.csv,1\n"));
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(config()); }),
              AllOf(HasSubstr("dataset.yaml:2: align: span"), HasSubstr("watch")));
}

// ---- several sensors ----------------------------------------------------------------------------------------

class TwoSensors : public OwnClock {
 protected:
  void SetUp() override {
    OwnClock::SetUp();
    write("dataset.yaml", kDescription + "  phone: {channels: [ax, ay, az], unit: g, rail: 2, rate: 50}\n");
    write("clips.csv", "id,subject,label,skeleton,watch,phone\none,3,wave,s1.csv,w1.csv,p1.csv\n");
    write("p1.csv", "0,0,1\n0,0,7\n");
  }
};

TEST_F(TwoSensors, StandSideBySideOrAreChosen) {
  EXPECT_THAT(dataset_info(config()).channels,
              ElementsAre("watch_ax", "watch_ay", "watch_az", "phone_ax", "phone_ay", "phone_az"));
  const DataCheck check = check_dataset(config());
  ASSERT_EQ(check.clips.at(0).sensor.cols(), 6);
  EXPECT_FLOAT_EQ(check.clips[0].sensor(1, 5), 1.5) << "the span of three samples, the middle of two";
  EXPECT_EQ(check.repairs.at("phone: acceleration beyond its rail: clipped to it").count, 1);
  EXPECT_EQ(check.info.rail, 0) << "they have no rail in common";
  config::DataConfig phone = config();
  phone.sensors = {"phone"};
  EXPECT_THAT(dataset_info(phone).channels, ElementsAre("ax", "ay", "az"));
  EXPECT_EQ(dataset_info(phone).rail, 2);
  EXPECT_EQ(read_dataset(phone).clips.at(0).sensor.rows(), 2);
  phone.sensors = {"phon"};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(phone); }), HasSubstr("did you mean phone?"));
}

TEST_F(TwoSensors, WithTimeStampsAreCutToTheSpanTheyShare) {
  write("dataset.yaml", replaced(read_file(root_ / "dataset.yaml"), "align: span", "align: timestamps"));
  write("clips.csv",
        "id,subject,label,skeleton,watch,phone,skeleton_start,watch_start,phone_start\n"
        "one,3,wave,s1.csv,w1.csv,p1.csv,0,0.25,0.5\n");
  write("dataset.yaml", replaced(read_file(root_ / "dataset.yaml"), "rail: 2, ", ""));
  write("s1.csv", replaced(ramp(0, 30, 91, 9, false), "0,0,0", "0,0,1e-9"));  // else the camera saw nobody
  write("w1.csv", ramp(0.25, 32, 65, 3, false));                              // to 2.25
  write("p1.csv", ramp(0.5, 50, 101, 3, false));                              // to 2.5
  const Clip cut = clip();
  ASSERT_EQ(cut.sensor.cols(), 6);
  for (const Eigen::Index column : {0, 3}) {
    EXPECT_NEAR(cut.sensor(0, column), 0.5, 1e-4);
    EXPECT_NEAR(cut.sensor(cut.sensor.rows() - 1, column), 2.25, 1e-4);
  }
  EXPECT_NEAR(cut.skeleton(0, 0), 0.5, 1e-4);
  write("clips.csv", replaced(read_file(root_ / "clips.csv"), "0.25,0.5", "0.25,9"));
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem, HasSubstr("share nothing"));
}

TEST_F(TwoSensors, ARecordingLacksTheSensorUnlessBothAreThere) {
  write("clips.csv", "id,subject,label,skeleton,watch,phone\none,3,wave,s1.csv,w1.csv,\n");
  EXPECT_EQ(clip().sensor.rows(), 0);
  EXPECT_EQ(clip().skeleton.rows(), 2);
}

// ---- what is wrong is said ----------------------------------------------------------------------------------

TEST_F(OwnFolder, ProblemsOfTheDescriptionAreToldWithFileLineAndKey) {
  const auto problem = [&](const std::string& old, const std::string& with) { return description_problem(old, with); };
  EXPECT_THAT(problem("align", "aling"), AllOf(HasSubstr("dataset.yaml:2: aling: unknown key"),
                                               HasSubstr("did you mean align?"), HasSubstr("align: expected span")));
  EXPECT_THAT(problem("span", "spam"), AllOf(HasSubstr("dataset.yaml:2: align"), HasSubstr("did you mean span?")));
  EXPECT_THAT(problem("manifest: clips.csv", "classes: [a, a]"),
              AllOf(HasSubstr("manifest: expected"), HasSubstr("classes[1]: expected each value once")));
  EXPECT_THAT(problem("wrist: hand", "wrist: hend"),
              AllOf(HasSubstr("dataset.yaml:6: skeleton.wrist"), HasSubstr("'hend'"), HasSubstr("mean hand?")));
  EXPECT_THAT(problem("  wrist: hand\n", ""), HasSubstr("skeleton.wrist: expected the joint nearest to the watch"));
  EXPECT_THAT(problem("[null, hip, neck]", "[null, hip]"),
              AllOf(HasSubstr("dataset.yaml:5: skeleton.parents"), HasSubstr("found 2")));
  EXPECT_THAT(problem("[null, hip, neck]", "[null, hip, 3]"), HasSubstr("skeleton.parents[2]"));
  EXPECT_THAT(problem("[null, hip, neck]", "[neck, hip, neck]"),
              AllOf(HasSubstr("dataset.yaml:3: skeleton"), HasSubstr("one root")));
  EXPECT_THAT(problem("[null, hip, neck]", "[null, hand, neck]"), HasSubstr("its own ancestor"));
  EXPECT_THAT(problem("  parents: [null, hip, neck]\n", ""), HasSubstr("skeleton.parents: expected"));
  EXPECT_THAT(problem("[hip, neck, hand]", "[hip, hip, hand]"), HasSubstr("skeleton.joints[1]"));
  EXPECT_THAT(problem("  wrist", "  parts: [[hip, neck]]\n  wrist"), HasSubstr("joint hand must lie in exactly one"));
  EXPECT_THAT(problem("  wrist", "  left_right: [[hip, neck, hand]]\n  wrist"), HasSubstr("skeleton.left_right[0]"));
  EXPECT_THAT(problem("  wrist", "  left_right: hip\n  wrist"), HasSubstr("expected a list of pairs"));
  EXPECT_THAT(problem("  wrist", "  topology: kinect-20\n  wrist"), HasSubstr("either joints"));
  EXPECT_THAT(problem("unit: m\n", "unit: inch\n"), HasSubstr("dataset.yaml:7: skeleton.unit"));
  EXPECT_THAT(problem("  unit: m\n", ""), HasSubstr("skeleton.unit: expected m, cm, mm or px"));
  EXPECT_THAT(problem("unit: m\n", "unit: px\n"), HasSubstr("metres_per_pixel"));
  EXPECT_THAT(problem("unit: m\n", "unit: m\n  dimensions: 4\n"), HasSubstr("skeleton.dimensions"));
  EXPECT_THAT(problem("unit: m\n", "unit: m\n  dimensions: 2\n  up: z\n"), HasSubstr("no z axis"));
  EXPECT_THAT(problem("rate: 30", "rate: -30"), HasSubstr("dataset.yaml:8: skeleton.rate"));
  EXPECT_THAT(problem("  rate: 30\n", ""), HasSubstr("found neither"));
  EXPECT_THAT(problem("rate: 30", "time: t"), HasSubstr("header: true"));
  EXPECT_THAT(problem("rate: 30", "rate: 30\n  time_unit: ms"), HasSubstr("time_unit"));
  EXPECT_THAT(problem("rate: 30", "rate: 30\n  columns: [0, 1, 2]"), HasSubstr("expected 9 columns, found 3"));
  EXPECT_THAT(problem("rate: 30", "rate: 30\n  header: 1"), HasSubstr("true or false"));
  EXPECT_THAT(problem("rate: 30", "rate: 30\n  separator: ','"), HasSubstr("comma"));
  EXPECT_THAT(problem("unit: g", "unit: [g, g]"),
              AllOf(HasSubstr("dataset.yaml:10: sensors.watch.unit"), HasSubstr("3")));
  EXPECT_THAT(problem("unit: g", "unit: G"), HasSubstr("sensors.watch.unit"));
  EXPECT_THAT(problem("unit: g, ", ""), HasSubstr("sensors.watch.unit"));
  EXPECT_THAT(problem("channels: [ax, ay, az]", "channels: []"), HasSubstr("sensors.watch.channels"));
  EXPECT_THAT(problem("watch:", "subject:"), HasSubstr("no other column"));
  EXPECT_THAT(problem("watch:", "w_start:"), HasSubstr("no other column"));
  EXPECT_THAT(problem("align", "train_subjects: [a/b]\nalign"), HasSubstr("train_subjects[0]"));
}

TEST_F(OwnFolder, ADescriptionThatIsNoMapOrNoYamlIsRefused) {
  for (const char* text :
       {"", "- a\n- b\n", "a: [1, 2\n", "a: 1\na: 2\n", "\xff\xfe", "x: &x [*x]\n", "sensors: {}\n"}) {
    write("dataset.yaml", text);
    EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(config()); }), HasSubstr("dataset.yaml")) << text;
  }
  std::string joints = "joints: [j0";
  for (int i = 1; i < 300; ++i) joints += ", j" + std::to_string(i);
  EXPECT_THAT(description_problem("joints: [hip, neck, hand]", joints + "]"), HasSubstr("at most 200 joints"));
  fs::remove(root_ / "dataset.yaml");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }),
              AllOf(HasSubstr("dataset.yaml"), HasSubstr("data.description")));
}

TEST_F(OwnFolder, ProblemsOfTheManifestAreToldWithLineAndColumn) {
  const std::string header = "id,subject,label,skeleton,watch\n";
  const auto problem = [&](const std::string& lines) { return manifest_problem(header + lines); };
  EXPECT_THAT(problem("a,1,x,s1.csv,w1.csv\nb,1,x,s1.csv,w1.csv\na,1,x,s1.csv,w1.csv\n"),
              AllOf(HasSubstr("clips.csv: line 4: column id"), HasSubstr("first in line 2")));
  for (const char* subject : {"", " ", "\"a,b\"", "a/b", "a\tb",
                              "\xe2\x80\xae"
                              "a"}) {
    EXPECT_THAT(problem(std::string("a,") + subject + ",x,s1.csv,w1.csv\n"),
                AllOf(HasSubstr("line 2: column subject"), HasSubstr("expected a number, or a name of at most 100")))
        << subject;
  }
  EXPECT_THAT(problem("a,1,\"x,y\",s1.csv,w1.csv\n"), HasSubstr("without commas"));
  EXPECT_THAT(problem("\"a\"\"b\",1,x,s1.csv,w1.csv\n"), HasSubstr("line 2: column id"));
  EXPECT_THAT(problem("a,1,\"x,s1.csv,w1.csv\n"), AllOf(HasSubstr("line 2"), HasSubstr("not closed")));
  EXPECT_THAT(problem("a,1,\"x\"y,s1.csv,w1.csv\n"), HasSubstr("closing quote"));
  EXPECT_THAT(problem("a,1,x,s1.csv\n"), HasSubstr("line 2: expected 5 columns, found 4"));
  EXPECT_THAT(problem("a,1,x,,\n"), HasSubstr("the recording has no file"));
  EXPECT_THAT(manifest_problem(""), HasSubstr("expected a header"));
  EXPECT_THAT(manifest_problem("id,subject,lable,skeleton,watch\n"),
              AllOf(HasSubstr("unknown column 'lable'"), HasSubstr("mean label?")));
  EXPECT_THAT(manifest_problem("id,subject,label,skeleton\n"), HasSubstr("expected a column watch"));
  EXPECT_THAT(manifest_problem("id,subject,label,skeleton,watch,trail\n"),
              AllOf(HasSubstr("line 1: unknown column 'trail'"), HasSubstr("mean trial?")));
  EXPECT_THAT(manifest_problem("id,subject,label,skeleton,watch,note\n"),
              HasSubstr("expected some of id, subject, label, skeleton, skeleton_start, skeleton_rate, trial, scene, "
                        "camera, start, end, watch, watch_start, watch_rate, rate"))
      << "each once";
  EXPECT_THAT(manifest_problem("id,subject,label,skeleton,watch,id\n"), HasSubstr("two columns called 'id'"));
  describe("align", "classes: [wave, clap]\nalign");
  EXPECT_THAT(problem("a,1,wavy,s1.csv,w1.csv\n"), AllOf(HasSubstr("line 2: column label"), HasSubstr("mean wave?")));
  fs::remove(root_ / "clips.csv");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { dataset_info(config()); }), HasSubstr("clips.csv"));
}

TEST_F(OwnFolder, AManifestWithoutLinesHoldsNoRecording) {
  write("clips.csv", "id,subject,label,skeleton,watch\n");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { check_dataset(config()); }), HasSubstr("no recording of generic"));
}

TEST_F(OwnFolder, FilesThatAreNotThereAreListedAndRefused) {
  fs::remove(root_ / "w1.csv");
  const DataCheck check = check_dataset(config());
  ASSERT_EQ(check.broken.size(), 1U);
  EXPECT_EQ(check.broken[0].file, root_ / "w1.csv");
  EXPECT_THAT(check.broken[0].problem, AllOf(HasSubstr("missing"), HasSubstr("line 2")));
  EXPECT_EQ(check.clips.size(), 1U);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { read_dataset(config()); }), HasSubstr("w1.csv"));
  fs::remove(root_ / "s2.csv");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { check_dataset(config()); }), HasSubstr("no recording has all its files"));
}

TEST_F(OwnFolder, ProblemsOfACsvFileAreToldWithItsLine) {
  EXPECT_THAT(csv_problem("1,2,3\n1,2\n"), HasSubstr("line 2: expected 3 columns, found 2"));
  EXPECT_THAT(csv_problem("1,2,3\n1,2,3,4\n"), HasSubstr("line 2: expected 3 columns, found 4"));
  EXPECT_THAT(csv_problem("1,2,3,4\n1,2,3,4\n"), AllOf(HasSubstr("line 1"), HasSubstr("expected 3 columns, found 4")));
  EXPECT_THAT(csv_problem("1,2,3\n1,,3\n"), HasSubstr("line 2, column ay: no value"));
  EXPECT_THAT(csv_problem("1,2,3\n1,2,0x3\n"), AllOf(HasSubstr("line 2"), HasSubstr("'0x3'")));
  EXPECT_THAT(csv_problem("ax,ay,az\n1,2,3\n"), AllOf(HasSubstr("line 1"), HasSubstr("header: true")));
  EXPECT_THAT(csv_problem("1,2,3\n1,nan,3\n"), HasSubstr("line 2, column ay: no value (1 in the file)"));
  EXPECT_THAT(csv_problem("1,2,3\n1,1e39,3\n"), HasSubstr("infinite"));
  EXPECT_THAT(csv_problem("1,2,3\n\n1,2,3\n"), HasSubstr("line 2: expected 3 columns, found 1"));
  EXPECT_THAT(csv_problem("1,2,3\n"), HasSubstr("at least 2 lines of values, found 1"));
  EXPECT_THAT(csv_problem(""), HasSubstr("found 0"));
  EXPECT_THAT(csv_problem(std::string("1,2,3\n1,2,\0\n", 12)), HasSubstr("line 2"));
  EXPECT_EQ(check_dataset(config()).non_finite, 0);
  write("w1.csv", "1,2,3\ninf,nan,3\n");
  EXPECT_EQ(check_dataset(config()).non_finite, 2);
}

TEST_F(OwnFolder, ProblemsOfTimeAndHeaderAreToldWithTheirLine) {
  write("w2.csv", "t,ax,ay,az\n0,0,0,1\n1,0,0,1\n");
  describe("rate: 32", "header: true, time: t");
  EXPECT_THAT(csv_problem("time,ax,ay,az\n0,1,2,3\n1,1,2,3\n"), HasSubstr("line 1: expected a column called 't'"));
  EXPECT_THAT(csv_problem("t,t,ay,az\n0,1,2,3\n1,1,2,3\n"), HasSubstr("two columns called 't'"));
  EXPECT_THAT(csv_problem("t,ax,ay,az\n0,1,2,3\ninf,1,2,3\n"), HasSubstr("line 3: expected a finite time stamp"));
  EXPECT_THAT(csv_problem("t,ax,ay,az\n5,1,2,3\n5,1,2,3\n"), HasSubstr("two different moments"));
  EXPECT_THAT(csv_problem("t,ax,ay,\"az\n5,1,2,3\n5,1,2,3\n"), HasSubstr("line 1"));
  EXPECT_THAT(csv_problem("t,ax,ay\n5,1,2\n6,1,2\n"), HasSubstr("expected 3 columns besides the time, found 2"));
  describe("rate: 32", "header: true, columns: [ax, ay, 9], time: t");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { read_dataset(config()); }), HasSubstr("expected a column 9"));
}

TEST_F(OwnFolder, NothingThatIsCutShortCrashes) {
  for (const char* name : {"dataset.yaml", "clips.csv", "s1.csv", "w1.csv"}) {
    const std::string whole = read_file(root_ / name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      write(name, whole.substr(0, length));
      try {
        check_dataset(config());
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(root_.string())) << name << " " << length;
      }
    }
    write(name, whole);
  }
}

TEST_F(OwnFolder, OptionsThatDoNotExistAreNamed) {
  config::DataConfig wrong = config();
  wrong.skeleton = "kinect-20";
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(wrong); }), HasSubstr("data.skeleton"));
}

// ---- protocols and the store ----------------------------------------------------------------------------------

TEST_F(OwnFolder, TrainSubjectsGiveTheCrossSubjectProtocol) {
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolve_protocol({}, dataset_info(config())); }),
              HasSubstr("give protocol.train and protocol.test, or the description train_subjects"));
  describe("align", "train_subjects: [3]\nalign");
  const config::ProtocolConfig protocol = resolve_protocol({}, dataset_info(config()));
  EXPECT_EQ(protocol.train->subjects, (std::vector<Name>{3}));
  EXPECT_EQ(protocol.test->subjects, (std::vector<Name>{1}));
  describe("align", "train_subjects: [2]\nalign");
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolve_protocol({}, dataset_info(config())); }),
              HasSubstr("trains subject 2, who is not in generic; there are 1 3. Correct `train_subjects`"));
  config::ProtocolConfig lists;
  lists.train.emplace().subjects = std::vector<Name>{1};
  lists.test.emplace().subjects = std::vector<Name>{3};
  EXPECT_NO_THROW(resolve_protocol(lists, dataset_info(config()))) << "as of new people, whom adapt takes";
}

TEST_F(OwnFolder, TheStoreNoticesWhatDecidesItsContent) {
  std::set<std::string> hashes = {store::raw_files_hash(config())};
  EXPECT_EQ(store::raw_files_hash(config()), *hashes.begin());
  describe("unit: g", "unit: m/s2");
  EXPECT_TRUE(hashes.insert(store::raw_files_hash(config())).second) << "the description";
  write("clips.csv", replaced(kManifest, "one,3", "one,2"));
  EXPECT_TRUE(hashes.insert(store::raw_files_hash(config())).second) << "the manifest";
  write("w1.csv", "0,0,1\n0,0,2\n");
  EXPECT_TRUE(hashes.insert(store::raw_files_hash(config())).second) << "a recording";
  config::DataConfig stored = config();
  stored.store = (folder_ / "store.h5").string();
  EXPECT_NEAR(store::load_dataset(stored).clips.at(1).sensor(1, 2), 2 / 9.80665, 1e-6);
  write("dataset.yaml", kDescription);
  EXPECT_FLOAT_EQ(store::load_dataset(stored).clips.at(1).sensor(1, 2), 2);
}

// ---- the worked example ---------------------------------------------------------------------------------------

class WorkedExample : public ::testing::Test {
 protected:
  static constexpr synthetic::SyntheticOptions kSmall{2, 2, 2, 1};

  testing::TemporaryFolder folder_;
};

TEST_F(WorkedExample, IsReadWithItsDescription) {
  EXPECT_EQ(synthetic::write_recordings(folder_ / "own", kSmall), 8);
  const DataCheck check = check_dataset(testing::dataset_config("generic", folder_ / "own"));
  EXPECT_EQ(check.clips.size(), 8U);
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(check.duplicates, IsEmpty());
  EXPECT_TRUE(check.repairs.empty());
  EXPECT_THAT(check.info.classes, ElementsAre("swipe_left", "swipe_right"));
  EXPECT_THAT(check.info.channels, ElementsAre("ax", "ay", "az"));
  EXPECT_EQ(check.info.topology.joints.size(), 32U);
  EXPECT_EQ(check.info.topology.joints.at(static_cast<std::size_t>(check.info.topology.wrist)), "WRIST_RIGHT");
  EXPECT_EQ(check.info.topology.mirrored.size(), 13U);
  for (const Clip& clip : check.clips) {
    EXPECT_EQ(clip.skeleton.cols(), 96);
    EXPECT_EQ(clip.sensor.cols(), 3);
    const double ratio = static_cast<double>(clip.sensor.rows() - 1) / static_cast<double>(clip.skeleton.rows() - 1);
    EXPECT_NEAR(ratio, 32.0 / 30, 0.03) << "both have the same span";
    EXPECT_NEAR(clip.sensor.square().rowwise().sum().sqrt().mean(), 1.0, 0.4) << "in g";
  }
  const config::ProtocolConfig protocol = resolve_protocol({}, check.info);
  EXPECT_EQ(protocol.train->subjects, (std::vector<Name>{1}));
}

// The moment of each first frame is in the manifest; the true motion tells where the wrist was then.
TEST_F(WorkedExample, StreamsThatBeginAtDifferentMomentsAreAligned) {
  synthetic::write_recordings(folder_ / "own", kSmall);
  for (const Clip& clip : read_dataset(testing::dataset_config("generic", folder_ / "own")).clips) {
    const int trial = clip.trial.number().value();
    const synthetic::SyntheticMotion motion =
        synthetic::make_synthetic_motion(kSmall, clip.label + 1, clip.subject.number().value(), trial);
    std::istringstream manifest(read_file(folder_ / "own" / "clips.csv"));
    std::string line;
    while (std::getline(manifest, line) && !line.starts_with(clip.id + ",")) {
    }
    const std::size_t last = line.rfind(',');
    const double watch = std::stod(line.substr(last + 1));
    const double camera = std::stod(line.substr(line.rfind(',', last - 1) + 1));
    const double clock = 20.0 * (trial + 2 * (clip.label + 1));
    EXPECT_NE(watch, camera);
    const auto step = static_cast<Eigen::Index>(std::lround((std::max(watch, camera) - clock) / motion.interval));
    for (Eigen::Index axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(clip.skeleton(0, 3 * 14 + axis), motion.joints(step, 3 * 10 + axis), 0.04) << clip.id << " " << axis;
      EXPECT_NEAR(clip.skeleton(0, axis), motion.joints(step, 3 * 3 + axis), 0.03) << "pelvis, y up again";
    }
  }
}

TEST_F(WorkedExample, HasTheSameBytesForTheSameSeedAndAppearsWhole) {
  synthetic::write_recordings(folder_ / "one", kSmall);
  synthetic::write_recordings(folder_ / "two", kSmall);
  synthetic::SyntheticOptions other = kSmall;
  other.seed = 2;
  synthetic::write_recordings(folder_ / "other", other);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "one")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const fs::path name = entry.path().lexically_relative(folder_ / "one");
    EXPECT_EQ(read_file(entry.path()), read_file(folder_.path() / "two" / name)) << name;
    if (!name.has_parent_path()) continue;  // the description is the same for every seed
    EXPECT_NE(read_file(entry.path()), read_file(folder_.path() / "other" / name)) << name;
  }
  EXPECT_EQ(files, 18);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { synthetic::write_recordings(folder_ / "one", kSmall); }),
              HasSubstr("holds files already"));
  EXPECT_FALSE(fs::exists(folder_ / "one.partial"));
}

}  // namespace
}  // namespace pskd::data::readers
