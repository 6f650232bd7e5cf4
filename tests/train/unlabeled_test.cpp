// What a stage learns from recordings without labels.
#include <gmock/gmock.h>

#include <algorithm>

#include "pskd/eval/run_record.hpp"
#include "pskd/train/run.hpp"
#include "support/refusal.hpp"
#include "support/tiny_training.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/estimate.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

using ::testing::HasSubstr;

class UnlabeledStages : public testing::TinyTraining {
 protected:
  UnlabeledStages()
      : TinyTraining(
            R"(protocol: {name: personal, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4], trials: [2]}, unlabeled: {trials: [1]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  baseline: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor]}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton], labeled_share: 0.5, loss: {acs: {}}}
  adapted: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], starts_from: baseline, teachers: [skeleton], teachers_see: plain, labeled_share: 0, loss: {ce: 0, kd: {}}}
)") {}
};

TEST_F(UnlabeledStages, TrainToAResult) {
  const TrainingSetup personal = setup();
  EXPECT_EQ(personal.split.unlabeled.size(), 6U);
  const auto stages = results(personal);
  ASSERT_EQ(stages.size(), 4U);
  for (const eval::StageResult& stage : stages) EXPECT_EQ(stage.test->clips, 6) << stage.name;
  EXPECT_NE(stages[3].checkpoint, stages[1].checkpoint) << "adapted is not the baseline any more";
}

TEST_F(UnlabeledStages, LeaveStagesThatSeeLabelsOnlyAsTheyAreWithoutThem) {
  const auto checkpoints = [](const TrainingSetup& setup) {
    const auto stages = results(setup);
    return std::pair(stages[0].checkpoint, stages[1].checkpoint);
  };
  const auto without =
      setup({"run.root=" + (folder_ / "other").string(), "protocol.unlabeled=null", "protocol.name=explicit",
             "protocol.test.trials=[2]", "stages.student=null", "stages.adapted=null"});
  EXPECT_EQ(checkpoints(setup()), checkpoints(without));
}

TEST_F(UnlabeledStages, AreTheSameWhateverTheLabelsOfTheseRecordings) {
  const auto checkpoints = [&](const char* root, bool shuffled) {
    LoadedExperiment loaded = load_for_training(experiment({"run.root=" + (folder_ / root).string()}));
    for (data::Clip& clip : loaded.dataset.clips) {
      const bool is_unlabeled = (clip.subject == Name(2) || clip.subject == Name(4)) && clip.trial == Name(1);
      if (shuffled && is_unlabeled) clip.label = (clip.label + 1) % 3;
    }
    std::stable_sort(loaded.dataset.clips.begin(), loaded.dataset.clips.end(),
                     [](const data::Clip& a, const data::Clip& b) { return a.label < b.label; });
    std::vector<std::string> hashes;
    for (const eval::StageResult& stage : results(prepare_fold(loaded, ""))) hashes.push_back(stage.checkpoint);
    return hashes;
  };
  EXPECT_EQ(checkpoints("true", false), checkpoints("shuffled", true));
}

TEST_F(UnlabeledStages, AreEstimatedByTheClipsOfTheirEpochs) {
  std::vector<std::int64_t> steps;
  for (const StageEstimate& stage : estimate_run(setup())) steps.push_back(stage.steps);
  EXPECT_THAT(steps, ::testing::ElementsAre(6, 6, 10, 4)) << "of 12 labeled clips, of these and 6 unlabeled, of 6";
}

class AWatchThatNobodyEverLabeled : public testing::TinyTraining {
 protected:
  AWatchThatNobodyEverLabeled()
      : TinyTraining(
            R"(protocol: {name: personal, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4], trials: [2]}, unlabeled: {trials: [1]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton], labeled_share: 0, loss: {ce: 0, kd: {}}}
)") {}

  /// Every sample of the sensor of the labeled recordings is multiplied by `factor`.
  TrainingSetup with_labeled_sensor(double factor, std::vector<std::string> settings) const {
    settings.push_back("run.root=" + (folder_ / std::to_string(factor)).string());
    LoadedExperiment loaded = load_for_training(experiment(settings));
    for (data::Clip& clip : loaded.dataset.clips) {
      const bool is_labeled = clip.subject == Name(1) || clip.subject == Name(3);
      if (is_labeled) clip.sensor *= static_cast<float>(factor);
    }
    return prepare_fold(loaded, "");
  }
};

