#include "pskd/eval/scores.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "support/golden.hpp"

namespace pskd::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kExact = 1e-14;

std::vector<std::string> class_names(int count) {
  std::vector<std::string> names;
  for (int index = 0; index < count; ++index) names.push_back("class-" + std::to_string(index));
  return names;
}

std::vector<Prediction> predictions_of(const std::vector<int>& labels, const std::vector<int>& predicted) {
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    predictions.push_back({.clip = "clip-" + std::to_string(i),
                           .subject = 1,
                           .label = labels[i],
                           .predicted = predicted[i],
                           .probabilities = {}});
  }
  return predictions;
}

TEST(Scores, AgreeWithScikitLearn) {
  for (const auto& golden : testing::golden_cases("scores.json", "scores")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const auto& inputs = golden["inputs"];
    const auto& expected = golden["expected"];
    const Scores scores = score(predictions_of(inputs["labels"], inputs["predicted"]), class_names(inputs["classes"]));
    EXPECT_EQ(scores.clips, inputs["labels"].size());
    EXPECT_NEAR(scores.accuracy, expected["accuracy"], kExact);
    EXPECT_EQ(scores.scored_classes, expected["scored_classes"]);
    EXPECT_NEAR(scores.balanced_accuracy, expected["balanced_accuracy"], kExact);
    EXPECT_NEAR(scores.macro_f1, expected["macro_f1"], kExact);
    EXPECT_NEAR(scores.weighted_f1, expected["weighted_f1"], kExact);
    EXPECT_EQ(scores.confusion, expected["confusion"].get<std::vector<std::vector<int>>>());
    ASSERT_EQ(scores.per_class.size(), expected["f1"].size());
    for (std::size_t index = 0; index < scores.per_class.size(); ++index) {
      SCOPED_TRACE(scores.per_class[index].name);
      EXPECT_NEAR(scores.per_class[index].precision, expected["precision"][index], kExact);
      EXPECT_NEAR(scores.per_class[index].recall, expected["recall"][index], kExact);
      EXPECT_NEAR(scores.per_class[index].f1, expected["f1"][index], kExact);
      EXPECT_EQ(scores.per_class[index].support, expected["support"][index]);
    }
  }
}

TEST(Scores, ConfusionHasTheTruthInRowsAndThePredictionInColumns) {
  const Scores scores = score(predictions_of({0, 0, 1}, {1, 1, 1}), {"wave", "clap"});
  EXPECT_THAT(scores.confusion, ElementsAre(ElementsAre(0, 2), ElementsAre(0, 1)));
}

// A class that no clip has says nothing about the model: naming it must not lower the mean.
TEST(Scores, MeansOverClassesLeaveOutClassesWithoutClips) {
  const auto predictions = predictions_of({0, 1, 1}, {0, 1, 0});
  const Scores two = score(predictions, class_names(2)), many = score(predictions, class_names(27));
  EXPECT_EQ(many.scored_classes, 2);
  EXPECT_DOUBLE_EQ(two.macro_f1, many.macro_f1);
  EXPECT_DOUBLE_EQ(two.balanced_accuracy, many.balanced_accuracy);
}

// The number of classes in the mean must not depend on what a model answers, else two models are not comparable.
TEST(Scores, AClassWithoutClipsIsLeftOutEvenWhereItIsPredicted) {
  const Scores scores = score(predictions_of({0, 0}, {0, 1}), class_names(2));
  EXPECT_EQ(scores.scored_classes, 1);
  EXPECT_DOUBLE_EQ(scores.per_class[0].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.macro_f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.weighted_f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.balanced_accuracy, 0.5);
}

TEST(Scores, DoNotDependOnTheOrderOfTheClips) {
  auto predictions = predictions_of({0, 1, 2, 2, 1, 0}, {0, 2, 2, 1, 1, 1});
  const Scores scores = score(predictions, class_names(3));
  std::reverse(predictions.begin(), predictions.end());
  const Scores reversed = score(predictions, class_names(3));
  EXPECT_EQ(scores.confusion, reversed.confusion);
  EXPECT_EQ(scores.macro_f1, reversed.macro_f1);
}

std::string refusal(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes) {
  try {
    score(predictions, classes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    return error.what();
  }
  return "not refused";
}

TEST(Scores, RefuseAnEmptyList) { EXPECT_THAT(refusal({}, {"wave"}), HasSubstr("empty list")); }

TEST(Scores, RefuseAnIndexOutsideTheClassesNamingTheClip) {
  const std::vector<std::string> two = {"wave", "clap"};
  for (const int outside : {-1, 2, 1000000}) {
    EXPECT_THAT(refusal(predictions_of({0, outside}, {0, 0}), two),
                AllOf(HasSubstr("clip-1"), HasSubstr("true"), HasSubstr("found " + std::to_string(outside))));
    EXPECT_THAT(refusal(predictions_of({0, 0}, {outside, 0}), two),
                AllOf(HasSubstr("clip-0"), HasSubstr("predicted"), HasSubstr("found " + std::to_string(outside))));
  }
}

TEST(Summary, AgreesWithNumpy) {
  for (const auto& golden : testing::golden_cases("scores.json", "summaries")) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    const Summary summary = summarize(golden["inputs"]["values"]);
    EXPECT_EQ(summary.n, golden["expected"]["n"]);
    EXPECT_NEAR(summary.mean, golden["expected"]["mean"], kExact);
    EXPECT_NEAR(summary.deviation, golden["expected"]["deviation"], kExact);
  }
}

TEST(Summary, OfNothingHasNoValues) { EXPECT_EQ(summarize({}).n, 0); }

}  // namespace
}  // namespace pskd::eval
