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
  EXPECT_NEAR(measure.rate > 0 ? measure.rate : measure.declared_rate, 30, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Descriptions, Shipped, ::testing::ValuesIn(shipped()), [](const auto& one) {
  std::string name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace pskd::data::readers
