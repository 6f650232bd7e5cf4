#include "base/run_layout.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

TEST(RunLayout, IsTheContractOfARunsFolder) {
  const ExperimentLayout experiment = ExperimentLayout::of("runs", "utd-pskd", "0123456789ab");
  EXPECT_EQ(experiment.folder, "runs/utd-pskd/0123456789ab");
  EXPECT_EQ(experiment.report(), "runs/utd-pskd/0123456789ab/report.md");
  const RunLayout run = experiment.run(3);
  EXPECT_EQ(run.lock(), "runs/utd-pskd/0123456789ab/.seed-3.lock");
  EXPECT_EQ(run.overwritten(), "runs/utd-pskd/0123456789ab/.seed-3.overwritten");
  EXPECT_EQ(run.folder, "runs/utd-pskd/0123456789ab/seed-3");
  EXPECT_EQ(run.config(), run.folder / "config.resolved.yaml");
  EXPECT_EQ(run.manifest(), run.folder / "manifest.json");
  EXPECT_EQ(run.log(), run.folder / "log.txt");
  EXPECT_EQ(run.result(), run.folder / "result.json");
  EXPECT_EQ(run.error(), run.folder / "error.txt");
  const StageLayout stage = run.stage("student");
  EXPECT_EQ(stage.folder, run.folder / "stages/student");
  EXPECT_EQ(stage.checkpoint("last"), stage.folder / "last.ckpt");
  EXPECT_EQ(stage.metrics(), stage.folder / "metrics.jsonl");
  EXPECT_EQ(stage.events(), stage.folder / "events.out.tfevents.pskd");
  EXPECT_EQ(stage.test_predictions(), stage.folder / "predictions.csv");
  EXPECT_EQ(stage.val_predictions(), stage.folder / "predictions-val.csv");
}

TEST(RunLayout, OfARootHoldsAStageStoreForAllItsRunsAndSweeps) {
  const StageStoreLayout store = StageStoreLayout::of(SweepLayout{"runs/methods"}.root());
  EXPECT_EQ(store.folder, "runs/stages");
  EXPECT_EQ(store.lock("ab12"), "runs/stages/ab12.lock");
  EXPECT_EQ(store.overwritten("ab12"), "runs/stages/.ab12.overwritten");
  EXPECT_EQ(store.stage("ab12").description(), "runs/stages/ab12/stage.json");
  EXPECT_EQ(store.teacher_outputs(), "runs/stages/answers");
  EXPECT_EQ(SweepLayout{"runs/methods"}.slurm(), "runs/methods/slurm");
}

TEST(RunLayout, LeadsFromARunBackToItsSweep) {
  const RunLayout run{"runs/methods/acs/0123456789ab/seed-12"};
  EXPECT_EQ(run.seed(), 12U);
  const ExperimentLayout experiment{run.experiment()};
  EXPECT_EQ(experiment.config_hash(), "0123456789ab");
  EXPECT_EQ(experiment.name(), "acs");
  EXPECT_EQ(experiment.root(), "runs/methods");
  EXPECT_EQ(experiment.sweep(), "methods");
}

TEST(RunLayout, OfAFoldLiesInTheFoldsFolder) {
  const RunLayout run = ExperimentLayout{"runs/loso/0123456789ab"}.run(3, "anna");
  EXPECT_EQ(run.folder, "runs/loso/0123456789ab/fold-anna/seed-3");
  EXPECT_EQ(run.lock(), "runs/loso/0123456789ab/fold-anna/.seed-3.lock");
  EXPECT_EQ(run.fold(), "anna");
  EXPECT_EQ(run.experiment(), "runs/loso/0123456789ab");
  EXPECT_EQ((RunLayout{"runs/loso/0123456789ab/seed-3"}.fold()), "");
}

TEST(RunLayout, RefusesAFolderThatIsNoRun) {
  for (const char* folder : {"runs/a/b", "runs/a/b/seed-", "runs/a/b/seed-1x"}) {
    EXPECT_THAT(
        testing::refusal(ErrorKind::usage, [&] { RunLayout{folder}.seed(); }),
        ::testing::HasSubstr("expected a run directory, runs/<experiment>/<config hash>/[fold-<name>/]seed-<n>"));
  }
}

TEST(RunLayout, FindsFinishedRunsOnly) {
  const testing::TemporaryFolder folder;
  const ExperimentLayout experiment = ExperimentLayout::of(folder.path(), "a", "0123456789ab");
  write_file_atomically(experiment.run(1).result(), "{}");
  write_file_atomically(experiment.run(2).log(), "");
  ASSERT_EQ(finished_runs_in(experiment.folder).size(), 1U);
  EXPECT_EQ(finished_runs_in(experiment.folder)[0].folder, experiment.run(1).folder);
  ASSERT_EQ(finished_runs_below(folder.path()).size(), 1U);
  EXPECT_EQ(finished_runs_below(experiment.run(1).folder).size(), 1U);
  write_file_atomically(experiment.run(1, "2").result(), "{}");
  EXPECT_EQ(finished_runs_in(experiment.folder).size(), 2U);
  EXPECT_TRUE(finished_runs_below(folder / "nowhere").empty());
}

TEST(RunLayout, ARunThatIsBeingOverwrittenIsNoFinishedOne) {
  const testing::TemporaryFolder folder;
  const ExperimentLayout experiment = ExperimentLayout::of(folder.path(), "a", "0123456789ab");
  write_file_atomically(experiment.run(1).overwritten() / "result.json", "{}");
  EXPECT_TRUE(finished_runs_in(experiment.folder).empty());
  EXPECT_TRUE(finished_runs_below(folder.path()).empty());
}

}  // namespace
}  // namespace pskd