TEST_F(AWatchThatNobodyEverLabeled, LearnsNothingFromTheWatchesOfLabeledPeople) {
  const auto run = [&](double factor, const std::vector<std::string>& settings) {
    const eval::StageResult student = results(with_labeled_sensor(factor, settings)).back();
    return std::pair(student.checkpoint, student.test->accuracy);
  };
  EXPECT_EQ(run(1, {}), run(100, {}));
  const std::vector<std::string> fused = {
      "run.name=fused", "stages.student=null",
      "stages.fused={model: {name: fused, sensor: {width: 4, embedding: 8}}, sees: [skeleton, sensor], "
      "starts_from: skeleton, teachers: [skeleton], labeled_share: 0, loss: {ce: 0, kd: {}}}"};
  EXPECT_EQ(run(1, fused), run(100, fused)) << "begun from a stage that knows no sensor";
}

TEST_F(AWatchThatNobodyEverLabeled, IsStandardizedByItsUnlabeledRecordings) {
  const TrainingSetup unseen = setup();
  const auto mean = [&](const std::string& stage) {
    return stage_renderer(unseen, config::find_stage(unseen.experiment, stage), 1).statistics.mean;
  };
  const config::StageConfig& student = config::find_stage(unseen.experiment, "student");
  EXPECT_EQ(mean("student"), unseen.unlabeled_statistics.mean);
  EXPECT_NE(mean("student"), unseen.renderer.statistics.mean) << "of labeled clips";
  EXPECT_EQ(describe_model(unseen, stage_renderer(unseen, student, 1), student, 1)["sensor"]["mean"],
            nlohmann::json(mean("student")))
      << "which its checkpoint says";
}

TEST_F(AWatchThatNobodyEverLabeled, ScalesItsWatchAsTheStagesItLearnsFrom) {
  const auto only = [&](const std::vector<std::string>& settings) {
    const TrainingSetup made = setup(settings);
    return knows_unlabeled_sensor_only(made, made.experiment.stages.back(), 1);
  };
  const std::string again =
      "{model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], labeled_share: 0, loss: {ce: 0, kd: {}}, ";
  const std::string goes_on = again + "teachers: [skeleton], starts_from: student}";
  EXPECT_TRUE(only({}));
  EXPECT_FALSE(only({"stages.student.labeled_share=0.5"})) << "sees labeled ones, too";
  EXPECT_TRUE(only({"stages.more=" + goes_on}));
  EXPECT_FALSE(only({"stages.student.labeled_share=0.5", "stages.more=" + goes_on}));
  const std::string fused = "stages.fused={model: {name: fused}, sees: [skeleton, sensor], loss: {ce: 1}}";
  EXPECT_FALSE(only({fused, "stages.more=" + again + "teachers: [fused]}"})) << "its teacher knows labeled ones";
  EXPECT_FALSE(only({fused, "stages.more=" + again + "teachers: [fused, student]}"})) << "one of its teachers does";
}

TEST_F(AWatchThatNobodyEverLabeled, IsTheSameWithATeacherOfAnotherRunAndWithoutLabeledClips) {
  const TrainingSetup whole = setup();
  const eval::StageResult inside = results(whole).back();
  const std::string run = ", run: " + run_folder(whole, 1).string() + "}";
  const auto trained = [&](std::vector<std::string> settings) {
    settings.insert(settings.end(), {"stages.skeleton=null", "stages.student.teachers=[{stage: skeleton" + run + "]"});
    const TrainingSetup alone = setup(settings);
    require_startable(alone, {}, Existing::refuse);
    return results(alone).front();
  };
  EXPECT_EQ(trained({"run.name=alone"}).checkpoint, inside.checkpoint);
  EXPECT_EQ(trained({"run.name=unlabeled", "protocol.train={subjects: []}"}).test->confusion, inside.test->confusion);
  EXPECT_EQ(trained({"run.name=more", "stages.student.starts_from={stage: student" + run}).start, inside.checkpoint);
  EXPECT_THAT(testing::refusal(
                  ErrorKind::config,
                  [&] {
                    trained({"run.name=labeled", "protocol.train={subjects: []}", "stages.student.labeled_share=0.5"});
                  }),
              HasSubstr("stages.student.labeled_share: the protocol has no labeled training clip"));
}

TEST_F(UnlabeledStages, NeedUnlabeledRecordingsAndTeachers) {
  const auto refused = [&](const std::vector<std::string>& settings) {
    return testing::refusal(ErrorKind::config, [&] { setup(settings); });
  };
  EXPECT_THAT(refused({"protocol.unlabeled=null", "protocol.name=cross-subject"}),
              HasSubstr("stages.student.labeled_share: expected protocol.unlabeled to hold clips"));
  EXPECT_THAT(refused({"stages.student.teachers=[]", "stages.student.loss=!replace {ce: 1}"}),
              HasSubstr("stages.student.labeled_share: expected teachers"));
}

}  // namespace
}  // namespace pskd::train
