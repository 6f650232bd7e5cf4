#include "eval/none_rule.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/tools/minima.hpp>
#include <cmath>

#include "base/unicode.hpp"
#include "pskd/base/error.hpp"

namespace pskd::eval {
namespace {

/// log(sum_i exp(logits[i] / temperature)), less the largest of logits[i] / temperature.
double log_sum(std::span<const float> logits, double temperature) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp((logit - highest) / temperature);
  return std::log(sum);
}

struct Labeled {
  std::vector<float> logits;
  std::size_t label;
};

/// Logarithms of probabilities are logits, too.
std::vector<float> logits_of(const Prediction& clip) {
  constexpr float kSmallest = 1e-30F;  // a probability of 0 was smaller than a float can say
  std::vector<float> logits = clip.probabilities;
  for (float& value : logits) value = std::log(std::max(value, kSmallest));
  return logits;
}

std::vector<Labeled> labeled_logits(const std::vector<Prediction>& predictions) {
  std::vector<Labeled> all;
  for (const Prediction& one : predictions) {
    all.push_back({logits_of(one), static_cast<std::size_t>(one.label)});
  }
  return all;
}

double temperature_of(const std::vector<Labeled>& clips) {
  const auto negative_log_likelihood = [&](double log_temperature) {
    const double temperature = std::exp(log_temperature);
    double sum = 0;
    for (const auto& [logits, label] : clips) {
      const double highest = *std::max_element(logits.begin(), logits.end());
      sum += log_sum(logits, temperature) - (logits[label] - highest) / temperature;
    }
    return sum;
  };
  // Clips that are all right say nothing: they would be the more likely the lower the temperature is.
  const bool all_right = std::all_of(clips.begin(), clips.end(), [](const Labeled& clip) {
    return clip.logits[clip.label] >= *std::max_element(clip.logits.begin(), clip.logits.end());
  });
  if (all_right) return 1;
  constexpr double kLowest = 0.1, kHighest = 10;
  constexpr int kBits = 20;
  return std::exp(
      boost::math::tools::brent_find_minima(negative_log_likelihood, std::log(kLowest), std::log(kHighest), kBits)
          .first);
}

}  // namespace

bool has_class_called_none(const std::vector<std::string>& classes) {
  return std::any_of(classes.begin(), classes.end(), [](const auto& name) { return compared_form(name) == kNone; });
}

double confidence_of(std::span<const float> logits, double temperature) {
  return std::exp(-log_sum(logits, temperature));
}

double confidence_of(const Prediction& clip, double temperature) { return confidence_of(logits_of(clip), temperature); }

std::size_t most_below(std::size_t clips) {
  const boost::math::binomial drawn(static_cast<double>(clips), kNoneShare);
  std::size_t below = 0;
  while (below < clips && boost::math::cdf(drawn, static_cast<double>(below + 1)) <= 1 - kNoneConfidenceLevel) ++below;
  return below;
}

NoneRule fit_none_rule(const std::vector<Prediction>& predictions) {
  const std::vector<Labeled> clips = labeled_logits(predictions);
  NoneRule rule{temperature_of(clips), 0};
  std::vector<double> confidences;
  for (const Labeled& clip : clips) confidences.push_back(confidence_of(clip.logits, rule.temperature));
  std::sort(confidences.begin(), confidences.end());
  constexpr double kMost = 0.99;  // a smoothed confidence hardly comes back to 1
  rule.threshold = std::min(confidences[most_below(confidences.size())], kMost);
  return rule;
}

}  // namespace pskd::eval
