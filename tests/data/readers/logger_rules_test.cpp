// What is wrong in a user's own recordings is put right by a rule with a name, or told; never silently used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "base/file.hpp"
#include "data/data_check_text.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "support/own_folder.hpp"
#include "support/replaced.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDescription;
using testing::kManifest;
using ::testing::Not;
using testing::replaced;

// 2 s of both recordings; the watch at 32 Hz shows 1 g.
class Worn : public testing::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    for (const char* name : {"s1.csv", "s2.csv"}) write(name, skeleton(60, name[1] - '0'));
    for (const char* name : {"w1.csv", "w2.csv"}) write(name, watch(64, 32, name[1] - '0'));
  }
  static std::string skeleton(int frames, int seed) {
    std::ostringstream text;
    for (int i = 0; i < frames; ++i) text << "0,1,0,0," << 1.5 + 0.01 * seed << ",0,0.1," << 1 + 0.001 * i << ",0.2\n";
    return text.str();
  }
  // Samples of gravity that turns; a stamp before each where `rate` is not 0.
  static std::string watch(int samples, double rate, int seed, double gravity = 1, bool stamps = false) {
    std::ostringstream text;
    text.precision(12);
    for (int i = 0; i < samples; ++i) {
      const double angle = 0.01 * i + 0.1 * seed;
      if (stamps) text << 100 + i / rate << ',';
      text << gravity * std::sin(angle) << ',' << gravity * std::cos(angle) << ',' << 0.001 * (i % 3) << "\n";
    }
    return text.str();
  }
  DataCheck check() const { return check_dataset(config()); }
  std::string refusal() const {
    return testing::refusal(ErrorKind::data, [&] { check_dataset(config()); });
  }
  std::string told() const { return data::describe(check()); }
};

TEST_F(Worn, StreamsAreDescribedAndNothingIsSuspected) {
  EXPECT_THAT(suspicions_of(check()), IsEmpty());
  EXPECT_THAT(told(), AllOf(HasSubstr("streams:\n  skeleton: 2 recordings, 30 Hz as declared, 100 % kept\n"),
                            HasSubstr("watch: 2 recordings, 32 Hz as declared, 100 % kept, median |a| 1 g\n"),
                            Not(HasSubstr("probably wrong"))));
  describe("rate: 32", "time: 0, rate: 32");
  for (const char* name : {"w1.csv", "w2.csv"}) write(name, watch(64, 32, name[1] - '0', 1, true));
  EXPECT_THAT(
      told(),
      AllOf(HasSubstr("watch: 2 recordings, 32 Hz by stamps, 32 Hz as declared, 100 % kept, longest gap 0.0312 s ("),
            HasSubstr("), median |a| 1 g\n")));
}

TEST_F(Worn, AWrongUnitIsAskedFor) {
  describe("unit: g", "unit: m/s2");
  EXPECT_THAT(suspicions_of(check()), ElementsAre(HasSubstr("watch: median |a| is 0.102 g, where a worn accelerometer "
                                                            "shows about 1 g: is the unit g?")));
  write("dataset.yaml", kDescription);
  for (const char* name : {"w1.csv", "w2.csv"}) write(name, watch(64, 32, name[1] - '0', 9.81));
  EXPECT_THAT(suspicions_of(check()), ElementsAre(HasSubstr("is 9.81 g, where a worn accelerometer shows about 1 g: is "
                                                            "the unit m/s2?")));
  config::DataConfig stored = config();
  stored.store = (folder_ / "store.h5").string();
  for (int i = 0; i < 2; ++i) {  // built, and read
    EXPECT_THAT(store::load_stored(make_reader(stored), stored).warnings, Contains(HasSubstr("is the unit m/s2?")));
  }
}

TEST_F(Worn, StampsOfAnotherUnitAreRefused) {
  const auto problem = [&](const std::string& unit, double factor) {
    describe("rate: 32", "time: 0, time_unit: " + unit);
    write("w1.csv", watch(64, 32 / factor, 1, 1, true));
    write("w2.csv", watch(64, 32 / factor, 2, 1, true));
    const DataCheck check = this->check();
    return check.broken.size() == 2 ? check.broken[0].problem : "broken: " + std::to_string(check.broken.size());
  };
  EXPECT_THAT(problem("s", 1000), AllOf(HasSubstr("it has 0.032 samples a second"), HasSubstr("1e+03 times shorter"),
                                        HasSubstr("does time_unit name another unit")));
  EXPECT_THAT(problem("us", 1000), HasSubstr("it has 3.2e+04 samples a second"));
  EXPECT_THAT(problem("ms", 1), HasSubstr("times longer"));
}

