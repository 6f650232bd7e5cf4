#include "deploy/decision.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pskd::deploy {
namespace {

std::vector<float> softmax(std::span<const float> logits) {
  const float highest = *std::max_element(logits.begin(), logits.end());
  std::vector<float> shares(logits.size());
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) sum += shares[i] = std::exp(logits[i] - highest);
  for (float& share : shares) share = static_cast<float>(share / sum);
  return shares;
}

}  // namespace

Decision decision_of(std::span<const float> logits, std::span<const float> embedding, const eval::NoneRule& none) {
  Decision decision;
  decision.label = static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  decision.probabilities = softmax(logits);
  decision.logits.assign(logits.begin(), logits.end());
  decision.embedding.assign(embedding.begin(), embedding.end());
  decision.confidence = eval::confidence_of(logits, none.temperature);
  decision.is_none = !(decision.confidence >= none.threshold);  // so is NaN, where the network overflowed
  return decision;
}

}  // namespace pskd::deploy
