#include "eval/statistics.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "support/golden.hpp"
#include "support/refusal.hpp"

namespace pskd::eval {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kExact = 1e-12;

TEST(PairedDifference, AgreesWithScipy) {
  for (const auto& golden : testing::golden_cases("statistics.json", "paired")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto& expected = golden["expected"];
    const PairedDifference found = paired_difference(golden["inputs"]["differences"].get<std::vector<double>>());
    EXPECT_NEAR(found.mean, expected["mean"], kExact);
    EXPECT_NEAR(found.deviation, expected["deviation"], kExact);
    EXPECT_NEAR(found.permutation_p, expected["permutation_p"], expected["permutation_error"]);
    ASSERT_TRUE(found.t_p && found.interval);
    EXPECT_NEAR(*found.t_p, expected["t_p"], kExact);
    EXPECT_NEAR(found.interval->low, expected["low"], kExact);
    EXPECT_NEAR(found.interval->high, expected["high"], kExact);
  }
}

ScoreByRun scores_of(const nlohmann::json& list) {
  ScoreByRun scores;
  for (const auto& one : list) scores[{one[0].get<std::string>(), one[1].get<std::uint64_t>()}] = one[2].get<double>();
  return scores;
}

// make_golden.py pairs by fold and seed with loops, takes the mean over the seeds of each fold, and asks scipy.
TEST(PairedDifference, OfFoldsAgreesWithScipy) {
  for (const auto& golden : testing::golden_cases("statistics.json", "folds")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto& expected = golden["expected"];
    const PairedDifference found = paired_difference(
        paired_values(scores_of(golden["inputs"]["method"]), scores_of(golden["inputs"]["reference"])));
    EXPECT_EQ(found.n, expected["n"]);
    EXPECT_NEAR(found.mean, expected["mean"], kExact);
    EXPECT_NEAR(found.deviation, expected["deviation"], kExact);
    EXPECT_NEAR(found.permutation_p, expected["permutation_p"], kExact);
    ASSERT_TRUE(found.t_p && found.interval);
    EXPECT_NEAR(*found.t_p, expected["t_p"], kExact);
    EXPECT_NEAR(found.interval->low, expected["low"], kExact);
    EXPECT_NEAR(found.interval->high, expected["high"], kExact);
  }
}

TEST(PairedValues, AreOneForEachSeedOrForEachFold) {
  EXPECT_THAT(unit_values({{{"", 1}, 0.5}, {{"", 2}, 0.75}}), ElementsAre(0.5, 0.75));
  EXPECT_THAT(unit_values({{{"3", 1}, 0.5}, {{"3", 2}, 1}, {{"4", 1}, 0.25}}), ElementsAre(0.75, 0.25));
  EXPECT_THAT(paired_values({{{"3", 1}, 0.5}, {{"3", 2}, 1}, {{"4", 1}, 0.25}}, {{{"3", 2}, 0.25}, {{"5", 1}, 0}}),
              ElementsAre(0.75));
}

TEST(PairedDifference, OfNothingSaysNothing) {
  const PairedDifference found = paired_difference({});
  EXPECT_EQ(found.n, 0);
  EXPECT_EQ(found.permutation_p, 1);
  EXPECT_FALSE(found.interval || found.t_p);
}

TEST(PairedDifference, OfOneSeedIsNoEvidence) {
  const PairedDifference found = paired_difference({0.3});
  EXPECT_EQ(found.n, 1);
  EXPECT_EQ(found.mean, 0.3);
  EXPECT_EQ(found.permutation_p, 1) << "the opposite sign is as far from 0";
  EXPECT_FALSE(found.interval || found.t_p);
}

TEST(PairedDifference, OfEqualValuesHasNoInterval) {
  const PairedDifference found = paired_difference({0.1, 0.1, 0.1});
  EXPECT_EQ(found.permutation_p, 0.25) << "all signs equal: 2 of 8";
  EXPECT_FALSE(found.interval || found.t_p);
  EXPECT_FALSE(t_interval({0.84 - 0.83, 0.85 - 0.84})) << "equal on paper, not in binary";
  const PairedDifference none = paired_difference({0, 0.3 - 0.2 - 0.1, 0});
  EXPECT_FALSE(none.interval || none.t_p) << "all 0 on paper, and the first in binary, too";
  EXPECT_EQ(permutation_p({0, 0, 0, 0}), 1) << "every assignment is as far from 0";
}

TEST(PairedDifference, RefusesWhatIsNotFinite) {
  for (const double value : {kNaN, std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { paired_difference({0.1, value}); }), HasSubstr("finite"));
  }
}

TEST(PairedDifference, DoesNotDependOnTheSign) {
  const std::vector<double> some = {0.01, -0.02, 0.005, 0.03, 0.011};
  std::vector<double> opposite = some;
  for (double& value : opposite) value = -value;
  EXPECT_EQ(permutation_p(some), permutation_p(opposite));
  EXPECT_EQ(t_interval(some)->low, -t_interval(opposite)->high);
}

