#include "config/sweep.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "support/refusal.hpp"

namespace pskd::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kBase =
    "run: {name: trial, root: results}\nseeds: [3, 4]\n"
    "stages:\n  student: {model: {name: sensor-cnn}, sees: [sensor], epochs: 5, optimizer: {warmup: 0}}\n";

class SweepFile : public testing::ConfigFiles {
 protected:
  Sweep sweep(const std::string& section, const std::vector<std::string>& overrides = {}) const {
    return load_sweep(write("sweep.yaml", kBase + "sweep:\n" + section), overrides);
  }
  std::vector<std::string> names(const std::string& section) const {
    std::vector<std::string> result;
    for (const SweepRun& run : sweep(section).runs) result.push_back(run.name);
    return result;
  }
  std::string refusal(const std::string& section) const {
    return testing::refusal(ErrorKind::config, [&] { sweep(section); });
  }
};

const StageConfig& student(const SweepRun& run) { return find_stage(run.experiment, "student"); }

TEST_F(SweepFile, AGridIsEveryCombinationTheLastKeyFastest) {
  const Sweep found = sweep("  grid: {stages.student.epochs: [1, 2], stages.student.optimizer.lr: [0.1, 0.01]}\n");
  ASSERT_EQ(found.runs.size(), 4);
  EXPECT_EQ(found.runs[1].name, "epochs-1_lr-0.01");
  EXPECT_EQ(found.runs[2].name, "epochs-2_lr-0.1");
  EXPECT_EQ(student(found.runs[2]).epochs, 2);
  EXPECT_EQ(student(found.runs[2]).optimizer.lr, 0.1);
}

TEST_F(SweepFile, NamedSettingsAreRunsOfTheirNames) {
  const Sweep found = sweep(
      "  paired:\n    short: {stages.student.epochs: 1, stages.student.batch: 8}\n"
      "    plain: {}\n");
  ASSERT_EQ(found.runs.size(), 2);
  EXPECT_EQ(found.runs[0].name, "short");
  EXPECT_EQ(student(found.runs[0]).batch, 8);
  EXPECT_EQ(student(found.runs[1]).epochs, 5) << "as the file says";
}

TEST_F(SweepFile, ListsOfEqualLengthGoSideBySide) {
  EXPECT_THAT(names("  paired: {stages.student.epochs: [1, 2], stages.student.batch: [8, 16]}\n"),
              ElementsAre("epochs-1_batch-8", "epochs-2_batch-16"));
}

TEST_F(SweepFile, PairedSettingsMeetEveryPointOfTheGrid) {
  EXPECT_THAT(names("  paired: {a: {stages.student.epochs: 1}, b: {}}\n  grid: {stages.student.batch: [8, 16]}\n"),
              ElementsAre("a_batch-8", "a_batch-16", "b_batch-8", "b_batch-16"));
}

TEST_F(SweepFile, RunsLieInTheSweepsFolderAndKeepItsSeeds) {
  const Sweep found = sweep("  paired: {a: {}}\n");
  EXPECT_EQ(found.name, "trial");
  EXPECT_EQ(found.folder, "results/trial");
  EXPECT_EQ(found.runs[0].experiment.run.name, "a");
  EXPECT_EQ(found.runs[0].experiment.run.root, "results/trial");
  EXPECT_THAT(found.runs[0].experiment.seeds, ElementsAre(3U, 4U));
}

TEST_F(SweepFile, ARunIsTheExperimentThatSetWouldGive) {
  const Sweep found = sweep("  grid: {stages.student.epochs: [7]}\n");
  EXPECT_EQ(config_hash(found.runs[0].experiment), config_hash(load(kBase, {"stages.student.epochs=7"})));
}

TEST_F(SweepFile, OverridesApplyToEveryRun) {
  const Sweep found =
      sweep("  paired: {a: {stages.student.epochs: 1}, b: {}}\n", {"stages.student.epochs=9", "seeds=[1]"});
  EXPECT_EQ(student(found.runs[0]).epochs, 1) << "the sweep's own settings win";
  EXPECT_EQ(student(found.runs[1]).epochs, 9);
  EXPECT_THAT(found.runs[0].experiment.seeds, ElementsAre(1U));
}

