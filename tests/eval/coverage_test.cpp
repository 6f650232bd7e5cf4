#include "eval/coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "pskd/eval/scores.hpp"

namespace pskd::eval {
namespace {

/// One of two classes, with this probability.
Prediction clip(bool right, float sure) {
  return {.clip = "", .subject = 1, .label = right ? 0 : 1, .predicted = 0, .probabilities = {sure, 1 - sure}};
}

TEST(Coverage, IsTheShareOfTheSurestClips) {
  const std::vector<Prediction> clips = {clip(false, 0.6F), clip(true, 0.9F), clip(false, 0.8F), clip(true, 0.7F)};
  EXPECT_EQ(accuracy_at(clips, 100), 0.5);
  EXPECT_EQ(accuracy_at(clips, 75), 2.0 / 3) << "0.9, 0.8, 0.7";
  EXPECT_EQ(accuracy_at(clips, 50), 0.5);
  EXPECT_EQ(accuracy_at(clips, 25), 1);
  EXPECT_EQ(accuracy_at(clips, 51), 2.0 / 3) << "rounded up";
  EXPECT_EQ(accuracy_at(clips, 1), 1);
}

/// Sorted and counted, as the definition says; each tie is broken at random, and the mean over that is taken.
double by_definition(const std::vector<Prediction>& clips, int percent) {
  RandomStream stream(8);
  const auto kept = static_cast<std::size_t>(std::ceil(static_cast<double>(clips.size()) * percent / 100.0 - 1e-9));
  constexpr int kDraws = 20'000;
  double sum = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<std::pair<double, bool>> order;
    for (const Prediction& one : clips) {
      order.emplace_back(-std::max(one.probabilities[0], one.probabilities[1]) + 1e-6 * stream.uniform(),
                         one.label == one.predicted);
    }
    std::sort(order.begin(), order.end());
    const auto right = std::accumulate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), 0,
                                       [](int count, const auto& one) { return count + (one.second ? 1 : 0); });
    sum += static_cast<double>(right) / static_cast<double>(kept);
  }
  return sum / kDraws;
}

TEST(Coverage, OfEquallySureClipsHasNoFavorites) {
  RandomStream stream(3);
  std::vector<Prediction> clips;
  for (int i = 0; i < 23; ++i) {
    const float sure = 0.6F + 0.1F * static_cast<float>(stream.below(4));
    clips.push_back(clip(stream.uniform() < sure, sure));
  }
  for (const int percent : {100, 95, 90, 80, 70, 50, 7}) {
    const double expected = by_definition(clips, percent);
    EXPECT_NEAR(accuracy_at(clips, percent), expected, 0.01) << percent;
    std::rotate(clips.begin(), clips.begin() + 5, clips.end());
    EXPECT_NEAR(accuracy_at(clips, percent), expected, 0.01) << "their order says nothing";
  }
}

TEST(Coverage, OfAllClipsGivesTheAccuracy) {
  const std::vector<Prediction> clips = {clip(false, 1), clip(true, 1), clip(true, 1)};
  EXPECT_DOUBLE_EQ(accuracy_at(clips, 100), score(clips, {"wave", "clap"}).accuracy);
  EXPECT_DOUBLE_EQ(accuracy_at(clips, 50), 2.0 / 3) << "all are as sure";
}

TEST(Coverage, OfARuleIsWhatItAnswers) {
  const std::vector<Prediction> clips = {clip(false, 0.6F), clip(true, 0.9F), clip(false, 0.8F), clip(true, 0.7F)};
  const Answered all = answered(clips, {.temperature = 2, .threshold = 0});
  EXPECT_EQ(all.clips, 4);
  EXPECT_EQ(all.right, 2);
  const Answered some = answered(clips, {.temperature = 1, .threshold = 0.75});
  EXPECT_EQ(some.clips, 2);
  EXPECT_EQ(some.right, 1);
  // At temperature 2 the odds of 0.9 are 3 : 1, those of 0.8 are 2 : 1.
  EXPECT_EQ(answered(clips, {.temperature = 2, .threshold = 0.74}).clips, 1);
  EXPECT_EQ(answered(clips, {.temperature = 2, .threshold = 0.66}).clips, 2);
  EXPECT_EQ(answered(clips, {.temperature = 2, .threshold = 0.76}).clips, 0);
}

}  // namespace
}  // namespace pskd::eval