/// How often the interval of n draws holds `mean`, over 4,000 samples.
template <class Distribution>
double coverage(Distribution distribution, double mean, int n) {
  constexpr int kSamples = 4000;
  std::mt19937_64 engine(static_cast<std::uint64_t>(n));
  std::vector<double> sample(static_cast<std::size_t>(n));
  int covered = 0;
  for (int i = 0; i < kSamples; ++i) {
    for (double& value : sample) value = distribution(engine);
    const Interval interval = t_interval(sample).value();
    covered += interval.low <= mean && mean <= interval.high ? 1 : 0;
  }
  return static_cast<double>(covered) / kSamples;
}

TEST(Interval, CoversTheMeanIn95Of100NormalSamples) {
  for (int n = 2; n <= 12; ++n) {
    const double share = coverage(boost::random::normal_distribution<double>(0.5, 2), 0.5, n);
    EXPECT_TRUE(share >= 0.94 && share <= 0.96) << share << " with " << n << " seeds";  // 2.9 standard errors
  }
}

TEST(Interval, CoversTheMeanIn93Of100ModeratelySkewedSamples) {
  for (int n = 3; n <= 12; ++n) {
    const double share = coverage(boost::random::gamma_distribution<double>(8, 0.5), 4, n);  // skewness 0.7
    EXPECT_TRUE(share >= 0.93 && share <= 0.97) << share << " with " << n << " seeds";
  }
}

TEST(Interval, OfTwoSeedsIsWide) {
  const Interval interval = t_interval({1, 2}).value();
  EXPECT_NEAR(interval.low, 1.5 - 12.706 * 0.5, 0.001);
  EXPECT_NEAR(interval.high, 1.5 + 12.706 * 0.5, 0.001);
}

TEST(Permutation, CountsTiesThoughRoundingBreaksThem) {
  // 0.1 + 0.2 - 0.3 is not 0 in binary, and every assignment is at least as far from 0 as this one.
  EXPECT_EQ(permutation_p({0.1, 0.2, -0.3}), 1);
}

TEST(Permutation, DrawnAgreesWithEnumerated) {
  std::vector<double> differences;
  for (int i = 0; i < 20; ++i) differences.push_back(std::sin(i) + 0.3);
  const double enumerated = permutation_p(differences);
  differences.push_back(0);  // changes no sum, but there are too many to enumerate now
  EXPECT_NEAR(permutation_p(differences), enumerated, 0.006) << "four standard errors of 100 000 draws";
}

TEST(Holm, AgreesWithNumpy) {
  for (const auto& golden : testing::golden_cases("statistics.json", "holm")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto adjusted = holm(golden["inputs"]["p"].get<std::vector<double>>());
    const auto expected = golden["expected"]["adjusted"].get<std::vector<double>>();
    ASSERT_EQ(adjusted.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], kExact) << i;
  }
}

TEST(Holm, OfNoneIsNoneAndOfOneIsItself) {
  EXPECT_THAT(holm({}), IsEmpty());
  EXPECT_THAT(holm({0.04}), ElementsAre(DoubleEq(0.04)));
}

TEST(Holm, RefusesWhatIsNoProbability) {
  for (const double p : {kNaN, -0.1, 1.1}) {
    EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { holm({0.5, p}); }), HasSubstr("0 to 1"));
  }
}

TEST(McNemar, AgreesWithScipy) {
  for (const auto& golden : testing::golden_cases("statistics.json", "mcnemar")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto& expected = golden["expected"];
    const McNemar found = mcnemar(5, golden["inputs"]["only_first"], golden["inputs"]["only_second"], 3);
    EXPECT_NEAR(found.exact_p, expected["exact_p"], kExact);
    ASSERT_EQ(found.chi_square.has_value(), expected.contains("chi_square"));
    if (!found.chi_square) continue;
    EXPECT_NEAR(*found.chi_square, expected["chi_square"], kExact);
    EXPECT_NEAR(*found.chi_square_p, expected["chi_square_p"], kExact);
  }
}

Prediction prediction_of(const std::string& clip, bool right) {
  return {.clip = clip, .subject = 2, .label = 1, .predicted = right ? 1 : 0, .probabilities = {}};
}

TEST(McNemar, CountsWhoWasRightOnEachClip) {
  const std::vector<Prediction> first = {prediction_of("a", true), prediction_of("b", true), prediction_of("c", false),
                                         prediction_of("d", true)};
  const std::vector<Prediction> second = {prediction_of("d", true), prediction_of("c", true), prediction_of("b", false),
                                          prediction_of("a", false)};
  const McNemar found = mcnemar(first, second);
  EXPECT_EQ(found.both_right, 1);
  EXPECT_EQ(found.only_first, 2);
  EXPECT_EQ(found.only_second, 1);
  EXPECT_EQ(found.both_wrong, 0);
  EXPECT_EQ(found.exact_p, 1);
}

TEST(McNemar, RefusesPredictionsAboutOtherClips) {
  const std::vector<Prediction> first = {prediction_of("a", true), prediction_of("b", true)};
  Prediction relabeled = prediction_of("b", true);
  relabeled.label = 0;
  for (const std::vector<Prediction>& other : std::vector<std::vector<Prediction>>{
           {}, {first[0]}, {first[0], first[0]}, {first[0], prediction_of("c", true)}, {first[0], relabeled}}) {
    EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { mcnemar(first, other); }), HasSubstr("cannot compare"));
    EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { mcnemar(other, first); }), HasSubstr("cannot compare"));
  }
}

}  // namespace
}  // namespace pskd::eval
