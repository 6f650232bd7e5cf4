// Streams that cover the same time from end to end, of which gaps were cut out.
#include "data/alignment.hpp"

#include <gmock/gmock.h>

#include "support/refusal.hpp"

namespace pskd::data {
namespace {

// Of 10 s, sampled `rate` times a second and called by their moment, what is left between two of them.
Stream rest_of_ten_seconds(double begin, double end, double rate) {
  const auto count = static_cast<Eigen::Index>((end - begin) * rate) + 1;
  Stream stream{Frames(count, 1), begin, end};
  for (Eigen::Index i = 0; i < count; ++i)
    stream.frames(i, 0) = static_cast<float>(begin + static_cast<double>(i) / rate);
  stream.cut_front = begin;
  stream.cut_back = 10 - end;
  return stream;
}

void expect_span(const Stream& stream, float begin, float end) {
  EXPECT_NEAR(stream.frames(0, 0), begin, 1e-4);
  EXPECT_NEAR(stream.frames(stream.frames.rows() - 1, 0), end, 1e-4);
}

TEST(Alignment, GapsInOneStreamTakeThatTimeFromTheOther) {
  Stream skeleton = rest_of_ten_seconds(0, 10, 30);
  cut_as_the_other("skeleton.csv", skeleton, rest_of_ten_seconds(2, 6, 50));
  expect_span(skeleton, 2, 6);
}

TEST(Alignment, GapsInBothStreamsLeaveWhatIsLeftOfBoth) {
  const Stream sensor_rest = rest_of_ten_seconds(2, 7, 50), skeleton_rest = rest_of_ten_seconds(4, 10, 30);
  Stream sensor = sensor_rest, skeleton = skeleton_rest;
  cut_as_the_other("skeleton.csv", skeleton, sensor_rest);
  cut_as_the_other("sensor.csv", sensor, skeleton_rest);
  expect_span(skeleton, 4, 7);
  expect_span(sensor, 4, 7);
  skeleton = rest_of_ten_seconds(8, 10, 30);
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { cut_as_the_other("skeleton.csv", skeleton, sensor_rest); }),
              ::testing::HasSubstr("shares no time"));
}

}  // namespace
}  // namespace pskd::data
