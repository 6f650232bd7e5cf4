#include "eval/coverage.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace pskd::eval {
namespace {

constexpr std::int64_t kAll = 100;  // percent

}  // namespace

double accuracy_at(const std::vector<Prediction>& predictions, int percent) {
  std::map<float, Answered, std::greater<>> by_confidence;
  for (const Prediction& one : predictions) {
    Answered& equal = by_confidence[*std::max_element(one.probabilities.begin(), one.probabilities.end())];
    ++equal.clips;
    equal.right += one.label == one.predicted ? 1 : 0;
  }
  const std::int64_t wanted = (std::ssize(predictions) * percent + kAll - 1) / kAll;
  std::int64_t left = wanted;
  double right = 0;
  for (const auto& [confidence, equal] : by_confidence) {
    const std::int64_t taken = std::min(left, equal.clips);
    right += static_cast<double>(taken * equal.right) / static_cast<double>(equal.clips);
    left -= taken;
  }
  return right / static_cast<double>(wanted);
}

Answered answered(const std::vector<Prediction>& predictions, const NoneRule& rule) {
  Answered sum;
  for (const Prediction& one : predictions) {
    if (confidence_of(one, rule.temperature) < rule.threshold) continue;
    ++sum.clips;
    sum.right += one.label == one.predicted ? 1 : 0;
  }
  return sum;
}

}  // namespace pskd::eval
