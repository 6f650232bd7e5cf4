// Rules for time stamps that cannot be right, and for samples that are not there.
#include "data/stamps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "data/finite.hpp"
#include "data/gaps.hpp"
#include "pskd/base/error.hpp"
#include "support/refusal.hpp"

namespace pskd::data {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using testing::refusal;

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
const StreamOrigin kOrigin{"watch.csv", "one"};

// One sample for each stamp, in the lines from 2 on, whose only value is its number from 0.
ReadSamples samples_at(const std::vector<double>& times) {
  ReadSamples read;
  read.samples.times = times;
  read.samples.values.resize(static_cast<Eigen::Index>(times.size()), 1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    read.samples.values(static_cast<Eigen::Index>(i), 0) = static_cast<float>(i);
    read.lines.push_back(static_cast<std::uint32_t>(i + 2));
  }
  return read;
}

// `count` stamps at `rate` Hz.
std::vector<double> regular(std::size_t count, double rate, double begin = 100) {
  std::vector<double> times;
  for (std::size_t i = 0; i < count; ++i) times.push_back(begin + static_cast<double>(i) / rate);
  return times;
}

struct Mended {
  std::vector<double> times;
  std::vector<float> values;
  std::vector<std::string> rules;
  std::int64_t count = 0;  // of the only rule
};

Mended outcome(const ReadSamples& read, const Repairs& repairs) {
  Mended mended{
      read.samples.times, {read.samples.values.data(), read.samples.values.data() + read.samples.values.size()}, {}, 0};
  for (const auto& [rule, repair] : repairs) {
    mended.rules.push_back(rule);
    mended.count = repair.count;
  }
  EXPECT_EQ(read.lines.size(), read.samples.times.size());
  return mended;
}

Mended mended_stamps(const std::vector<double>& times, double tick = 1e-3) {
  ReadSamples read = samples_at(times);
  Repairs repairs;
  mend_stamps(read, tick, kOrigin, repairs);
  return outcome(read, repairs);
}

std::string stamps_problem(const std::vector<double>& times) {
  return refusal(ErrorKind::data, [&] { mended_stamps(times); });
}

TEST(Stamps, ThatAreRightStayToTheBit) {
  for (const double begin : {-1.0, 0.0, 100.0, 1.7e9}) {
    const std::vector<double> times = regular(100, 32, begin);
    EXPECT_EQ(mended_stamps(times).times, times);
    EXPECT_THAT(mended_stamps(times).rules, IsEmpty());
  }
}

TEST(Stamps, OfZeroAmongOthersAreDropped) {
  for (const std::size_t row : {0, 1, 12, 98, 99}) {
    std::vector<double> times = regular(100, 32, 1.7e9);
    times[row] = 0;
    const Mended mended = mended_stamps(times);
    EXPECT_EQ(mended.times.size(), 99U) << row;
    EXPECT_THAT(mended.rules, ElementsAre("time stamps of 0: samples dropped")) << row;
    EXPECT_NEAR(mended.times.front(), 1.7e9, 0.04) << "never sorted to the front";
  }
  std::vector<double> times = regular(100, 32);
  for (std::size_t i = 10; i < 40; i += 3) times[i] = 0;
  EXPECT_THAT(stamps_problem(times), AllOf(HasSubstr("watch.csv: line 12: expected a time stamp, found 0"),
                                           HasSubstr("in 10 of 100 lines"), HasSubstr("give `rate`")));
}

// A column that is no clock: of a file as large as this, an hour would be too long to say so.
TEST(Stamps, OfZeroInAllLinesAreToldSoon) {
  EXPECT_THAT(stamps_problem(std::vector<double>(1'000'000, 0)), HasSubstr("found one for all 1000000"));
}

TEST(Stamps, OfACounterThatWrapsAroundGoOn) {
  for (const double bits : {16, 24, 32}) {
    std::vector<double> times = regular(100, 32, std::ldexp(1e-3, static_cast<int>(bits)) - 1);
    const std::vector<double> whole = times;
    for (double& time : times) time = std::fmod(time, std::ldexp(1e-3, static_cast<int>(bits)));
    const Mended mended = mended_stamps(times);
    EXPECT_THAT(mended.times, Pointwise(DoubleNear(1e-6), whole)) << bits;
    EXPECT_THAT(mended.rules, ElementsAre("a clock that wraps around: continued"));
    EXPECT_EQ(mended.count, 1);
  }
  std::vector<double> night = regular(100, 32, 86399);
  const std::vector<double> whole = night;
  for (double& time : night) time = std::fmod(time, 86400);
  EXPECT_THAT(mended_stamps(night, 0).times, Pointwise(DoubleNear(1e-6), whole)) << "a time of day past midnight";
}

// At 60 Hz a step back is 16.7 ms, nearly a round of 24 bits in nanoseconds.
TEST(Stamps, OutOfOrderAreNoCounterThatWrapsAround) {
  std::vector<double> times = regular(200, 60);
  for (std::size_t i = 20; i < 200; i += 20) std::swap(times[i], times[i + 1]);
  const Mended mended = mended_stamps(times, 1e-9);
  EXPECT_EQ(mended.times, regular(200, 60));
  EXPECT_THAT(mended.rules, ElementsAre("time stamps that run backwards: sorted"));
}

TEST(Stamps, ThatRunBackwardsAreSortedOrRefused) {
  std::vector<double> times = regular(100, 32);
  std::swap(times[50], times[51]);
  const Mended mended = mended_stamps(times);
  EXPECT_EQ(mended.times, regular(100, 32));
  EXPECT_EQ(mended.values[50], 51);
  EXPECT_THAT(mended.rules, ElementsAre("time stamps that run backwards: sorted"));
  for (std::size_t i = 0; i + 1 < times.size(); i += 2) std::swap(times[i], times[i + 1]);
  EXPECT_THAT(stamps_problem(times), HasSubstr("the time stamps run backwards, here for the 11th time"));
  times = regular(100, 32);
  for (std::size_t i = 60; i < 100; ++i) times[i] -= 90;
  EXPECT_THAT(stamps_problem(times), HasSubstr("watch.csv: line 62: the time stamps jump back by 89.9"));
}

TEST(Stamps, ThatRepeatAreDroppedWhereTheyAreFew) {
  std::vector<double> times = regular(100, 32);
  times[40] = times[39];
  const Mended mended = mended_stamps(times);
  EXPECT_EQ(mended.times.size(), 99U);
  EXPECT_THAT(mended.rules, ElementsAre("repeated time stamps: later samples dropped"));
}

TEST(Stamps, OfWholeSecondsAreSpreadOverThem) {
  for (const double begin : {100.0, 100.7, 100.3}) {  // where in its first second a recording begins
    std::vector<double> times = regular(140, 32, begin);
    const std::vector<double> whole = times;
    for (double& time : times) time = std::floor(time);
    const Mended mended = mended_stamps(times);
    EXPECT_THAT(mended.times, Pointwise(DoubleNear(0.07), whole)) << begin;
    EXPECT_THAT(mended.rules, ElementsAre("time stamps that several samples share: spread to the next one"));
    EXPECT_NEAR(mended.times.back() - mended.times.front(), whole.back() - whole.front(), 0.1);
  }
}

TEST(Stamps, OfPacketsAreSpreadOverThem) {
  std::vector<double> times = regular(200, 50);
  const std::vector<double> whole = times;
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = whole[i / 10 * 10] + static_cast<double>(i % 10) * 5e-4;
  const Mended mended = mended_stamps(times);
  EXPECT_THAT(mended.times, Pointwise(DoubleNear(1e-6), whole));
  times.assign(200, 5.0);
  EXPECT_THAT(stamps_problem(times), HasSubstr("found one for all 200"));
}

TEST(Stamps, OfSamplesThatAreWrittenTwiceAreDropped) {
  ReadSamples read = samples_at({1, 1, 2, 2, 3, 3, 4, 4});
  for (Eigen::Index row = 0; row < 8; ++row) read.samples.values(row, 0) = static_cast<float>(row / 2);
  Repairs repairs;
  mend_stamps(read, 1, kOrigin, repairs);
  const Mended mended = outcome(read, repairs);
  EXPECT_THAT(mended.times, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(mended.values, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(mended.rules, ElementsAre("samples written twice: dropped"));
}

// ---- samples that a device lost --------------------------------------------------------------------------

TEST(LostSamples, DoNotMakeTheRateLower) {
  ReadSamples read = samples_at(regular(100, 32));
  TimedSamples kept{{}, Frames(75, 1)};
  for (std::size_t i = 0; i < 100; ++i) {
    if (i % 4 == 2) continue;
    kept.values(static_cast<Eigen::Index>(kept.times.size()), 0) = static_cast<float>(i);
    kept.times.push_back(read.samples.times[i]);
  }
  EXPECT_EQ(count_without_losses(kept.times), 100U);
  const Stream stream = at_equal_intervals(kept, 100);
  EXPECT_LT((stream.frames - read.samples.values).abs().maxCoeff(), 1e-3F);
}

TEST(LostSamples, AreNotSeenInJitterPacketsAndFewSamples) {
  std::vector<double> skewed = {0};
  std::vector<double> packets = {0};
  for (int i = 0; i < 300; ++i) {
    skewed.push_back(skewed.back() - 0.02 * std::log((0.5 + i * 7 % 300) / 300.0));
    packets.push_back(packets.back() + (i % 4 == 3 ? 0.097 : 0.001));
  }
  EXPECT_EQ(count_without_losses(skewed), 301U) << "the median is 0.69 of the mean";
  EXPECT_EQ(count_without_losses(packets), 301U);
  EXPECT_EQ(count_without_losses({0, 1, 2, 4, 5, 6}), 6U);
  EXPECT_EQ(count_without_losses(regular(100, 32)), 100U);
}

// ---- gaps ------------------------------------------------------------------------------------------------

Mended mended_gaps(ReadSamples read, const GapRule& rule) {
  Repairs repairs;
  mend_gaps(read, rule, {"ax"}, kOrigin, repairs);
  return outcome(read, repairs);
}

const GapRule kRefuse{GapRule::Kind::refuse, 1};
const GapRule kCut{GapRule::Kind::cut, 1};
GapRule interpolate(double longest) { return {GapRule::Kind::interpolate, longest}; }

// 100 samples at 32 Hz; after the first `before` of them there is nothing for `seconds`.
ReadSamples with_gap(double seconds, std::size_t before = 36) {
  std::vector<double> times = regular(100, 32);
  for (std::size_t i = before; i < times.size(); ++i) times[i] += seconds;
  return samples_at(times);
}

TEST(Gaps, AreRefusedUnlessARuleIsNamed) {
  EXPECT_THAT(refusal(ErrorKind::data, [] { mended_gaps(with_gap(20), kRefuse); }),
              AllOf(HasSubstr("watch.csv: line 38: a gap of 20 s after line 37, where samples are 0.0312 s apart"),
                    HasSubstr("`gaps` may say cut")));
  EXPECT_THAT(mended_gaps(with_gap(0), kRefuse).rules, IsEmpty());
}

TEST(Gaps, ThatAreShortAreBridgedAndCounted) {
  const Mended mended = mended_gaps(with_gap(0.3), kRefuse);
  EXPECT_EQ(mended.times.size(), 100U);
  EXPECT_THAT(mended.rules, ElementsAre("short gaps: bridged by straight lines"));
  EXPECT_EQ(mended.count, 1);
}

TEST(Gaps, AreCutToTheLongestPart) {
  EXPECT_EQ(mended_gaps(with_gap(20), kCut).values.front(), 36);
  EXPECT_EQ(mended_gaps(with_gap(20, 70), kCut).values.back(), 69);
  EXPECT_THAT(mended_gaps(with_gap(20), kCut).rules, ElementsAre("gaps: the longest part kept"));
}

TEST(Gaps, AreInterpolatedUpToTheLongestThatIsAllowed) {
  EXPECT_EQ(mended_gaps(with_gap(20), interpolate(21)).times.size(), 100U);
  EXPECT_THAT(refusal(ErrorKind::data, [] { mended_gaps(with_gap(20), interpolate(19)); }),
              AllOf(HasSubstr("a gap of 20 s"), HasSubstr("`gaps` allows to bridge 19 s")));
}

TEST(MissingValues, AreRefusedWithLineAndColumn) {
  ReadSamples read = samples_at(regular(10, 32));
  read.samples.values(3, 0) = read.samples.values(7, 0) = kNothing;
  try {
    mended_gaps(read, kRefuse);
    FAIL() << "was accepted";
  } catch (const NotFinite& error) {
    EXPECT_EQ(error.values(), 2);
    EXPECT_THAT(error.what(), HasSubstr("watch.csv: line 5, column ax; line 9, column ax: no value (2 in the file)"));
  }
}

TEST(MissingValues, AreInterpolatedAndCounted) {
  for (const GapRule& rule : {interpolate(0.5), kCut}) {
    ReadSamples read = samples_at(regular(100, 32));
    for (const Eigen::Index row : {3, 4, 50}) read.samples.values(row, 0) = kNothing;
    const Mended mended = mended_gaps(read, rule);
    EXPECT_NEAR(mended.values[4], 4, 1e-5) << "a ramp stays a ramp";
    EXPECT_THAT(mended.rules, ElementsAre("missing values: interpolated"));
    EXPECT_EQ(mended.count, 3);
  }
}

TEST(MissingValues, OfLongRunsAreCutOrRefused) {
  ReadSamples read = samples_at(regular(100, 32));
  for (Eigen::Index row = 60; row < 90; ++row) read.samples.values(row, 0) = kNothing;
  EXPECT_EQ(mended_gaps(read, kCut).values.back(), 59);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { mended_gaps(read, interpolate(0.5)); }),
              HasSubstr("line 92: a gap of 0.969 s after line 61"));
}

TEST(MissingValues, AtTheEndsAreDropped) {
  ReadSamples read = samples_at(regular(20, 32));
  for (const Eigen::Index row : {0, 1, 19}) read.samples.values(row, 0) = kNothing;
  const Mended mended = mended_gaps(read, interpolate(1));
  EXPECT_EQ(mended.values.front(), 2);
  EXPECT_EQ(mended.values.back(), 18);
  EXPECT_THAT(mended.rules, ElementsAre("missing values at the beginning or end: samples dropped"));
  read.samples.values.setConstant(kNothing);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { mended_gaps(read, kCut); }), HasSubstr("found none in the whole file"));
}

}  // namespace
}  // namespace pskd::data
