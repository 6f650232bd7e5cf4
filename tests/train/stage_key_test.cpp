#include "train/stage_key.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <utility>

#include "ops/backend.hpp"
#include "pskd/config/load.hpp"
#include "support/tensors.hpp"
#include "train/inputs.hpp"

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
  for (const char* setting : {"views.crop=0.1", "views.count=4", "data.channels=[gx, gy, gz]"}) {
    EXPECT_EQ(changed({setting}), Names({"skeleton", "fused", "sensor", "student", "baseline"})) << setting;
  }
}

TEST(StageHash, ProgressChangesStudentsAndWhatTheirTeachersKeep) {
  EXPECT_EQ(changed({"progress.mode=weights"}), Names({"fused", "sensor", "student"}));
  EXPECT_EQ(changed({"progress.mode=trajectory"}), Names({"skeleton", "fused", "sensor", "student"}))
      << "a teacher whose snapshots are followed keeps other files";
  EXPECT_EQ(changed({"progress.from=far"}), Names()) << "in the mode chain it says nothing";
}

TEST(StageHash, ASnapshotChangesTheStageThatKeepsItAndThoseThatFollowIt) {
  EXPECT_EQ(changed({"stages.skeleton.snapshots=[5]"}), Names({"skeleton"})) << "nobody follows it";
  EXPECT_EQ(changed({"stages.skeleton.snapshots=[5]",
                     "stages.student.teachers=[{stage: skeleton, snapshot: epoch-5}, fused, sensor]"}),
            Names({"skeleton", "student"}));
}

TEST(StageHash, WhatNoStageReadsDoesNotCount) {
  EXPECT_EQ(changed({"seeds=[9]", "run.name=x", "run.root=y", "run.threads=7", "data.root=/z", "data.store=/s",
                     "protocol.test.subjects=[2]", "protocol.train.subjects=[1, 3]", "protocol.val.subjects=[5]",
                     "protocol.selection=val"}),
            Names())
      << "which clips a stage reads is another hash";
}

/// One clip a subject and class.
std::vector<data::Clip> clips_of(const std::vector<int>& subjects) {
  std::vector<data::Clip> clips;
  for (const int subject : subjects) {
    for (const int label : {0, 1}) {
      std::string name = "a";
      name.append(std::to_string(label)).append("_s").append(std::to_string(subject));
      data::Clip& clip = clips.emplace_back();
      clip.id = clip.hash = name;
      clip.subject = subject;
      clip.label = label;
    }
  }
  return clips;
}

class StageKey : public ::testing::Test {
 protected:
  StageKey() {
    setup_.info.name = "utd-mhad";
    setup_.info.topology = data::topology("kinect-20");
    setup_.split = {{"wave", "clap"}, clips_of({1, 3}), clips_of({5}), clips_of({2, 4}), {}};
  }
  std::string key(const std::string& stage = "student") const { return stage_key(setup_, stage, 1); }

  /// Whether the change gives another key.
  void expect_other_key(const std::function<void(TrainingSetup& setup)>& change, const std::string& what) {
    const TrainingSetup kept = setup_;
    const std::string before = key();
    change(setup_);
    EXPECT_NE(key(), before) << what;
    setup_ = kept;
  }

  TrainingSetup setup_{load(), "", {}, "data", {}, {}, {}};
};

TEST_F(StageKey, CountsSeedThreadsAndBackEnd) {
  const int threads = at::get_num_threads();
  const std::string before = key();
  EXPECT_EQ(key(), before);
  EXPECT_NE(stage_key(setup_, "student", 2), before);
  EXPECT_NE(key("baseline"), before);
  EXPECT_NE(testing::with_threads(threads + 1, [&] { return key(); }), before);
  const ops::Backend used = ops::backend_for(torch::empty({0}));
  const ops::BackendScope other(used == ops::Backend::cpu ? ops::Backend::reference : ops::Backend::cpu);
  EXPECT_NE(key(), before) << "the back ends differ in the last bits";
}

