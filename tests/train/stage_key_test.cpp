#include "train/stage_key.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <set>

#include "ops/backend.hpp"
#include "pskd/config/load.hpp"
#include "support/tensors.hpp"

namespace pskd::train {
namespace {

const std::string kConfigs = std::string(PSKD_SOURCE_DIR) + "/configs/";

config::Experiment load(const std::vector<std::string>& settings = {}) {
  return config::load_experiment(kConfigs + "utd.yaml", settings);
}

/// The stages of utd.yaml that are other ones with these settings.
std::set<std::string> changed(const std::vector<std::string>& settings) {
  const config::Experiment before = load(), after = load(settings);
  std::set<std::string> names;
  for (const config::StageConfig& stage : after.stages) {
    if (stage_hash(before, stage.name) != stage_hash(after, stage.name)) names.insert(stage.name);
  }
  return names;
}

using Names = std::set<std::string>;

TEST(StageHash, AStudentsSettingsLeaveItsTeachersTheSame) {
  for (const char* setting :
       {"stages.student.loss.acs.selection=soft", "stages.student.epochs=10", "stages.student.teachers=[fused]",
        "stages.student.model.width=24", "stages.student.optimizer.lr=0.1", "stages.student.batch=8"}) {
    EXPECT_EQ(changed({setting}), Names({"student"})) << setting;
  }
  EXPECT_EQ(changed({"stages.baseline=null"}), Names()) << "who learns from nobody and teaches nobody";
}

TEST(StageHash, ATeachersSettingsChangeAllThatLearnFromIt) {
  EXPECT_EQ(changed({"stages.sensor.epochs=10"}), Names({"sensor", "student"}));
  EXPECT_EQ(changed({"stages.fused.loss.acs.weight=2"}), Names({"fused", "sensor", "student"}));
  EXPECT_EQ(changed({"stages.skeleton.epochs=10"}), Names({"skeleton", "fused", "sensor", "student"}))
      << "fused learns from it and starts from it";
}

TEST(StageHash, WhatEveryStageSeesChangesEveryStage) {
  const Names all = {"skeleton", "fused", "sensor", "student", "baseline"};
  for (const char* setting :
       {"views.crop=0.1", "views.count=4", "protocol.selection=val", "protocol.classes=[wave, clap]",
        "protocol.train.subjects=[1, 3]", "data.channels=[gx, gy, gz]"}) {
    std::vector<std::string> settings = {setting};
    if (settings[0] == "protocol.selection=val") settings.emplace_back("protocol.val.subjects=[9]");
    EXPECT_EQ(changed(settings), all) << setting;
  }
}

TEST(StageHash, ProgressChangesStudentsAndWhatTheirTeachersKeep) {
  EXPECT_EQ(changed({"progress.mode=weights"}), Names({"fused", "sensor", "student"}));
  EXPECT_EQ(changed({"progress.mode=trajectory"}), Names({"skeleton", "fused", "sensor", "student"}))
      << "a teacher whose snapshots are followed keeps other files";
  EXPECT_EQ(changed({"progress.from=far"}), Names()) << "in the mode chain it says nothing";
}

TEST(StageHash, SeedsFoldersAndThreadsDoNotCount) {
  EXPECT_EQ(changed({"seeds=[9]", "run.name=x", "run.root=y", "run.threads=7", "data.root=/z", "data.store=/s"}),
            Names());
}

TEST(StageKey, CountsSeedDataThreadsAndBackEnd) {
  TrainingSetup setup{load(), "", {}, "data", {}, {}, {}};
  const int threads = at::get_num_threads();
  const std::string key = stage_key(setup, "student", 1);
  EXPECT_EQ(stage_key(setup, "student", 1), key);
  EXPECT_NE(stage_key(setup, "student", 2), key);
  EXPECT_NE(stage_key(setup, "baseline", 1), key);
  EXPECT_NE(testing::with_threads(threads + 1, [&] { return stage_key(setup, "student", 1); }), key);
  const ops::Backend used = ops::backend_for(torch::empty({0}));
  {
    const ops::BackendScope other(used == ops::Backend::cpu ? ops::Backend::reference : ops::Backend::cpu);
    EXPECT_NE(stage_key(setup, "student", 1), key) << "the back ends differ in the last bits";
  }
  setup.data_hash = "other";
  EXPECT_NE(stage_key(setup, "student", 1), key);
}

}  // namespace
}  // namespace pskd::train
