// The tasks of a sweep and where they stand, by the files of their runs alone.
#include "sweep/tasks.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/run_record.hpp"
#include "support/refusal.hpp"
#include "support/teacher_and_student.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/launch.hpp"
#include "sweep/local_launcher.hpp"
#include "sweep/status.hpp"

namespace pskd::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SweepTasks : public ::testing::Test {
 protected:
  /// A teacher that all runs share, and a student that differs.
  config::SweepRun run_of(const std::string& name, int epochs) const {
    config::SweepRun run{name, testing::teacher_and_student()};
    run.experiment.stages.back().epochs = epochs;
    run.experiment.seeds = {1, 2};
    run.experiment.run.name = name;
    run.experiment.run.root = folder_.path().string();
    return run;
  }

  void finish(const SweepTask& task, double seconds) const {
    eval::RunRecord record;
    for (const TaskStage& stage : task.stages) {
      eval::StageResult& result = record.stages.emplace_back();
      result.name = stage.name;
      result.epochs = 10;
      result.seconds = seconds;
      write_file_atomically(task.layout.stage(stage.name).checkpoint("last"), "");
    }
    eval::write_run_record(task.layout.result(), record);
  }

  testing::TemporaryFolder folder_;
  config::Sweep sweep_{"trial", folder_.path(), {run_of("short", 10), run_of("long", 20)}};
};

TEST_F(SweepTasks, AreOneForEachRunAndSeed) {
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  ASSERT_EQ(tasks.size(), 4U);
  EXPECT_EQ(tasks[0].name(), "short/1");
  EXPECT_EQ(tasks[3].name(), "long/2");
  EXPECT_EQ(tasks[3].unique_name(), "long/2 " + ExperimentLayout{tasks[3].layout.experiment()}.config_hash());
  EXPECT_EQ(&find_task(tasks, "long/1"), &tasks[2]);
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { find_task(tasks, "long/3"); }),
              HasSubstr("--only: expected one of short/1 short/2 long/1 long/2, found 'long/3'"));
}

TEST_F(SweepTasks, AreOneForEachFoldToo) {
  sweep_.runs.resize(1);
  sweep_.runs[0].experiment.protocol.name = "leave-one-subject-out";
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  ASSERT_EQ(tasks.size(), 8U * 2);
  EXPECT_EQ(tasks[5].name(), "short/fold-3/2");
  EXPECT_EQ(tasks[5].layout.fold(), "3");
  EXPECT_EQ(tasks[5].layout.experiment(), tasks[0].layout.experiment()) << "one config, one hash";
  EXPECT_EQ(&find_task(tasks, "short/fold-8/1"), &tasks[14]);
  EXPECT_NE(tasks[0].stages[0].identity, tasks[2].stages[0].identity) << "others train in another fold";
  EXPECT_THAT(status_text(tasks, {}, 1), HasSubstr("short/fold-1/1  waiting"));
}

TEST_F(SweepTasks, ShareTheStagesThatAreTheSame) {
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  EXPECT_EQ(tasks[0].stages[0].identity, tasks[2].stages[0].identity) << "the teacher of one seed";
  EXPECT_NE(tasks[0].stages[0].identity, tasks[1].stages[0].identity) << "another seed";
  EXPECT_NE(tasks[0].stages[1].identity, tasks[2].stages[1].identity) << "another student";
  sweep_.runs[1].experiment.protocol.test = config::SplitPart{.subjects = {{2}}};
  EXPECT_EQ(make_tasks(sweep_)[2].stages[0].identity, tasks[0].stages[0].identity) << "others are tested";
  sweep_.runs[1].experiment.protocol.train = config::SplitPart{.subjects = {{1, 3}}};
  EXPECT_NE(make_tasks(sweep_)[2].stages[0].identity, tasks[0].stages[0].identity) << "others train";
  EXPECT_TRUE(shares_untrained_stage(tasks[2], {&tasks[0]}));
  EXPECT_FALSE(shares_untrained_stage(tasks[3], {&tasks[0]}));
  write_file_atomically(tasks[0].layout.stage("skeleton").checkpoint("last"), "");
  EXPECT_FALSE(shares_untrained_stage(tasks[2], {&tasks[0]})) << "the teacher is trained";
}