TEST_F(Worn, ADeclaredRateIsComparedWithTheStamps) {
  describe("rate: 32", "time: 0, rate: 64");
  for (const char* name : {"w1.csv", "w2.csv"}) write(name, watch(64, 32, name[1] - '0', 1, true));
  EXPECT_THAT(suspicions_of(check()),
              ElementsAre(HasSubstr("watch: the rate by stamps is not the declared one in 2 recordings")));
}

TEST_F(Worn, AWatchOfAnotherRateIsTold) {
  write("w2.csv", watch(128, 64, 2));
  EXPECT_THAT(suspicions_of(check()), ElementsAre(AllOf(HasSubstr("their lengths differ by more than a fifth in 1 "
                                                                  "recordings (most in two: 1.97 s and 3.97 s)"))));
  write("clips.csv",
        "id,subject,label,skeleton,watch,watch_rate\none,3,wave,s1.csv,w1.csv,\n"
        "two,1,clap,s2.csv,w2.csv,64\n");
  EXPECT_THAT(suspicions_of(check()), IsEmpty());
  EXPECT_THAT(told(), HasSubstr("64 Hz as declared (32-64)"));
  write("clips.csv", replaced(kManifest, "watch\n", "watch,rate\n"));
  EXPECT_THAT(refusal(), HasSubstr("expected 6 columns, found 5"));
  write("clips.csv", "id,subject,label,skeleton,watch,rate\none,3,wave,s1.csv,w1.csv,fast\n");
  EXPECT_THAT(refusal(), HasSubstr("line 2: column rate of a sensor: expected a rate in Hz, found 'fast'"));
}

TEST_F(Worn, WhatAlignmentLeavesOutIsTold) {
  describe("align: span", "align: timestamps");
  write("w2.csv", watch(128, 64, 2));
  write("clips.csv",
        "id,subject,label,skeleton,watch,skeleton_start,watch_start\none,3,wave,s1.csv,w1.csv,0,0\n"
        "two,1,clap,s2.csv,w2.csv,0,0\n");
  EXPECT_THAT(told(),
              AllOf(HasSubstr("less than 80 % kept:\n  two: 50 % of watch kept\n"),
                    HasSubstr("watch: less than 80 % of the stream was kept in 1 recordings (least: 50 % of two)")));
}

TEST_F(Worn, AGapThatIsCutTakesTheSkeletonWithIt) {
  std::string text = watch(20, 32, 1, 1, true);
  std::istringstream later(watch(64, 32, 1, 1, true));
  std::string line;
  for (int i = 0; std::getline(later, line); ++i) {
    if (i >= 20) text += std::to_string(std::stod(line) + 20) + line.substr(line.find(',')) + "\n";
  }
  describe("rate: 32", "time: 0");
  write("w2.csv", watch(64, 32, 2, 1, true));
  EXPECT_THAT(csv_problem(text), HasSubstr("line 21: a gap of 20 s after line 20"));
  write("dataset.yaml", "gaps: cut\n" + replaced(kDescription, "rate: 32", "time: 0"));
  const Clip cut = clip();
  EXPECT_EQ(cut.sensor.rows(), 44);
  EXPECT_EQ(cut.skeleton.rows(), 41) << "the last 1.34 s at 30 Hz";
  EXPECT_FLOAT_EQ(cut.skeleton(40, 7), 1.059F);
  EXPECT_EQ(check().repairs.at("gaps: the longest part kept").count, 1);
  write("dataset.yaml", "gaps: {interpolate: {longest: 21}}\n" + replaced(kDescription, "rate: 32", "time: 0"));
  EXPECT_EQ(clip().sensor.rows(), 64);
}

