// "None of these": when a model's answer is no class at all.
#pragma once

#include <span>
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

/// Of logits, or of logarithms of probabilities.
double confidence_of(std::span<const float> logits, double temperature);
/// Of the clip's probabilities.
double confidence_of(const Prediction& clip, double temperature);

/// The share of known clips that a fitted rule calls none at most.
inline constexpr double kNoneShare = 0.05;

/// Fitted on predictions of clips that were not trained on, at least one: the temperature of the highest likelihood of
/// their labels, and the highest threshold below which lies at most kNoneShare of them.
NoneRule fit_none_rule(const std::vector<Prediction>& predictions);

}  // namespace pskd::eval