TEST_F(SweepTasks, StandWhereTheirFilesSay) {
  sweep_.runs[1].experiment.protocol.test = config::SplitPart{.subjects = {{99}}};
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  EXPECT_EQ(state_of(tasks[0]), TaskState::waiting);
  note_failure(tasks[0], "no disk\nno luck");
  EXPECT_EQ(state_of(tasks[0]), TaskState::failed);
  EXPECT_EQ(failure_of(tasks[0]), "no disk\nno luck");
  EXPECT_THAT(status_text(tasks, {tasks[1].unique_name()}, 1),
              ::testing::AllOf(HasSubstr("short/1  failed   no disk\n"), HasSubstr("short/2  queued   "),
                               HasSubstr("long/1   failed   protocol.test"), HasSubstr("1 queued, 3 failed")));
  EXPECT_THAT(testing::refusal(ErrorKind::config,
                               [&] {
                                 throw_failures({{&tasks[2], exit_code(ErrorKind::config)}}, tasks.size(), "done");
                               }),
              HasSubstr("1 of 4 runs failed; the others are done:\nlong/1: protocol.test"));
  forget_failure(tasks[0]);
  EXPECT_EQ(state_of(tasks[0]), TaskState::waiting);
  finish(tasks[0], 1);
  EXPECT_EQ(state_of(tasks[0]), TaskState::done);
}

TEST_F(SweepTasks, NoteNoFailureInARunThatAnotherProcessTrainsOrHasFinished) {
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  {
    const FileLock other(tasks[0].layout.lock());
    note_failure(tasks[0], "no luck");
    EXPECT_EQ(state_of(tasks[0]), TaskState::running);
  }
  finish(tasks[1], 1);
  note_failure(tasks[1], "no luck");
  for (int task : {0, 1}) EXPECT_EQ(failure_of(tasks[task]), "");
}

TEST_F(SweepTasks, TakeAsLongAsFinishedOnesTookForAnEpoch) {
  const std::vector<SweepTask> tasks = make_tasks(sweep_);
  EXPECT_LT(seconds_left(tasks, 1), 0) << "nothing is finished";
  finish(tasks[0], 30);
  // Left: the students of 20 epochs for both seeds, that of 10 and the teacher (100 epochs) for the second.
  EXPECT_DOUBLE_EQ(seconds_left(tasks, 1), 3 * (20 + 20 + 10 + 100));
  EXPECT_DOUBLE_EQ(seconds_left(tasks, 2), 1.5 * (20 + 20 + 10 + 100));
}

TEST(SweepLaunch, GivesATasksProcessTheSameSettings) {
  const SweepLaunch launch{"a.yaml", {"seeds=[1]", "run.root=x"}, 2, true};
  EXPECT_THAT(task_arguments(launch, "/b/a.yaml"),
              ::testing::ElementsAre("sweep", "--config", "/b/a.yaml", "--set", "seeds=[1]", "--set", "run.root=x",
                                     "--tensorboard"));
}

TEST(Cards, AreDealtWhereSeveralAreVisible) {
  EXPECT_THAT(cards_of(nullptr), IsEmpty());
  EXPECT_THAT(cards_of(""), IsEmpty());
  EXPECT_THAT(cards_of("3"), IsEmpty());
  EXPECT_THAT(cards_of("3,GPU-8f2,0"), ElementsAre("3", "GPU-8f2", "0"));
}

TEST(Cards, WithTheFewestRunsAreDealtFirst) {
  EXPECT_EQ(freest_card({"3", "0"}, {}), "3");
  EXPECT_EQ(freest_card({"3", "0"}, {"3"}), "0");
  EXPECT_EQ(freest_card({"3", "0"}, {"3", "0", ""}), "3");
  EXPECT_EQ(freest_card({"3", "0"}, {"3", "3", "0"}), "0");
  EXPECT_EQ(freest_card({}, {"3"}), "");
}

}  // namespace
}  // namespace pskd::sweep
