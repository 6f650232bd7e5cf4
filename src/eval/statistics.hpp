// How sure a difference between two methods is: over seeds or folds (paired), and between two single models over clips.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pskd/eval/predictions.hpp"

namespace pskd::eval {

struct Interval {
  double low = 0, high = 0;
};

/// Which run of an experiment a score is of. `fold` is empty where the protocol has one split.
struct RunKey {
  std::string fold;
  std::uint64_t seed = 0;

  friend auto operator<=>(const RunKey&, const RunKey&) = default;
};
using ScoreByRun = std::map<RunKey, double>;

/// The values that means, intervals and tests are over: one for each seed or, where the protocol has folds, one for
/// each fold, which is the mean over its seeds. Then a fold is the unit, in leave-one-subject-out a person: seeds of
/// one fold are tested on the same clips, so they say nothing about another person.
std::vector<double> unit_values(const ScoreByRun& scores);

/// Method minus reference for the runs that both have, then as unit_values.
std::vector<double> paired_values(const ScoreByRun& method, const ScoreByRun& reference);

/// Differences of paired values, method minus reference under the same seed or fold, in the unit of the values.
struct PairedDifference {
  int n = 0;
  double mean = 0, deviation = 0;    ///< as summarize: n - 1 in the denominator; 0 for one value
  std::optional<Interval> interval;  ///< of the mean, see t_interval; absent where t is not defined
  double permutation_p = 1;          ///< see permutation_p
  std::optional<double> t_p;         ///< see paired_t_p; absent where t is not defined
};
/// The answers for no difference at all are those of the default. Throws Error(data) for a value that is not finite.
PairedDifference paired_difference(const std::vector<double>& differences);

/// 95 % interval of the mean by Student's t: mean -+ t(0.975, n - 1) deviation / sqrt(n). It covers 95 % for normal
/// differences at every n >= 2, and 93 % or more where they are moderately skewed (skewness 0.7). The percentile
/// bootstrap covers 69 % at n = 3 and 86 % at n = 6, because resamples of a few values spread less than new values do.
/// Two seeds give a wide interval (t = 12.7), which is what they know. Absent for n < 2 and for equal values: a
/// deviation of 0 comes from the coarse steps of scores, and an interval of one point would claim certainty.
std::optional<Interval> t_interval(const std::vector<double>& differences);

/// Two-sided sign-flip test of "the differences are symmetric around 0": the share of sign assignments whose mean is at
/// least as far from 0 as the one found. All 2^n of them up to n = 20, else 100 000 random ones, the one found counted
/// among them (Phipson, Smyth 2010). 1 for no value; at least 2^(1 - n), unless more are drawn.
double permutation_p(const std::vector<double>& differences);

/// Two-sided p of Student's paired t test. Absent for n < 2 and for equal values, whose t is not defined.
std::optional<double> paired_t_p(const std::vector<double>& differences);

/// p values adjusted for their number by Holm's step-down procedure (Holm 1979), in the order given. Throws Error(data)
/// for a value outside 0 .. 1.
std::vector<double> holm(const std::vector<double>& p_values);

/// McNemar's test (1947) of "two models are right equally often", from the clips on which they differ.
struct McNemar {
  int both_right = 0, only_first = 0, only_second = 0, both_wrong = 0;
  double exact_p = 1;  ///< two-sided binomial test of only_first against only_second; 1 when the models never differ
  /// With continuity correction (Edwards 1948), where at least 25 clips differ; below, the approximation is poor.
  std::optional<double> chi_square, chi_square_p;
};
McNemar mcnemar(int both_right, int only_first, int only_second, int both_wrong);
/// Clips in any order. Throws Error(data) when the two lists are not about the same clips with the same labels.
McNemar mcnemar(const std::vector<Prediction>& first, const std::vector<Prediction>& second);

}  // namespace pskd::eval
