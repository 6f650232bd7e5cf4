// Recordings that lack the skeleton or the sensor train the stages that do not need it.
#include <gmock/gmock.h>

#include <algorithm>

#include "pskd/config/losses.hpp"
#include "pskd/train/run.hpp"
#include "support/refusal.hpp"
#include "support/tiny_training.hpp"
#include "train/estimate.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class OneModality : public testing::TinyTraining {
 protected:
  OneModality()
      : TinyTraining(
            R"(protocol: {classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  baseline: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor]}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton], loss: {acs: {}}}
)") {}

  /// The setup where the first `training` training clips and the first `test` test clips have no skeleton.
  TrainingSetup without_skeletons(const char* root, int training, int test,
                                  std::vector<std::string> settings = {}) const {
    settings.push_back("run.root=" + (folder_ / root).string());
    LoadedExperiment loaded = load_for_training(experiment(settings));
    for (data::Clip& clip : loaded.dataset.clips) {
      const bool trains = clip.subject == Name(1) || clip.subject == Name(3);
      if ((trains ? training : test)-- <= 0) continue;
      clip.skeleton.resize(0, clip.skeleton.cols());
      clip.hash = data::clip_hash(clip);
    }
    return prepare_fold(loaded, "");
  }
};

TEST_F(OneModality, EveryStageTrainsOnTheClipsThatItSees) {
  const auto whole = results(without_skeletons("whole", 0, 0));
  const auto part = results(without_skeletons("part", 5, 4));
  EXPECT_EQ(part[0].test->clips, 8) << "the skeleton stage is tested on what it sees";
  EXPECT_EQ(part[1].test->clips, 12);
  EXPECT_EQ(part[2].test->clips, 12);
  EXPECT_NE(part[0].checkpoint, whole[0].checkpoint);
  EXPECT_NE(part[2].checkpoint, whole[2].checkpoint);
  EXPECT_EQ(part[0].train_clips, 7);
  EXPECT_EQ(part[2].train_clips, std::nullopt) << "the student trains on all, also where its teacher sees nothing";
  EXPECT_EQ(part[2].partly_taught, 5);
  EXPECT_EQ(whole[2].partly_taught, std::nullopt);
  EXPECT_EQ(part[1].test->confusion, whole[1].test->confusion) << "the baseline trained on the same clips";
}

TEST_F(OneModality, WhatATeacherSaysOfTheClipsThatItSeesIsKeptForThem) {
  const TrainingSetup part = without_skeletons("part", 5, 4);
  results(part);
  const config::StageConfig& student = config::find_stage(part.experiment, "student");
  CheckpointManifest manifest;
  const auto trained_on = stage_split(part, student, 1);
  EXPECT_EQ(trained_on->train.size(), 12U);
  const Teachers teachers = load_teachers(part, student, 1, *trained_on, manifest);
  EXPECT_FALSE(teachers.sights[0].all);
  EXPECT_THAT(teachers.sights[0].clips, ::testing::SizeIs(7));
  EXPECT_EQ(teachers.cached[0].shape.clips, 7);
}

TEST_F(OneModality, EveryWayToLearnFromTeachersTrains) {
  for (const std::string& loss : config::teacher_terms()) {
    const TrainingSetup one =
        without_skeletons("all", 5, 4, {"stages.student.loss=!replace {ce: 1, " + loss + ": {}}"});
    EXPECT_EQ(results(one)[2].test->clips, 12) << loss;
  }
}

TEST_F(OneModality, AStageWithoutClipsNamesThoseThatRemain) {
  const TrainingSetup none = without_skeletons("none", 12, 12);
  EXPECT_THAT(
      testing::refusal(ErrorKind::config, [&] { require_startable(none, {}, Existing::refuse); }),
      AllOf(HasSubstr("stages skeleton student: too few training clips"), HasSubstr("stages that remain: baseline;")));
}

TEST_F(OneModality, AStageOfWhichNoClipIsScoredIsRefusedBeforeItTrains) {
  const TrainingSetup unscored = without_skeletons("unscored", 0, 12);
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_startable(unscored, {}, Existing::refuse); }),
              HasSubstr("stages skeleton: no validation or test clip has what the stage sees"));
}

TEST_F(OneModality, EstimatesTrainingsOfBillionsOfSteps) {
  TrainingSetup setup = without_skeletons(
      "long", 12, 12,
      {"stages.skeleton=null", "stages.student=null", "training.batch=2", "stages.baseline.epochs=1000000"});
  while (setup.split.train.size() < 5000) setup.split.train.push_back(setup.split.train.front());
  EXPECT_EQ(estimate_run(setup).front().steps, std::int64_t{2'500} * 1'000'000);
}

// Two cameras film each recording: the first one's clips train, the other's are tested.
TEST_F(OneModality, ASensorRecordingThatAnotherCameraFilmedIsNotTested) {
  const auto by_cameras = [&](std::vector<std::string> settings) {
    settings.push_back("run.root=" + (folder_ / "cameras").string());
    LoadedExperiment loaded = load_for_training(experiment(settings));
    std::vector<data::Clip>& clips = loaded.dataset.clips;
    loaded.dataset.info.cameras = {1, 2};
    std::erase_if(clips, [](const data::Clip& clip) { return clip.subject != Name(1) && clip.subject != Name(3); });
    for (std::size_t i = 0, filmed = clips.size(); i < filmed; ++i) {
      clips[i].camera = 1;
      data::Clip& other = clips.emplace_back(clips[i]);
      other.id += "_c2";
      other.camera = 2;
      other.skeleton *= 2;
      other.hash = data::clip_hash(other);
    }
    loaded.folds[0].protocol.allow_shared_subjects = true;
    loaded.folds[0].protocol.train = config::SplitPart{.cameras = std::vector<Name>{1}};
    loaded.folds[0].protocol.test = config::SplitPart{.cameras = std::vector<Name>{2}};
    require_startable(prepare_fold(loaded, ""), {}, Existing::refuse);
  };
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { by_cameras({}); }),
              AllOf(HasSubstr("_c2 of the test part has the sensor recording of clip"),
                    HasSubstr("the sensor: baseline student")));
  EXPECT_NO_THROW(by_cameras({"stages.baseline=null", "stages.student=null"}));
}

}  // namespace
}  // namespace pskd::train
