#include "distill/teacher_schedule.hpp"

#include <gtest/gtest.h>

namespace pskd::distill {
namespace {

/// Teachers `far` (90 epochs) and `near` (60 epochs) of a student with 30 epochs.
config::Experiment chain() {
  config::Experiment experiment;
  experiment.stages.resize(3);
  experiment.stages[0].name = "far";
  experiment.stages[0].epochs = 90;
  experiment.stages[1].name = "near";
  experiment.stages[1].epochs = 60;
  experiment.stages[2].name = "student";
  experiment.stages[2].epochs = 30;
  experiment.stages[2].teachers = {{"far"}, {"near"}};
  return experiment;
}

using Range = std::pair<int, int>;

TEST(Schedule, ChainFollowsTheListedTeachersThroughout) {
  const config::Experiment experiment = chain();
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 2U);
  EXPECT_EQ(schedule[0].stage, "far");
  EXPECT_EQ(schedule[0].epochs, Range(0, 30));
  EXPECT_EQ(schedule[1].epochs, Range(0, 30));
}

TEST(TeacherName, TellsTeachersOfOneNameOfSeveralRunsApart) {
  config::StageConfig student;
  student.teachers = {{.stage = "fused", .run = "a"},
                      {.stage = "far"},
                      {.stage = "fused", .run = "b"},
                      {.stage = "fused", .snapshot = {config::SnapshotName::Kind::best}, .run = "a"}};
  std::vector<std::string> names;
  for (const config::TeacherRef& teacher : student.teachers) names.push_back(teacher_name(student, teacher));
  EXPECT_EQ(names, (std::vector<std::string>{"fused", "far", "fused:2", "fused"}));
}

TEST(Schedule, ChainKeepsAGivenEpochRange) {
  config::Experiment experiment = chain();
  experiment.stages[2].teachers[0].epochs = {5, 12};
  EXPECT_EQ(schedule_teachers(experiment.stages[2], experiment)[0].epochs, Range(5, 12));
}

TEST(Schedule, AStageKeepsNoSnapshotsForTheStudentsOfAnotherRun) {
  config::Experiment experiment = chain();
  experiment.stages[2].teachers[0] = {.stage = "far", .snapshot = {config::SnapshotName::Kind::epoch, 20}, .run = "x"};
  EXPECT_TRUE(snapshot_epochs("far", experiment).empty());
}

TEST(Schedule, TrajectoryFollowsEarlySnapshotsThenLaterOnes) {
  config::Experiment experiment = chain();
  experiment.progress = {config::ProgressMode::trajectory, 3, config::ProgressStart::near};
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 6U);
  const std::vector<std::string> snapshots = {"epoch-30", "epoch-60", "last", "epoch-20", "epoch-40", "last"};
  const std::vector<Range> ranges = {{0, 10}, {10, 20}, {20, 30}, {0, 10}, {10, 20}, {20, 30}};
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    EXPECT_EQ(config::word(schedule[i].snapshot), snapshots[i]);
    EXPECT_EQ(schedule[i].epochs, ranges[i]);
  }
  EXPECT_EQ(snapshot_epochs("far", experiment), (std::vector{30, 60})) << "so that the teacher keeps them";
  EXPECT_EQ(snapshot_epochs("near", experiment), (std::vector{20, 40}));
  EXPECT_TRUE(snapshot_epochs("student", experiment).empty());
}

TEST(Schedule, WeightsMoveFromTheNearTeacherToTheFarOneOrBack) {
  config::Experiment experiment = chain();
  experiment.progress = {config::ProgressMode::weights, 3, config::ProgressStart::near};
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 4U) << "a weight of zero leaves the teacher out";
  EXPECT_EQ(schedule[0].stage, "near");
  EXPECT_EQ(schedule[0].epochs, Range(0, 10));
  EXPECT_EQ(schedule[1].weight, 0.5);
  EXPECT_EQ(schedule[2].weight, 0.5);
  EXPECT_EQ(schedule[3].stage, "far");
  EXPECT_EQ(schedule[3].epochs, Range(20, 30));
  experiment.progress.from = config::ProgressStart::far;
  EXPECT_EQ(schedule_teachers(experiment.stages[2], experiment)[0].stage, "far");
}

}  // namespace
}  // namespace pskd::distill