TEST_F(Worn, ValuesThatAreMissingAreRefusedOrInterpolated) {
  for (const std::string word : {"", "NA", "nan", "N/A", "null", "None", "-", "#N/A"}) {
    std::string text = watch(64, 32, 1);
    text.replace(text.find("\n") + 1, text.find(",", text.find("\n")) - text.find("\n") - 1, word);
    write("dataset.yaml", kDescription);
    EXPECT_THAT(csv_problem(text), HasSubstr("line 2, column ax: no value (1 in the file)")) << word;
    write("dataset.yaml", "gaps: interpolate\n" + kDescription);
    EXPECT_EQ(check().repairs.at("missing values: interpolated").count, 1) << word;
  }
}

TEST_F(Worn, FramesThatSawNobodyAreNoPositions) {
  std::string text = skeleton(20, 1);
  for (int i = 0; i < 10; ++i) text += "0,0,0,0,0,0,0,0,0\n";
  text += skeleton(30, 1);
  write("s1.csv", text);
  ASSERT_EQ(check().broken.size(), 1U);
  EXPECT_THAT(check().broken[0].problem, HasSubstr("line 21: every joint is at 0 in 10 frames"));
  write("dataset.yaml", "gaps: interpolate\n" + kDescription);
  EXPECT_EQ(check().repairs.at("skeleton frames of zeros, where the camera saw nobody: taken as missing").count, 10);
  EXPECT_FLOAT_EQ(clip().skeleton(25, 1), 1);
  write("s1.csv", "0,0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0,0\n");
  EXPECT_THAT(check().broken.at(0).problem, HasSubstr("leave the cell of this skeleton in the manifest empty"));
}

TEST_F(Worn, StreamsAndChannelsThatNeverChangeAreNamed) {
  write("w1.csv", "0,0,0\n0,0,0\n0,0,0\n");
  write("w2.csv", "0,1,0.1\n1,0,0.1\n0,1,0.1\n");
  EXPECT_THAT(suspicions_of(check()), Contains("the sensor never changes in 1 recordings (one)"));
  EXPECT_THAT(suspicions_of(check()), Contains("the channel az never changes in 1 recordings (two)"));
}

TEST_F(Worn, ARecordingThatWasCutShortIsNamed) {
  const std::string manifest =
      "id,subject,label,skeleton,watch\none,3,wave,s1.csv,w1.csv\ntwo,1,wave,s2.csv,w2.csv\n"
      "three,2,wave,,w3.csv\n";
  write("clips.csv", manifest);
  write("w3.csv", watch(3, 32, 3));
  const std::string told =
      "less than a quarter of the median length of the class, as where a file was cut short, in 1 recordings (three)";
  EXPECT_THAT(suspicions_of(check()), ElementsAre(told));
  write("clips.csv", replaced(manifest, "2,wave", "2,clap"));
  EXPECT_THAT(suspicions_of(check()), IsEmpty()) << "a movement of another kind";
}

TEST_F(Worn, ZerosForWhatWasNotMeasuredAreNamed) {
  write("w1.csv", watch(30, 32, 1) + "0,0,0\n0,0,0\n0,0,0\n" + watch(30, 32, 1));
  std::string unseen = skeleton(30, 2);
  for (int i = 0; i < 5; ++i) unseen += "0,1,0,0,0,0,0.1,1,0.2\n";
  write("s2.csv", unseen + skeleton(30, 2));
  EXPECT_THAT(
      suspicions_of(check()),
      ElementsAre("all channels are 0 for some samples, as where a sensor did not measure, in 1 recordings (one)",
                  "a joint is at 0 in some frames, as where the camera did not see it, in 1 recordings (two)"));
}

TEST_F(Worn, ValuesThatADeviceHoldsAreNamed) {
  std::string held;
  for (int i = 0; i < 110; ++i) held += "0.6,0.8,0\n";
  write("w1.csv", watch(30, 32, 1) + held + watch(30, 32, 2));
  EXPECT_THAT(suspicions_of(check()),
              Contains("watch: no value changes for 3 s, or for a quarter of the recording, in 1 recordings (longest: "
                       "3.41 s in one); did the device stop, or lie still?"));
  describe("unit: g", "unit: none");
  EXPECT_THAT(suspicions_of(check()), Not(Contains(HasSubstr("no value changes"))));
}

