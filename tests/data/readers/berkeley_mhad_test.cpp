// Berkeley-MHAD: accelerometer text, the 16-joint skeletons of the re-release, and what the real folder holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "data/data_check.hpp"
#include "data/readers/berkeley_mhad/reader.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/data/protocol.hpp"
#include "support/dataset_config.hpp"
#include "support/mat_bytes.hpp"
#include "support/real_data.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::refusal;

const std::string kNoSensor = "no sensor file in the data set: used without it";

// One recording of each of two subjects, as the project on the web hands them out.
class BerkeleyFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* subject : {"01", "08"}) {
      write_sensor(subject, "0.5 -0.25 1 100\n0.5 -0.25 60 100.5\n0.5 -0.25 1 101\n");
      write_mocap(subject);
    }
  }
  fs::path sensor(const std::string& subject) const {
    return root_ / "Accelerometer" / "Shimmer02" / ("acc_h02_s" + subject + "_a01_r01.txt");
  }
  fs::path mocap(const std::string& subject) const {
    return root_ / "D-Mocap-release" / "Front-Facing" / "Mocap" / ("K1_mocap_S" + subject + "_A01_R01.mat");
  }
  void write_sensor(const std::string& subject, const std::string& text) const {
    fs::create_directories(sensor(subject).parent_path());
    std::ofstream(sensor(subject), std::ios::binary) << text;
  }
  void write_mocap(const std::string& subject) const {
    fs::create_directories(mocap(subject).parent_path());
    std::vector<double> values(2 * 16 * 3);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1000.0 * static_cast<double>(i);
    std::ofstream(mocap(subject), std::ios::binary)
        << testing::mat_header() + testing::mat_variable(mocap(subject).stem().string(), {2, 16, 3}, values);
  }
  DataCheck check() const { return check_dataset(config()); }
  config::DataConfig config() const { return testing::dataset_config("berkeley-mhad", root_); }
  std::string problem(const std::string& text) const {
    write_sensor("01", text);
    const DataCheck found = check();
    return found.broken.size() == 1 ? found.broken[0].problem : "broken files: " + std::to_string(found.broken.size());
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = folder_ / "berkeley";
};

TEST_F(BerkeleyFolder, JointsAreTransposedAndInMeters) {
  const Clip clip = read_dataset(config()).clips.at(0);
  EXPECT_EQ(clip.id, "S01_A01_R01");
  ASSERT_EQ(clip.skeleton.rows(), 2);
  ASSERT_EQ(clip.skeleton.cols(), 48);
  // MATLAB's order: frame, then joint, then axis.
  EXPECT_FLOAT_EQ(clip.skeleton(0, 0), 0);
  EXPECT_FLOAT_EQ(clip.skeleton(1, 0), 1);
  EXPECT_FLOAT_EQ(clip.skeleton(0, 3), 2);
  EXPECT_FLOAT_EQ(clip.skeleton(0, 1), 32);
}

TEST_F(BerkeleyFolder, SpikesAreClippedToTheRailAndCounted) {
  const DataCheck found = check();
  EXPECT_FLOAT_EQ(found.clips.at(0).sensor(1, 2), 2);
  const Repair& repair = found.repairs.at("acceleration beyond the rail of 2 g: clipped to it");
  EXPECT_EQ(repair.count, 2);
  EXPECT_THAT(repair.clips, ElementsAre("S01_A01_R01", "S08_A01_R01"));
}

TEST_F(BerkeleyFolder, JitteredStampsBecomeEqualIntervals) {
  write_sensor("01", "0 0 0 10\n1 0 0 11\n1 0 0 12\n1 0 0 14\n");
  const Frames values = read_dataset(config()).clips.at(0).sensor;
  ASSERT_EQ(values.rows(), 4);
  EXPECT_FLOAT_EQ(values(1, 0), 1) << "4/3 s after the start the value 1 holds";
  write_sensor("01", "0 0 0 10\n2 0 0 14\n0 0 0 16\n");
  EXPECT_FLOAT_EQ(read_dataset(config()).clips.at(0).sensor(1, 0), 1.5) << "3 of the 4 s to the value 2";
}

TEST_F(BerkeleyFolder, StampsThatRunBackwardsOrRepeatAreSortedAndCounted) {
  write_sensor("01", "0 0 0 10\n2 0 0 12\n1 0 0 11\n9 0 0 12\n");
  const DataCheck found = check();
  const Frames& values = found.clips.at(0).sensor;
  ASSERT_EQ(values.rows(), 3);
  EXPECT_FLOAT_EQ(values(1, 0), 1);
  EXPECT_FLOAT_EQ(values(2, 0), 2);
  EXPECT_EQ(found.repairs.at("time stamps that run backwards: sorted").count, 1);
  EXPECT_EQ(found.repairs.at("repeated time stamps: later samples dropped").count, 1);
}