TEST_F(StageKey, CountsTheTrainingAndValidationClipsTheirOrderAndTheirClasses) {
  expect_other_key([](TrainingSetup& setup) { setup.split.train[1].hash = "other"; }, "another recording");
  expect_other_key([](TrainingSetup& setup) { setup.split.train[1].id = "other"; }, "a name draws augmentations");
  expect_other_key([](TrainingSetup& setup) { setup.split.train[1].label = 0; }, "another class");
  expect_other_key([](TrainingSetup& setup) { std::swap(setup.split.train[0], setup.split.train[1]); }, "order");
  expect_other_key([](TrainingSetup& setup) { setup.split.train.pop_back(); }, "a clip less");
  const std::string before = key();
  setup_.split.unlabeled.push_back(setup_.split.test[0]);
  EXPECT_EQ(key(), before) << "stages that learn from labeled clips only";
  for (config::StageConfig& stage : setup_.experiment.stages) stage.labeled_share = 0.5;
  expect_other_key([](TrainingSetup& setup) { setup.split.unlabeled[0].hash = "other"; }, "another unlabeled one");
  for (config::StageConfig& stage : setup_.experiment.stages) stage.labeled_share = 1;
  setup_.split.unlabeled.clear();
  expect_other_key([](TrainingSetup& setup) { setup.split.classes[0] = "jump"; }, "a class of another name");
  expect_other_key([](TrainingSetup& setup) { setup.split.classes.emplace_back("jump"); }, "a class more");
  expect_other_key([](TrainingSetup& setup) { setup.split.val[0].hash = "other"; }, "what chooses the best epoch");
  expect_other_key([](TrainingSetup& setup) { setup.split.val.clear(); }, "no best epoch");
  expect_other_key([](TrainingSetup& setup) { std::swap(setup.split.val, setup.split.train); }, "other parts");
  expect_other_key([](TrainingSetup& setup) { setup.info.topology = data::topology("coco-17"); }, "other joints");
  expect_other_key([](TrainingSetup& setup) { setup.info.name = "mmact"; }, "another data set");
}

TEST_F(StageKey, CountsWhichColumnIsWhichChannelAndTheRates) {
  setup_.info.channels = {"ax", "ay", "az"};
  setup_.info.units = {"g", "g", "g"};
  expect_other_key([](TrainingSetup& setup) { std::swap(setup.info.channels[0], setup.info.channels[1]); }, "order");
  expect_other_key([](TrainingSetup& setup) { setup.info.units = {"deg/s", "deg/s", "deg/s"}; }, "units");
  expect_other_key([](TrainingSetup& setup) { setup.info.sensor_rate = 100; }, "rate of the sensor");
  expect_other_key([](TrainingSetup& setup) { setup.info.skeleton_rate = 25; }, "rate of the skeleton");
}

TEST_F(StageKey, CountsNeitherWhoIsTestedNorWhatElseTheExperimentHolds) {
  const std::string teacher = key("fused");
  setup_.split.test = clips_of({2});
  setup_.data_hash = "of other test clips";
  setup_.config_hash = "other";
  setup_.fold = "2";
  setup_.experiment =
      load({"run.name=x", "protocol.test.subjects=[2]", "stages.baseline=null", "protocol.name=explicit",
            "protocol.train.subjects=[1, 3]", "stages.student.loss={ce: 1, kd: {}}"});
  EXPECT_EQ(key("fused"), teacher);
}

TEST_F(StageKey, CountsTheWordVectorsThatTheStageOrItsTeachersLearnFrom) {
  const std::string student = key("student"), fused = key("fused");
  setup_.inputs[word_vectors_key("sensor")] = "hash of the file";
  EXPECT_NE(key("student"), student);
  EXPECT_EQ(key("fused"), fused);
}

TEST_F(StageKey, OfTeacherOutputsCountsWhatTheTeacherSees) {
  const auto outputs = [&] { return teacher_outputs_key(setup_, setup_.split, false, 1, "weights"); };
  const std::string before = outputs();
  EXPECT_NE(teacher_outputs_key(setup_, setup_.split, false, 2, "weights"), before)
      << "another seed, other augmentations";
  EXPECT_NE(teacher_outputs_key(setup_, setup_.split, false, 1, "other"), before);
  setup_.experiment = load({"stages.student.epochs=7"});
  EXPECT_EQ(outputs(), before) << "whoever asks";
  setup_.experiment = load({"views.crop=0.1"});
  EXPECT_NE(outputs(), before);
  setup_.experiment = load();
  setup_.info.channels = {"ay", "ax", "az"};
  EXPECT_NE(outputs(), before);
  setup_.info.channels.clear();
  setup_.split.train.pop_back();
  EXPECT_NE(outputs(), before);
}

}  // namespace
}  // namespace pskd::train
