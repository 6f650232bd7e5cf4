#include "eval/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>

#include "base/random.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"

namespace pskd::eval {

namespace {

constexpr std::size_t kMaxEnumerated = 20;
constexpr int kDrawnFlips = 100'000;
constexpr int kMinForChiSquare = 25;

void require_finite(const std::vector<double>& values) {
  for (const double value : values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorKind::data, "cannot compare: expected finite differences, found " + std::to_string(value));
    }
  }
}

/// Differences of scores that are equal on paper differ in the last bits of the scores, which are about 1; so may
/// differences of 0.
bool all_equal(const std::vector<double>& values) {
  const double tolerance = 1e-9 * std::max(1.0, std::abs(values.front()));
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return std::abs(value - values.front()) <= tolerance; });
}

double standard_error(const Summary& summary) { return summary.deviation / std::sqrt(summary.n); }

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Sums of the same numbers in other signs differ in their last bits where they are equal; this counts as equal.
double least_extreme(const std::vector<double>& differences) {
  double magnitude = 0;
  for (const double difference : differences) magnitude += std::abs(difference);
  return std::abs(sum_of(differences)) - 1e-12 * magnitude;
}

/// A sign assignment and its opposite are equally far from 0, so that the last difference keeps its sign.
double enumerated_p(const std::vector<double>& differences) {
  const double least = least_extreme(differences);
  const std::uint32_t assignments = std::uint32_t{1} << (differences.size() - 1);
  std::uint32_t extreme = 0;
  for (std::uint32_t signs = 0; signs < assignments; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      sum += ((signs >> i) & 1U) != 0 ? -differences[i] : differences[i];
    }
    if (std::abs(sum) >= least) ++extreme;
  }
  return static_cast<double>(extreme) / assignments;
}

double drawn_p(const std::vector<double>& differences) {
  const double least = least_extreme(differences);
  RandomStream stream(stream_key(0, "sign flips"));
  int extreme = 1;
  for (int draw = 0; draw < kDrawnFlips; ++draw) {
    double sum = 0;
    for (const double difference : differences) sum += stream.below(2) == 0 ? difference : -difference;
    if (std::abs(sum) >= least) ++extreme;
  }
  return static_cast<double>(extreme) / (kDrawnFlips + 1);
}

}  // namespace

std::vector<double> unit_values(const ScoreByRun& scores) {
  std::vector<double> values;
  std::map<std::string, std::vector<double>> folds;
  for (const auto& [run, value] : scores) {
    if (run.fold.empty()) {
      values.push_back(value);
    } else {
      folds[run.fold].push_back(value);
    }
  }
  for (const auto& [fold, seeds] : folds) values.push_back(summarize(seeds).mean);
  return values;
}

std::vector<double> paired_values(const ScoreByRun& method, const ScoreByRun& reference) {
  ScoreByRun differences;
  for (const auto& [run, value] : method) {
    const auto other = reference.find(run);
    if (other != reference.end()) differences[run] = value - other->second;
  }
  return unit_values(differences);
}

PairedDifference paired_difference(const std::vector<double>& differences) {
  require_finite(differences);
  const Summary summary = summarize(differences);
  return {.n = summary.n,
          .mean = summary.mean,
          .deviation = summary.deviation,
          .interval = t_interval(differences),
          .permutation_p = permutation_p(differences),
          .t_p = paired_t_p(differences)};
}

std::optional<Interval> t_interval(const std::vector<double>& differences) {
  require_finite(differences);
  if (differences.size() < 2 || all_equal(differences)) return std::nullopt;
  const Summary summary = summarize(differences);
  const boost::math::students_t distribution(summary.n - 1);
  const double half = boost::math::quantile(boost::math::complement(distribution, 0.025)) * standard_error(summary);
  return Interval{summary.mean - half, summary.mean + half};
}

double permutation_p(const std::vector<double>& differences) {
  require_finite(differences);
  if (differences.empty()) return 1;
  return differences.size() <= kMaxEnumerated ? enumerated_p(differences) : drawn_p(differences);
}

std::optional<double> paired_t_p(const std::vector<double>& differences) {
  require_finite(differences);
  if (differences.size() < 2 || all_equal(differences)) return std::nullopt;
  const Summary summary = summarize(differences);
  const double t = summary.mean / standard_error(summary);
  const boost::math::students_t distribution(summary.n - 1);
  return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

std::vector<double> holm(const std::vector<double>& p_values) {
  for (const double p : p_values) {
    if (!(p >= 0 && p <= 1)) {
      throw Error(ErrorKind::data, "cannot adjust p values: expected 0 to 1, found " + std::to_string(p));
    }
  }
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, static_cast<double>(order.size() - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

McNemar mcnemar(int both_right, int only_first, int only_second, int both_wrong) {
  McNemar result{both_right, only_first, only_second, both_wrong, 1, {}, {}};
  const int differing = only_first + only_second;
  if (differing == 0) return result;
  const boost::math::binomial fair(differing, 0.5);
  result.exact_p = std::min(1.0, 2 * boost::math::cdf(fair, std::min(only_first, only_second)));
  if (differing >= kMinForChiSquare) {
    const double distance = std::max(0, std::abs(only_first - only_second) - 1);
    result.chi_square = distance * distance / differing;
    result.chi_square_p = boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), *result.chi_square));
  }
  return result;
}

McNemar mcnemar(const std::vector<Prediction>& first, const std::vector<Prediction>& second) {
  std::map<std::string, const Prediction*> others;
  for (const Prediction& prediction : second) others[prediction.clip] = &prediction;
  if (first.size() != second.size() || others.size() != second.size()) {
    throw Error(ErrorKind::data, "cannot compare predictions: expected the same clips, each once, found " +
                                     std::to_string(first.size()) + " and " + std::to_string(others.size()));
  }
  int counts[2][2] = {};
  for (const Prediction& prediction : first) {
    const auto other = others.find(prediction.clip);
    if (other == others.end() || other->second->label != prediction.label) {
      throw Error(ErrorKind::data, "cannot compare predictions: clip '" + prediction.clip +
                                       "' is not in both with the same label; compare runs of one protocol");
    }
    ++counts[prediction.predicted == prediction.label][other->second->predicted == other->second->label];
    others.erase(other);  // a clip that is twice in `first` is not found the second time
  }
  return mcnemar(counts[1][1], counts[1][0], counts[0][1], counts[0][0]);
}

}  // namespace pskd::eval