TEST_F(Worn, AngularRatesOfNoMovementAreAskedFor) {
  const auto reaching = [&](const std::string& unit, double fastest) {
    describe("channels: [ax, ay, az], unit: g", "channels: [gx, gy, gz], unit: " + unit);
    for (const char* file : {"w1.csv", "w2.csv"}) {
      std::ostringstream text;
      for (int i = 0; i < 64; ++i) text << fastest * std::sin(0.2 * i + file[1]) << "," << 0.01 * i << ",0.1\n";
      write(file, text.str());
    }
    return suspicions_of(check());
  };
  EXPECT_THAT(reaching("rad/s", 300),
              Contains(HasSubstr("watch: the angular rate reaches 1.72e+04 deg/s in most recordings: is its unit")));
  EXPECT_THAT(reaching("deg/s", 5), Contains(HasSubstr("reaches only 5 deg/s")));
  EXPECT_THAT(reaching("deg/s", 300), Not(Contains(HasSubstr("angular rate"))));
}

TEST_F(Worn, ARecordingInAnotherUnitThanTheOthersIsNamed) {
  write("clips.csv", kManifest + "three,1,a,s3.csv,w3.csv\n");
  write("s3.csv", skeleton(60, 1));
  write("w3.csv", watch(64, 32, 3, 9.8));
  EXPECT_THAT(
      suspicions_of(check()),
      ElementsAre("watch: median |a| differs in 1 recordings from that of the others, 1 g (three: 9.8 g); do all "
                  "files have the same unit?"));
  write("w3.csv", watch(64, 32, 3));
  std::string millimeters;
  for (int i = 0; i < 60; ++i) millimeters += "0,1000,0,0,1500,0,100," + std::to_string(700 + i) + ",200\n";
  write("s3.csv", millimeters);
  EXPECT_THAT(suspicions_of(check()), ElementsAre(HasSubstr("skeleton: the size of the body differs in 1 recordings")));
  for (const char* file : {"s1.csv", "s2.csv"}) write(file, millimeters);
  EXPECT_THAT(suspicions_of(check()), ElementsAre(HasSubstr("m: is the unit of the positions right?")));
}

TEST_F(Worn, RatesThatNoRecordingOfMovementsHasAreNamed) {
  write("dataset.yaml", replaced(kDescription, "rate: 32", "rate: 32000"));
  EXPECT_THAT(suspicions_of(check()), Contains(HasSubstr("watch: a rate that no recording of movements has in 2 "
                                                         "recordings (two: 3.2e+04 Hz); are `rate`")));
}

TEST_F(Worn, ARateThatTheFileContradictsIsNamed) {
  for (const char* name : {"w1.csv", "w2.csv"}) write(name, "# made at 100 Hz\n" + watch(64, 32, name[1] - '0'));
  EXPECT_THAT(
      suspicions_of(check()),
      ElementsAre("watch: the rate by the file is not the declared one in 2 recordings (two: 100 Hz by the file, "
                  "32 Hz declared)"));
}

TEST_F(Worn, ARuleOfGapsIsReadOrRefused) {
  EXPECT_THAT(description_problem("align", "gaps: cutt\nalign"), HasSubstr("dataset.yaml:2: gaps"));
  EXPECT_THAT(description_problem("align", "gaps: {interpolate: {longest: 0}}\nalign"), HasSubstr("longest"));
  EXPECT_THAT(description_problem("align", "gaps: {cut: 3}\nalign"), HasSubstr("gaps.interpolate: expected"));
}

TEST_F(Worn, EqualComplaintsAreGrouped) {
  std::string manifest = "id,subject,label,skeleton,watch\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "b" + std::to_string(i) + ".csv";
    write(name, "1,2\n1,2\n");
    manifest += "b" + std::to_string(i) + ",1,wave,s1.csv," + name + "\n";
  }
  write("clips.csv", manifest);
  EXPECT_EQ(check().broken.size(), 12U);
  EXPECT_THAT(told(), AllOf(HasSubstr("broken files: 12\n"),
                            HasSubstr("... and 7 more files with the same problem; --json names them\n")));
}

}  // namespace
}  // namespace pskd::data::readers
