#include "eval/none_rule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "base/random.hpp"
#include "support/refusal.hpp"

namespace pskd::eval {
namespace {

std::vector<float> softmax(std::vector<float> logits, double temperature) {
  double sum = 0;
  for (float& one : logits) sum += one = static_cast<float>(std::exp(one / temperature));
  for (float& one : logits) one = static_cast<float>(one / sum);
  return logits;
}

int drawn_from(const std::vector<float>& shares, RandomStream& stream) {
  double rest = stream.uniform();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if ((rest -= shares[i]) < 0) return static_cast<int>(i);
  }
  return 0;
}

/// Clips whose labels are drawn with the probabilities that logits have at `temperature`.
std::vector<Prediction> drawn_clips(int count, double temperature, std::uint64_t seed = 4) {
  RandomStream stream(seed);
  std::vector<Prediction> clips;
  for (int i = 0; i < count; ++i) {
    std::vector<float> logits(5);
    for (float& one : logits) one = static_cast<float>(4 * stream.normal());
    Prediction& clip = clips.emplace_back();
    clip.label = drawn_from(softmax(logits, temperature), stream);
    clip.probabilities = softmax(logits, 1);
  }
  return clips;
}

double confidence(const Prediction& clip, const NoneRule& rule) {
  std::vector<float> logarithms = clip.probabilities;
  for (float& one : logarithms) one = std::log(one);
  return confidence_of(logarithms, rule.temperature);
}

TEST(NoneRuleTest, TheTemperatureIsThatByWhichLabelsAreAsLikelyAsTheySay) {
  EXPECT_NEAR(fit_none_rule(drawn_clips(4000, 2.5)).temperature, 2.5, 0.2);
  EXPECT_NEAR(fit_none_rule(drawn_clips(4000, 0.5)).temperature, 0.5, 0.05);
}

TEST(NoneRuleTest, SoManyValidationClipsAreNoneAsTheBinomialDistributionAllows) {
  for (const auto& [count, allowed] : std::map<int, int>{{1, 0}, {44, 0}, {88, 1}, {1000, 40}}) {
    EXPECT_EQ(most_below(static_cast<std::size_t>(count)), allowed) << count;
    const auto clips = drawn_clips(count, 2);
    const NoneRule rule = fit_none_rule(clips);
    const auto none = std::count_if(clips.begin(), clips.end(),
                                    [&](const auto& clip) { return confidence(clip, rule) < rule.threshold - 1e-9; });
    EXPECT_EQ(none, allowed) << count;
  }
}

TEST(NoneRuleTest, AtMostOneOfTwentyNewClipsIsNoneInNineOfTenCases) {
  constexpr int kCases = 200;
  const auto others = drawn_clips(2000, 2, 1);
  int held = 0;
  for (int one = 0; one < kCases; ++one) {
    const NoneRule rule = fit_none_rule(drawn_clips(100, 2, static_cast<std::uint64_t>(2 + one)));
    const auto none = std::count_if(others.begin(), others.end(),
                                    [&](const auto& clip) { return confidence(clip, rule) < rule.threshold; });
    if (static_cast<double>(none) <= kNoneShare * static_cast<double>(others.size())) ++held;
  }
  EXPECT_GE(held, 0.85 * kCases) << "0.9 and what 200 draws leave to chance";
}

TEST(NoneRuleTest, ClipsThatAreAllRightKeepTheirProbabilities) {
  auto clips = drawn_clips(50, 1);
  for (auto& clip : clips) {
    const auto& shares = clip.probabilities;
    clip.label = static_cast<int>(std::max_element(shares.begin(), shares.end()) - shares.begin());
  }
  const NoneRule rule = fit_none_rule(clips);
  EXPECT_EQ(rule.temperature, 1);
  EXPECT_LE(rule.threshold, 0.99) << "a smoothed confidence must be able to come back to it";
}

TEST(NoneRuleTest, AClassMayHaveTheNameOfTheAnswer) {
  EXPECT_FALSE(has_class_called_none({"walk", "rest"}));
  for (const char* name : {"none", "None"}) EXPECT_TRUE(has_class_called_none({"walk", name})) << name;
}

TEST(NoneRuleTest, AConfidenceIsTheHighestProbability) {
  const std::vector<float> logits = {1, 3, 2};
  EXPECT_NEAR(confidence_of(logits, 1), softmax(logits, 1)[1], 1e-6);
  EXPECT_NEAR(confidence_of(logits, 2), softmax(logits, 2)[1], 1e-6);
}

}  // namespace
}  // namespace pskd::eval
