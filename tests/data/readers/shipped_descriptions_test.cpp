// The descriptions in configs/recordings read files of the shape that they name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "data/readers/registry.hpp"
#include "support/dataset_config.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::IsEmpty;

// A description, the lines before the values, and the line of the sample at t seconds, whose acceleration in g is a, b,
// 0.
struct ShippedDescription {
  const char* name;
  const char* sensor;
  std::string opening;
  std::function<std::string(double t, double a, double b)> line;
  double rate = 30;
};

void PrintTo(const ShippedDescription& one, std::ostream* out) { *out << one.name; }

std::string printed(const char* format, auto... values) {
  std::string text(300, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), format, values...)));
  return text;
}

constexpr double kG = 9.80665;

const std::vector<ShippedDescription>& shipped() {
  static const std::vector<ShippedDescription> all = {
      {"sensor-logger", "phone", "time,seconds_elapsed,z,y,x\n",
       [](double t, double a, double b) {
         return printed("%ld,%.6f,0,%.6f,%.6f\n", 1'718'030'736'000'000'000 + std::lround(t * 1e9), t, kG * b, kG * a);
       }},
      {"phyphox", "phone",
       "\"Time (s)\",\"Acceleration x (m/s^2)\",\"Acceleration y (m/s^2)\",\"Acceleration z (m/s^2)\",\"Absolute "
       "acceleration (m/s^2)\"\n",
       [](double t, double a, double b) { return printed("%.9E,%.9E,%.9E,%.9E,%.9E\n", t, kG * a, kG * b, 0.0, kG); }},
      {"sensorlog", "watch",
       "loggingTime(txt),loggingSample(N),accelerometerTimestamp_sinceReboot(s),accelerometerAccelerationX(G),"
       "accelerometerAccelerationY(G),accelerometerAccelerationZ(G),motionYaw(rad)\n",
       [](double t, double a, double b) {
         return printed("2024-06-03 08:15:%06.3f +0200,%d,%.6f,%.6f,%.6f,%.6f,0.1\n", 10 + t, 7, 1000 + t, a, b, 0.0);
       }},
      {"axivity", "watch", "",
       [](double t, double a, double b) {
         return printed("2024-06-03 08:15:%06.3f,%.6f,%.6f,%.6f\n", 10 + t, a, b, 0.0);
       }},
      {"actigraph", "watch",
       "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.11.2 Firmware v2.5.0 date format M/d/yyyy at 30 "
       "Hz "
       " Filter Normal -----------\nSerial Number: NEO1\nStart Time 09:00:00\nStart Date 5/7/2014\nEpoch Period "
       "(hh:mm:ss) 00:00:00\nDownload Time 10:31:05\nDownload Date 5/20/2014\nCurrent Memory Address: 0\nCurrent "
       "Battery Voltage: 4.07     Mode = 12\n--------------------------------------------------\nAccelerometer "
       "X,Accelerometer Y,Accelerometer Z\n",
       [](double, double a, double b) { return printed("%.3f,%.3f,%.3f\n", a, b, 0.001); }},
      {"empatica-e4", "watch",
       "1718030736.000000, 1718030736.000000, 1718030736.000000\n32.000000, 32.000000, 32.000000\n",
       [](double, double a, double b) { return printed("%.0f,%.0f,%.0f\n", 64 * a, 64 * b, 0.0); }, 32},
  };
  return all;
}

class Shipped : public ::testing::TestWithParam<ShippedDescription> {};

