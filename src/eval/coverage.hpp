// What a model gets right where it need not answer about every clip (selective classification: R. El-Yaniv and
// Y. Wiener, JMLR 2010).
#pragma once

#include <cstdint>
#include <vector>

#include "eval/none_rule.hpp"
#include "pskd/eval/predictions.hpp"

namespace pskd::eval {

/// The accuracy on the `percent` % of the clips, rounded up, of which the model is surest: whose highest probability is
/// the highest. Where some of those that are equally sure fit in, their accuracy counts for them. At least one
/// prediction; `percent` is 1 .. 100.
double accuracy_at(const std::vector<Prediction>& predictions, int percent);

/// Clips about which the answer is a class.
struct Answered {
  std::int64_t clips = 0, right = 0;
};
Answered answered(const std::vector<Prediction>& predictions, const NoneRule& rule);

}  // namespace pskd::eval