TEST_F(BerkeleyFolder, AStampFarFromAllOthersIsRefused) {
  EXPECT_THAT(problem("0 0 1 10\n0 0 1 11\n0 0 1 86411\n"), HasSubstr("a gap of 86400"));
  EXPECT_THAT(problem("0 0 1 0\n0 0 1 1283000000\n0 0 1 1283000001\n"), HasSubstr("between samples that last 1."));
}

TEST_F(BerkeleyFolder, BrokenTextNamesTheLine) {
  EXPECT_THAT(problem("0 0 1 10\n0 0 11\n"), AllOf(HasSubstr("line 2"), HasSubstr("'0 0 11'")));
  EXPECT_THAT(problem("0 0 1 10\n0 zero 1 11\n"), AllOf(HasSubstr("line 2"), HasSubstr("'zero'")));
  EXPECT_THAT(problem("0 0 1 10\n0 0 1 11 12\n"), HasSubstr("line 2"));
  EXPECT_THAT(problem("0 0 1 10\n0 0 1 inf\n"), AllOf(HasSubstr("line 2"), HasSubstr("finite time stamp")));
  EXPECT_THAT(problem("0 0 1 10\n0 nan 1 11\n"), HasSubstr("found 1 NaN"));
  EXPECT_THAT(problem("0 0 1 10\n"), HasSubstr("at least 2 samples, found 1"));
  EXPECT_THAT(problem(""), HasSubstr("found 0"));
  EXPECT_THAT(problem(std::string("0 0 1 \0\n0 0 1 2\n", 16)), HasSubstr("line 1"));
}

TEST_F(BerkeleyFolder, ARecordingWithoutSensorIsUsedForItsSkeleton) {
  fs::remove(sensor("01"));
  EXPECT_THAT(check().repairs.at(kNoSensor).clips, ElementsAre("S01_A01_R01"));
  EXPECT_EQ(read_dataset(config()).clips.at(0).sensor.rows(), 0);
}

TEST_F(BerkeleyFolder, SeveralSensorsStandSideBySide) {
  config::DataConfig both = config();
  both.sensors = {"h02", "h05"};
  EXPECT_THAT(dataset_info(both).channels, ElementsAre("h02_ax", "h02_ay", "h02_az", "h05_ax", "h05_ay", "h05_az"));
  EXPECT_THAT(check_dataset(both).repairs.at(kNoSensor).clips, ElementsAre("S01_A01_R01", "S08_A01_R01"))
      << "h05 is not there";
  fs::create_directories(root_ / "Accelerometer" / "Shimmer05");
  for (const char* subject : {"01", "08"}) {  // another clock, another rate
    std::ofstream(root_ / "Accelerometer" / "Shimmer05" / ("acc_h05_s" + std::string(subject) + "_a01_r01.txt"))
        << "0 0 0 7\n0 0 1 9\n";
  }
  const Frames values = read_dataset(both).clips.at(0).sensor;
  ASSERT_EQ(values.rows(), 3);
  EXPECT_FLOAT_EQ(values(1, 5), 0.5);
}

TEST_F(BerkeleyFolder, OptionsThatDoNotExistAreNamed) {
  config::DataConfig wrong = config();
  wrong.sensors = {"h07"};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(wrong); }),
              AllOf(HasSubstr("data.sensors"), HasSubstr("'h07'")));
  wrong = config();
  wrong.skeleton = "kinect-20";
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(wrong); }), HasSubstr("data.skeleton"));
  wrong = config();
  wrong.cameras = {1};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { dataset_info(wrong); }), HasSubstr("data.cameras"));
}

TEST(BerkeleyMhad, TheRealFolderHolds658PairedRecordingsAndOneWithoutSensor) {
  PSKD_REAL_DATA_OR_SKIP(root, "berkeley-mhad");
  const config::DataConfig config = testing::dataset_config("berkeley-mhad", root);
  const DataCheck check = check_dataset(config);
  EXPECT_EQ(check.clips.size(), 659U);
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(check.missing, ElementsAre("S04_A08_R05"));
  EXPECT_THAT(check.repairs.at(kNoSensor).clips, ElementsAre("S02_A07_R05"));
  EXPECT_THAT(check.repairs.at("the front view lost frames: rear view used").clips,
              ElementsAre("S03_A07_R02", "S01_A09_R02", "S03_A10_R02", "S03_A11_R03"));
  EXPECT_THAT(check.duplicates, IsEmpty());
  Dataset dataset{check.info, check.clips, ""};
  const Split split = make_split(std::move(dataset), resolve_protocol({}, check.info));
  EXPECT_EQ(split.train.size(), 384U);
  const auto has_sensor = [](const Clip& clip) { return clip.sensor.rows() > 0; };
  EXPECT_EQ(std::count_if(split.train.begin(), split.train.end(), has_sensor), 383);
  EXPECT_EQ(split.test.size(), 275U);
}

}  // namespace
}  // namespace pskd::data::readers