TEST_P(Shipped, ReadsAFileOfThatShape) {
  const testing::TemporaryFolder folder;
  const ShippedDescription& one = GetParam();
  const auto source =
      std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / "recordings" / (std::string(one.name) + ".yaml");
  testing::write_anew(folder / "dataset.yaml", read_file(source));
  std::string text = one.opening;
  for (int i = 0; i < 90; ++i) text += one.line(i / 30.0, std::sin(0.05 * i), std::cos(0.05 * i));
  testing::write_anew(folder / "w.csv", text);
  testing::write_anew(folder / "clips.csv", std::string("id,subject,label,") + one.sensor + "\na,1,walk,w.csv\n");
  const DataCheck check = check_dataset(testing::dataset_config("generic", folder.path()));
  ASSERT_THAT(check.broken, IsEmpty()) << check.broken.front().problem;
  ASSERT_EQ(check.clips.size(), 1U);
  EXPECT_EQ(check.clips[0].sensor.rows(), 90);
  EXPECT_NEAR(check.clips[0].sensor.square().rowwise().sum().sqrt().mean(), 1, 0.01);
  EXPECT_NEAR(check.clips[0].sensor(0, 1), 1, 0.01) << "x, y and z are not exchanged";
  const StreamMeasure& measure = check.streams.at(0).recordings.at(0).measure;
  EXPECT_NEAR(measure.rate > 0 ? measure.rate : measure.declared_rate, one.rate, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Descriptions, Shipped, ::testing::ValuesIn(shipped()), [](const auto& one) {
  std::string name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// A folder with a shipped description of a published set, and files of its shape.
class ShippedSet : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    testing::write_anew(folder_ / name, text);
  }
  DataCheck check(const std::string& description) const {
    const auto source = std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / "recordings" / (description + ".yaml");
    write("dataset.yaml", read_file(source));
    DataCheck check = check_dataset(testing::dataset_config("generic", folder_.path()));
    EXPECT_THAT(check.broken, IsEmpty()) << (check.broken.empty() ? "" : check.broken.front().problem);
    return check;
  }

  const testing::TemporaryFolder folder_;
};

TEST_F(ShippedSet, OfPamap2IsReadByItsColumnOfLabels) {
  std::string manifest = "id,subject,watch\n";
  for (const int subject : {101, 102, 103, 104, 107, 108, 109}) {
    std::string text;
    for (int i = 0; i < 2000; ++i) {  // 20 s; NaN for what other sensors lack
      text += printed("%.2f %d NaN 30.5 %.4f %.4f %.4f 0 0 0 3.14159265 0 0 1 1 1 1 0 0 0", 8.38 + i / 100.0,
                      i < 1200 ? 4 : 0, kG * std::sin(0.02 * i), kG * std::cos(0.02 * i), 0.001 * subject);
      for (int column = 0; column < 34; ++column) text += " NaN";
      text += "\n";
    }
    const std::string id = printed("subject%d", subject);
    write("Protocol/" + id + ".dat", text);
    manifest += printed("%s,%d,Protocol/%s.dat\n", id.c_str(), subject, id.c_str());
  }
  write("clips.csv", manifest);
  const DataCheck found = check("pamap2");
  const auto walks = [&](const Clip& clip) { return found.info.classes[static_cast<std::size_t>(clip.label)] == "4"; };
  EXPECT_EQ(std::count_if(found.clips.begin(), found.clips.end(), walks), 7 * 7)
      << "of each subject, 12 s in windows of 5.12 s, one a second";
  const Clip& first = *std::find_if(found.clips.begin(), found.clips.end(), walks);
  EXPECT_EQ(first.sensor.rows(), 513);
  EXPECT_NEAR(first.sensor(0, 3), 180, 0.1) << "rad/s to deg/s";
  EXPECT_NEAR(first.sensor.leftCols(3).square().rowwise().sum().sqrt().mean(), 1, 0.01);
}

TEST_F(ShippedSet, OfUciHarIsReadByItsAnnotations) {
  std::string acceleration, rate;
  for (int i = 0; i < 500; ++i) {  // 10 s
    acceleration += printed("%.7f %.7f %.7f \n", std::sin(0.02 * i), std::cos(0.02 * i), 0.0);
    rate += printed("%.7f 0.0 0.0 \n", 3.14159265);
  }
  write("RawData/acc_exp01_user01.txt", acceleration);
  write("RawData/gyro_exp01_user01.txt", rate);
  write("clips.csv", "id,subject,acc,gyro\nexp01,1,RawData/acc_exp01_user01.txt,RawData/gyro_exp01_user01.txt\n");
  write("annotations.csv", "recording,start,end,label\nexp01,0.98,8.98,5\n");
  const DataCheck found = check("uci-har");
  ASSERT_EQ(found.clips.size(), 6U);
  EXPECT_EQ(found.info.channels.size(), 6U);
  EXPECT_EQ(found.clips[0].sensor.rows(), 129);
  EXPECT_NEAR(found.clips[0].sensor(0, 3), 180, 0.1);
  EXPECT_EQ(found.info.classes, std::vector<std::string>{"5"});
}

TEST_F(ShippedSet, OfWisdmIsReadWithTheLabelsOfItsFiles) {
  for (const char* name : {"1600_A", "1601_B"}) {
    std::string text;
    for (int i = 0; i < 500; ++i) {  // 25 s
      text += printed("%ld,%.6f,%.6f,%.6f\n", 90'426'708'196'641 + i * 50'000'000L, kG * std::sin(0.02 * i),
                      kG * std::cos(0.02 * i), name[5] == 'A' ? 0.0 : 0.1);
    }
    write(std::string("watch/") + name + ".csv", text);
  }
  write("clips.csv", "id,subject,label,watch\n1600_A,1600,A,watch/1600_A.csv\n1601_B,1601,B,watch/1601_B.csv\n");
  const DataCheck found = check("wisdm");
  ASSERT_EQ(found.clips.size(), 4U) << "two windows of 10 s each";
  EXPECT_EQ(found.clips[0].sensor.rows(), 201);
  EXPECT_EQ(found.clips[0].source, "1600_A");
  EXPECT_EQ(found.clips[3].label, 1);
}

}  // namespace
}  // namespace pskd::data::readers
