#include "report/closing_line.hpp"

#include <gmock/gmock.h>

namespace pskd::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

eval::StageResult stage_of(const std::string& name, int right) {
  std::vector<eval::Prediction> predictions;
  for (int clip = 0; clip < 20; ++clip) {
    predictions.push_back({.clip = std::to_string(clip),
                           .subject = 2,
                           .label = 0,
                           .predicted = clip < right ? 0 : 1,
                           .probabilities = {}});
  }
  eval::StageResult stage;
  stage.name = name;
  stage.test = eval::score(predictions, {"wave", "clap"});
  return stage;
}

eval::RunRecord record_of(const std::string& name, std::uint64_t seed, const std::vector<eval::StageResult>& stages) {
  eval::RunRecord record;
  record.experiment = name;
  record.config_hash = "hash-of-" + name;
  record.seed = seed;
  record.stages = stages;
  return record;
}

eval::RunRecord run_of(std::uint64_t seed, int student, int baseline) {
  return record_of("utd", seed, {stage_of("student", student), stage_of("baseline", baseline)});
}

// Differences 5, 10 and 0 points; t(0.975, 2) = 4.303, deviation 5.
TEST(ClosingLine, SaysStudentMinusBaselineAndWhatTheSeedsCanShow) {
  EXPECT_THAT(closing_lines({{run_of(1, 11, 10), run_of(2, 14, 12), run_of(3, 12, 12)}}),
              ElementsAre("student minus baseline: +5.0 points accuracy, 95 % interval [-7.4, +17.4], p = 0.500 "
                          "(sign-flip test), n = 3 seeds, which cannot give a p below 0.250; less than 12.4 points "
                          "would not have been noticed"));
}

TEST(ClosingLine, OfOneSeedSaysThatItCannotTell) {
  EXPECT_THAT(
      closing_lines({{run_of(1, 11, 10)}}),
      ElementsAre("student minus baseline: +5.0 points accuracy, n = 1 seed, which cannot tell it from chance"));
}

TEST(ClosingLine, OfEqualDifferencesHasNoInterval) {
  EXPECT_THAT(closing_lines({{run_of(1, 11, 10), run_of(2, 12, 11)}}),
              ElementsAre("student minus baseline: +5.0 points accuracy, p = 0.500 (sign-flip test), n = 2 seeds, "
                          "which cannot give a p below 0.500"));
}

TEST(ClosingLine, OfASweepComparesEachRunWithLabel) {
  const auto student = [](int right) { return std::vector<eval::StageResult>{stage_of("student", right)}; };
  EXPECT_THAT(closing_lines({{record_of("kd", 1, student(12)), record_of("label", 1, student(10)),
                              record_of("acs", 1, student(9))}}),
              ElementsAre("kd minus label: +10.0 points accuracy, n = 1 seed, which cannot tell it from chance",
                          "acs minus label: -5.0 points accuracy, n = 1 seed, which cannot tell it from chance"));
  EXPECT_THAT(closing_lines({{record_of("kd", 1, student(12)), record_of("at", 1, student(10))}}), IsEmpty());
}

TEST(ClosingLine, OfFoldsCountsFolds) {
  std::vector<eval::RunRecord> records;
  for (const char* fold : {"1", "2", "3"}) {
    for (const std::uint64_t seed : {1, 2}) {
      records.push_back(run_of(seed, 12 + static_cast<int>(records.size()), 10));
      records.back().fold = fold;
    }
  }
  EXPECT_THAT(closing_lines({records}).at(0),
              ::testing::HasSubstr("p = 0.250 (sign-flip test), n = 3 folds, which cannot give a p below 0.250"));
}

TEST(ClosingLine, IsNotThereWhereTheStagesAreScoredOnOtherClips) {
  eval::StageResult baseline = stage_of("baseline", 10);
  baseline.test =
      eval::score({{.clip = "0", .subject = 2, .label = 0, .predicted = 0, .probabilities = {}}}, {"wave", "clap"});
  EXPECT_THAT(closing_lines({{record_of("utd", 1, {stage_of("student", 11), baseline})}}), IsEmpty());
}

TEST(ClosingLine, IsNotThereWhereNothingCanBeCompared) {
  EXPECT_THAT(closing_lines({{record_of("utd", 1, {stage_of("student", 3)})}}), IsEmpty());
  EXPECT_THAT(closing_lines({{record_of("utd", 1, {stage_of("pupil", 3)})}}), IsEmpty());
  EXPECT_THAT(closing_lines({{}}), IsEmpty());
}

}  // namespace
}  // namespace pskd::report
