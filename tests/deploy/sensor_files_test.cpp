#include "deploy/sensor_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/readers/utd_mhad.hpp"
#include "deploy/doubts.hpp"
#include "deploy/small_model.hpp"
#include "support/npy_bytes.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/recordings.hpp"
#include "synthetic/writers/utd_mhad.hpp"

namespace pskd::deploy {
namespace {

namespace fs = std::filesystem;
using data::readers::ChannelUnit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ModelFile model_at_50_hz() {
  TensorFile content;
  content.metadata = {{"manifest", testing::small_manifest().dump()}};
  return model_of(content, "it");
}

std::vector<float> values(const SensorRecording& recording) {
  return {recording.samples.data(), recording.samples.data() + recording.samples.size()};
}

class SensorFilesTest : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  SensorRecording read(const fs::path& file, const ReadOptions& options = {}) {
    return SensorFiles(model_, options).read(file, repairs_);
  }
  std::string refusal(const fs::path& file, const ReadOptions& options = {}, ErrorKind kind = ErrorKind::data) {
    return testing::refusal(kind, [&] { read(file, options); });
  }

  testing::TemporaryFolder folder_;
  ModelFile model_ = model_at_50_hz();
  data::Repairs repairs_;
};

TEST_F(SensorFilesTest, AHeaderNamesTheColumnsInAnyOrder) {
  const SensorRecording read =
      this->read(write("a.csv", "az;note;time;ax;ay\n3;7;0.0;1;2\n6;7;0.1;4;5\n9;7;0.2;7;8\n"));
  EXPECT_THAT(values(read), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_TRUE(read.stamped);
  EXPECT_DOUBLE_EQ(read.rate, 10);
}

TEST_F(SensorFilesTest, WithoutAHeaderTheColumnsHaveTheModelsOrder) {
  const SensorRecording plain = read(write("A.CSV", "1,2,3\n4,5,6\n"));
  EXPECT_THAT(values(plain), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_FALSE(plain.stamped);
  EXPECT_EQ(plain.rate, 50) << "the model's";
  EXPECT_EQ(read(folder_ / "A.CSV", {.rate = 20}).rate, 20);
  std::string text;
  for (const int tenth : {0, 1, 3, 4, 5, 6, 7, 8}) {
    text += "10." + std::to_string(tenth) + " " + std::to_string(tenth) + " 2 3\n";
  }
  const SensorRecording stamped = read(write("b.csv", text));
  EXPECT_NEAR(stamped.rate, 7 / 0.8, 1e-9);
  EXPECT_NEAR(stamped.samples(1, 0), 8.0 / 7, 1e-5) << "at equal intervals";
}

TEST_F(SensorFilesTest, AnArrayOfNumpyHasTheModelsOrder) {
  const SensorRecording read =
      this->read(write("a.npy", testing::npy_bytes<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6})));
  EXPECT_THAT(values(read), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(read.rate, 50) << "the model's";
  EXPECT_THAT(refusal(write("b.npy", testing::npy_bytes<float>("<f4", "(2, 4)", {1, 2, 3, 4, 5, 6, 7, 8}))),
              HasSubstr("b.npy: expected 3 columns, found 4"));
}

TEST_F(SensorFilesTest, AccelerationsAreInGAfterReading) {
  const fs::path silent = write("a.csv", "0,0,9.80665\n0,9.80665,0\n");
  EXPECT_THAT(values(read(silent, {.unit = ChannelUnit::m_per_s2})), ElementsAre(0, 0, 1, 0, 1, 0));
  const fs::path telling = write("b.csv", "ax,ay,az\nmg,mg,mg\n0,0,1000\n0,1000,0\n");
  EXPECT_THAT(values(read(telling)), ElementsAre(0, 0, 1, 0, 1, 0)) << "it says its unit";
  EXPECT_THAT(refusal(telling, {.unit = ChannelUnit::g}), HasSubstr("the file says that ax is in mg"));
}

TEST_F(SensorFilesTest, TheModelSaysWhichChannelsAreAccelerationsWhateverTheirNames) {
  model_.sensor->channels = {"acc_x", "acc_y", "acc_z"};
  const fs::path silent = write("a.csv", "0,0,9.80665\n0,9.80665,0\n");
  EXPECT_THAT(values(read(silent, {.unit = ChannelUnit::m_per_s2})), ElementsAre(0, 0, 1, 0, 1, 0));
  const fs::path telling = write("b.csv", "acc_x,acc_y,acc_z\nmg,mg,mg\n0,0,1000\n0,1000,0\n");
  EXPECT_THAT(values(read(telling)), ElementsAre(0, 0, 1, 0, 1, 0));
  EXPECT_THAT(doubts_about(read(silent), *model_.sensor),
              ::testing::Contains(::testing::Field(&Doubt::kind, HasSubstr("|acceleration| is far from 1 g"))));
  model_.sensor->units = {"deg/s", "deg/s", "none"};
  EXPECT_THAT(refusal(silent, {.unit = ChannelUnit::m_per_s2}, ErrorKind::usage),
              HasSubstr("--unit is of accelerations, and the model sees none: its channels are acc_x, acc_y, acc_z in "
                        "deg/s, deg/s, none"));
}

TEST_F(SensorFilesTest, OfADataSetAreReadAsForTraining) {
  synthetic::write_utd_mhad(folder_ / "utd", {.subjects = 1, .trials = 1, .actions = 1});
  const fs::path file = folder_ / "utd" / "Inertial" / "a1_s1_t1_inertial.mat";
  const data::Frames expected = data::readers::read_utd_inertial(file);
  const SensorRecording read = this->read(file);
  EXPECT_TRUE((read.samples == expected.leftCols(3)).all());
  EXPECT_EQ(read.rate, 50);
  fs::copy(file, folder_ / "renamed");
  EXPECT_THAT(refusal(folder_ / "renamed"), HasSubstr("--reader says what it is"));
  EXPECT_TRUE((this->read(folder_ / "renamed", {.format = "utd-mhad"}).samples == read.samples).all());
}

TEST_F(SensorFilesTest, ADescriptionOfOwnRecordingsSaysWhatTheirFilesHold) {
  synthetic::write_recordings(folder_ / "own", {1, 1, 1, 1});
  const fs::path description = folder_ / "own" / "dataset.yaml";
  const fs::path file = folder_ / "own" / "watch" / "swipe_left_s01_t01.csv";
  const SensorRecording read = this->read(file, {.description = description});
  EXPECT_EQ(read.rate, 32);
  EXPECT_THAT(doubts_about(read, *model_.sensor), IsEmpty()) << "its m/s2 are g by now";
  EXPECT_THAT(refusal(file, {.format = "mmact", .description = description}, ErrorKind::usage),
              HasSubstr("give one of them"));
  EXPECT_THAT(refusal(file, {.description = description, .unit = ChannelUnit::g}, ErrorKind::usage),
              HasSubstr("the description says the units"));
}

TEST_F(SensorFilesTest, OfADescriptionsSensorsTheFileIsOfTheOneThatTheModelWasTrainedOn) {
  const fs::path description = write("dataset.yaml",
                                     "manifest: clips.csv\nalign: span\nskeleton: null\nsensors:\n"
                                     "  watch: {header: true, channels: [ax, ay, az], unit: m/s2, rate: 50}\n"
                                     "  phone: {header: true, channels: [ax, ay, az], unit: g, rate: 50}\n");
  const fs::path file = write("a.csv", "ax,ay,az\n0,0,1\n0,1,0\n");
  const auto refused = [&] { return refusal(file, {.description = description}, ErrorKind::usage); };
  model_.data_set = "generic";
  EXPECT_THAT(refused(), HasSubstr("dataset.yaml: watch, phone have the channels that the model needs: ax, ay, az"));
  model_.sensor->sensors = {"phone"};
  EXPECT_THAT(values(read(file, {.description = description})), ElementsAre(0, 0, 1, 0, 1, 0));
  model_.sensor->sensors = {"belt"};
  EXPECT_THAT(refused(), HasSubstr("watch, phone have")) << "the description has no belt";
  model_.data_set = "mmact";
  EXPECT_THAT(refused(), HasSubstr("watch, phone have")) << "its sensors are not those of the description";
  model_.data_set = "generic";
  const fs::path alone = write("alone.yaml",
                               "manifest: clips.csv\nalign: span\nskeleton: null\nsensors:\n"
                               "  watch: {header: true, channels: [ax, ay, az], unit: g, rate: 50}\n");
  EXPECT_THAT(values(read(file, {.description = alone})), ElementsAre(0, 0, 1, 0, 1, 0)) << "there is no other";
}

// 50 Hz by a clock of 64 ticks a second look like 64 Hz of which samples were lost.
TEST_F(SensorFilesTest, OfTheDeclaredRateNoSamplesAreLost) {
  const std::string stream =
      "manifest: clips.csv\nalign: span\nskeleton: null\nsensors:\n"
      "  watch: {header: true, time: t, channels: [ax, ay, az], unit: g";
  std::string table = "t,ax,ay,az\n";
  for (int i = 0; i < 100; ++i) table += std::to_string(i * 64 / 50 / 64.0) + ",0,0,1\n";
  const fs::path file = write("a.csv", table);
  const auto samples = [&](const std::string& rate) {
    return values(read(file, {.description = write("dataset.yaml", stream + rate + "}\n")})).size() / 3;
  };
  EXPECT_EQ(samples(", rate: 50"), 100U);
  EXPECT_EQ(samples(""), 127U) << "nothing tells the two apart";
}

TEST_F(SensorFilesTest, WhatIsNoRecordingIsRefusedByFileAndLine) {
  EXPECT_THAT(refusal(write("a.csv", "ax,ay\n1,2\n3,4\n")),
              HasSubstr("a.csv: expected a column called 'az', found the columns ax, ay; --description names"));
  EXPECT_THAT(refusal(write("i.txt", "ax,ay,az\n1,2,3\n4,5,6\n")), HasSubstr("--reader plain reads a table"));
  EXPECT_THAT(refusal(write("b.csv", "1,2\n3,4\n")),
              HasSubstr("b.csv: expected columns for ax, ay, az, perhaps after time stamps, found 2"));
  EXPECT_THAT(refusal(write("c.csv", "1,2,3\n4,5,x\n")), HasSubstr("c.csv: line 2: expected a number, found 'x'"));
  EXPECT_THAT(refusal(write("d.csv", "1,2,3\n")), HasSubstr("d.csv: expected a table of numbers"));
  EXPECT_THAT(refusal(write("e.csv", "1,2,3\n4,5,nan\n")), HasSubstr("e.csv: line 2, column az: no value"));
  EXPECT_THAT(refusal(write("h.csv", "1,2,3\n4,5,6\n7,")),
              HasSubstr("if the recording was cut off in its last line, delete"));
  EXPECT_THAT(refusal(write("f.csv", "")), HasSubstr("f.csv"));
  EXPECT_THAT(refusal(write("g.mat", "no MAT file")), HasSubstr("g.mat"));
  EXPECT_THAT(refusal(folder_ / "absent.csv", {}, ErrorKind::io), HasSubstr("absent.csv"));
}

TEST_F(SensorFilesTest, WhoseFormatLacksAChannelAreRefused) {
  model_.sensor->channels = {"ax", "ay", "light"};
  EXPECT_THAT(
      refusal(folder_ / "a.mat", {}, ErrorKind::usage),
      HasSubstr("a file of utd-mhad has the channels ax, ay, az, gx, gy, gz, and the model needs ax, ay, light"));
}

std::vector<std::string> kinds(const SensorRecording& recording, const SensorInput& input) {
  std::vector<std::string> kinds;
  for (const Doubt& doubt : doubts_about(recording, input)) kinds.push_back(doubt.kind);
  return kinds;
}

TEST_F(SensorFilesTest, DoubtsAreSaidAboutWhatCannotBeRight) {
  SensorRecording sound{data::Frames::Random(100, 3) * 0.1F, 50, true};
  sound.samples.col(2) += 1;
  EXPECT_THAT(kinds(sound, *model_.sensor), IsEmpty());
  SensorRecording without = sound, unit = sound, rate = sound, dead = sound;
  without.samples.col(2) -= 1;
  EXPECT_THAT(kinds(without, *model_.sensor), ElementsAre(HasSubstr("|acceleration| is far from 1 g")));
  unit.samples *= 9.81F;
  EXPECT_THAT(kinds(unit, *model_.sensor), ElementsAre(HasSubstr("|acceleration| is far from 1 g")));
  rate.rate = 100;
  EXPECT_THAT(kinds(rate, *model_.sensor), ElementsAre(HasSubstr("another rate than the training recordings (50 Hz)")));
  rate.stamped = false;
  EXPECT_THAT(kinds(rate, *model_.sensor), IsEmpty()) << "a nominal rate says nothing";
  dead.samples.col(0) = 0;
  EXPECT_THAT(kinds(dead, *model_.sensor), ElementsAre("channel ax is constant"));
}

TEST_F(SensorFilesTest, WhatIsMuchLongerOrShorterThanATrainingClipIsDoubtful) {
  SensorRecording hour{data::Frames(180'000, 3), 50, false};
  const auto told = [&](Eigen::Index decided) {
    const auto doubt = doubt_about_length(hour, decided, *model_.sensor);
    return doubt ? doubt->kind + "; " + doubt->detail : "";
  };
  EXPECT_EQ(told(180'000), "much longer than a training clip (3.5 s): give a --window of about that; 3600.00 s");
  EXPECT_EQ(told(2), "much shorter than a training clip (3.5 s); windows of 0.04 s");
  for (const Eigen::Index sound : {59, 175, 525}) EXPECT_EQ(told(sound), "") << sound;
  hour.rate = 500;
  EXPECT_THAT(told(525), HasSubstr("much shorter")) << "by seconds, not by samples";
  hour.rate = 0;
  EXPECT_EQ(told(180'000), "") << "nobody knows how long it is";
}

}  // namespace
}  // namespace pskd::deploy