TEST_F(SweepFile, ABadKeyIsToldWithItsPlaceAndTheNearestOne) {
  EXPECT_THAT(refusal("  paired:\n    a: {stages.student.epochs: 1}\n    b:\n      stages.student.epoch: 2\n"),
              AllOf(HasSubstr("sweep.yaml:9: stages.student.epoch: unknown key"), HasSubstr("did you mean epochs?")));
}

TEST_F(SweepFile, ABadValueIsToldWithItsPlace) {
  EXPECT_THAT(refusal("  grid:\n    stages.student.epochs: [1, many]\n"),
              HasSubstr("sweep.yaml:7: stages.student.epochs: expected a whole number"));
}

TEST_F(SweepFile, AllProblemsOfAllRunsAreToldAtOnce) {
  EXPECT_THAT(refusal("  paired:\n    a: {stages.student.epochs: no}\n    b: {stages.student.batch: no}\n"),
              AllOf(HasSubstr(":7: stages.student.epochs"), HasSubstr(":8: stages.student.batch")));
}

TEST_F(SweepFile, RefusesWhatIsNoSweep) {
  EXPECT_THAT(refusal("  grids: {seeds: [[1]]}\n"), HasSubstr("did you mean grid?"));
  EXPECT_THAT(refusal("  grid: {}\n"), HasSubstr("expected a map of settings"));
  EXPECT_THAT(refusal("  grid: {stages.student.epochs: 3}\n"), HasSubstr("expected a list of values"));
  EXPECT_THAT(refusal("  grid: {stages.student.epochs: []}\n"), HasSubstr("in brackets, found an empty one"));
  EXPECT_THAT(refusal("  grid: {stages..epochs: [3]}\n"), HasSubstr("expected a key path"));
  EXPECT_THAT(refusal("  paired: {a: 3}\n"), HasSubstr("expected the settings of this run"));
  EXPECT_THAT(refusal("  paired: {stages.student.epochs: [1, 2], stages.student.batch: [8]}\n"),
              HasSubstr("expected as many values as the first list, 2, found 1"));
  EXPECT_THAT(refusal("  paired: {stages: {}}\n"), HasSubstr("none of stages, slurm, report.html"));
  EXPECT_THAT(refusal("  paired: {slurm: {}}\n"), HasSubstr("found 'slurm'"));
  EXPECT_THAT(refusal("  paired: {report.html: {}}\n"), HasSubstr("found 'report.html'"));
  EXPECT_THAT(refusal("  paired: {a/b: {}}\n"), HasSubstr("plain folder name"));
  EXPECT_THAT(refusal("  paired: {stages: {}}\n"), HasSubstr("not stages"));
  EXPECT_THAT(refusal("  grid: {stages.student.optimizer.lr: [1/2, 1-2]}\n"), HasSubstr("two runs would be called"));
  EXPECT_THAT(refusal("  []\n"), HasSubstr("expected a map with grid, paired or both"));
}

TEST_F(SweepFile, ARunNeitherMovesTheFolderNorIncludesAFile) {
  for (const char* setting : {"run.root: x", "run.name: x", "run: {root: x}", "run: !replace {name: x}", "run: null"}) {
    EXPECT_THAT(refusal(std::string("  paired: {a: {") + setting + "}}\n"), HasSubstr("lie in one folder")) << setting;
  }
  EXPECT_THAT(refusal("  grid: {run.root: [x, y]}\n"), HasSubstr("run.root: all runs of a sweep lie in one folder"));
  EXPECT_THAT(refusal("  paired: {a: {include: b.yaml}}\n"), HasSubstr("include: only a file can include others"));
  EXPECT_THAT(refusal("  paired: {a: {stages.student.epochs: }}\n"), HasSubstr("null is the word for the default"));
}

TEST_F(SweepFile, AnExperimentIsNoSweepAndASweepNoExperiment) {
  EXPECT_THROW(load_sweep(write("plain.yaml", kBase)), Error);
  EXPECT_THAT(problems(kBase + "sweep: {grid: {seeds: [[1]]}}\n"), ElementsAre(HasSubstr("with pskd sweep")));
}

TEST(ShippedSweeps, CanBeRead) {
  int count = 0;
  for (const char* folder : {"ablations", "sweeps"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / folder)) {
      EXPECT_NO_THROW(EXPECT_GT(load_sweep(entry.path()).runs.size(), 1)) << entry.path();
      ++count;
    }
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace pskd::config
