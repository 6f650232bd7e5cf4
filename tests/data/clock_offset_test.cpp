// The offset of two clocks, found by movement.
#include "data/clock_offset.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pskd::data {
namespace {

// Where a wrist is at `time`: it moves now and then, at irregular moments that `key` decides, and rests in between.
double place(double time, std::uint64_t key) {
  double where = 0;
  for (int burst = 0; burst < 40; ++burst) {
    RandomStream stream(stream_key(key, "burst", burst));
    const double begin = 1.5 * burst + stream.uniform(0, 0.7), length = stream.uniform(0.3, 0.8);
    const double inside = (time - begin) / length;
    if (inside > 0 && inside < 1) where += stream.uniform(0.1, 0.4) * std::pow(std::sin(M_PI * inside), 2);
  }
  return where;
}

Stream wrist_of(double seconds, std::uint64_t key) {
  const auto frames = static_cast<Eigen::Index>(seconds * 30) + 1;
  Stream stream{Frames::Zero(frames, 6), 100, 100 + static_cast<double>(frames - 1) / 30};
  for (Eigen::Index t = 0; t < frames; ++t)
    stream.frames(t, 3) = static_cast<float>(place(static_cast<double>(t) / 30, key));
  return stream;
}

// What a watch on it feels; its clock is `offset` ahead.
Stream watch_of(double seconds, std::uint64_t key, double offset) {
  const auto samples = static_cast<Eigen::Index>(seconds * 50) + 1;
  const double begin = 100 + offset;
  Stream stream{Frames::Zero(samples, 4), begin, begin + static_cast<double>(samples - 1) / 50};
  for (Eigen::Index t = 0; t < samples; ++t) {
    const double time = static_cast<double>(t) / 50, step = 0.02;
    const double curve = place(time - step, key) - 2 * place(time, key) + place(time + step, key);
    stream.frames(t, 1) = static_cast<float>(1 + curve / (step * step) / 9.81);
  }
  return stream;
}

const std::vector<Eigen::Index> kAxes = {1, 2, 3};

TEST(ClockOffset, IsFoundWithinATenthOfASecond) {
  for (const double offset : {0.0, 0.7, -1.3, 3.0}) {
    for (const std::uint64_t key : {1, 2, 3}) {
      const auto found = clock_offset(wrist_of(60, key), 1, 3, watch_of(60, key, offset), kAxes);
      ASSERT_TRUE(found);
      EXPECT_NEAR(found->seconds, offset, 0.1) << key;
      EXPECT_TRUE(found->is_sure()) << offset << ", " << key << ": " << found->correlation << ", " << found->margin;
    }
  }
}

TEST(ClockOffset, OfStreamsThatHaveNothingInCommonIsNotSure) {
  for (const std::uint64_t key : {1, 2, 3}) {
    const auto found = clock_offset(wrist_of(60, key), 1, 3, watch_of(60, key + 10, 0), kAxes);
    EXPECT_TRUE(!found || !found->is_sure()) << key;
  }
}

TEST(ClockOffset, NeedsTwentySecondsAndMovement) {
  EXPECT_FALSE(clock_offset(wrist_of(19, 1), 1, 3, watch_of(19, 1, 0), kAxes));
  EXPECT_FALSE(clock_offset(wrist_of(60, 1), 0, 3, watch_of(60, 1, 0), kAxes)) << "a joint that does not move";
  EXPECT_FALSE(clock_offset(wrist_of(60, 1), 1, 3, watch_of(60, 1, 0), {})) << "no accelerometer";
}

}  // namespace
}  // namespace pskd::data
