// "None of these": when a model's answer is no class at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "pskd/eval/predictions.hpp"

namespace pskd::eval {

/// The answer is none where the confidence is below the threshold. The confidence is the highest probability once the
/// logits are divided by the temperature, which makes it as large as the share of right answers (C. Guo et al., On
/// Calibration of Modern Neural Networks, ICML 2017).
struct NoneRule {
  double temperature = 1;  ///< > 0
  double threshold = 0;    ///< 0 .. 1; 0: never none
};

/// The answer, beside the names of classes.
inline constexpr const char* kNone = "none";

/// Whether a class has that name, too: nobody could tell the two apart, so such a model has no rule.
bool has_class_called_none(const std::vector<std::string>& classes);

/// Of logits, or of logarithms of probabilities.
double confidence_of(std::span<const float> logits, double temperature);
/// Of the clip's probabilities.
double confidence_of(const Prediction& clip, double temperature);

/// The share of known clips that a fitted rule calls none at most, and the confidence level of that.
inline constexpr double kNoneShare = 0.05, kNoneConfidenceLevel = 0.9;

/// How many of `clips` validation clips may lie below the threshold so that, at this confidence level, at most
/// kNoneShare of all clips do: a one-sided tolerance limit (S. S. Wilks, Determination of Sample Sizes for Setting
/// Tolerance Limits, Ann. Math. Stat. 12, 1941). 0 where the clips are too few to say that of any.
std::size_t most_below(std::size_t clips);

/// Fitted on predictions of clips that were not trained on, at least one: the temperature of the highest likelihood of
/// their labels, and the highest threshold below which lie most_below of them.
NoneRule fit_none_rule(const std::vector<Prediction>& predictions);

}  // namespace pskd::eval
