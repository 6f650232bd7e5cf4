// Stages that see sensor channels of their own teach each other.
#include <gmock/gmock.h>

#include "pskd/train/run.hpp"
#include "support/refusal.hpp"
#include "support/tiny_training.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/estimate.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ChannelSets : public testing::TinyTraining {
 protected:
  ChannelSets()
      : TinyTraining(
            R"(protocol: {classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}
stages:
  gyroscope: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: {sensor: [gx, gy, gz]}}
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  fused: {model: {name: fused, sensor: {width: 4, embedding: 8}}, sees: [skeleton, {sensor: [ax, ay, az, gx, gy, gz]}], starts_from: skeleton}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [gyroscope, fused], loss: {kd: {}}}
  baseline: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor]}
)") {}
};

TEST_F(ChannelSets, EachStageIsShownItsOwnAndSaysSo) {
  const TrainingSetup both = setup();
  ASSERT_EQ(results(both).size(), 5U);
  const Snapshot gyroscope = load_snapshot(both, 1, "gyroscope", "last"),
                 fused = load_snapshot(both, 1, "fused", "last"), student = load_snapshot(both, 1, "student", "last");
  EXPECT_THAT(gyroscope.renderer.sensor_columns, ElementsAre(3, 4, 5));
  EXPECT_EQ(gyroscope.manifest.model["sensor"]["channels"], nlohmann::json({"gx", "gy", "gz"}));
  EXPECT_EQ(gyroscope.manifest.model["sensor"]["channel_units"], nlohmann::json({"deg/s", "deg/s", "deg/s"}));
  EXPECT_EQ(fused.renderer.statistics.mean.size(), 6U);
  EXPECT_THAT(student.renderer.sensor_columns, ElementsAre(0, 1, 2));
  EXPECT_EQ(student.renderer.statistics.mean, both.renderer.statistics.mean);
  const auto all = signal::fit_sensor_statistics(recordings(both.split.train), {3, 4, 5});
  EXPECT_EQ(gyroscope.renderer.statistics.mean, all.mean);
}

TEST_F(ChannelSets, OfOtherStagesDecideNothingOfAStageWithoutTeachers) {
  const auto whole = results(setup());
  const auto alone = results(setup({"run.root=" + (folder_ / "alone").string(), "stages.gyroscope=null",
                                    "stages.skeleton=null", "stages.fused=null", "stages.student=null"}));
  EXPECT_EQ(whole[4].checkpoint, alone[0].checkpoint);
}

TEST_F(ChannelSets, OfATeacherDecideWhatAStudentLearns) {
  const auto gyroscope = results(setup());
  const auto accelerometer =
      results(setup({"run.root=" + (folder_ / "other").string(), "stages.gyroscope.sees=[sensor]"}));
  EXPECT_EQ(gyroscope[4].checkpoint, accelerometer[4].checkpoint);
  EXPECT_NE(gyroscope[3].checkpoint, accelerometer[3].checkpoint);
}

TEST_F(ChannelSets, ASensorThatIsNotThereIsNamed) {
  const TrainingSetup missing = setup({"stages.gyroscope.sees={sensor: phone}"});
  EXPECT_THAT(
      testing::refusal(ErrorKind::config, [&] { require_trainable(missing); }),
      AllOf(HasSubstr("stages.gyroscope.sees: utd-mhad has no sensor 'phone'"), HasSubstr("ax ay az gx gy gz")));
  const TrainingSetup unknown = setup({"stages.gyroscope.sees={sensor: [mx, my, mz]}"});
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_trainable(unknown); }),
              HasSubstr("stages.gyroscope.sees: utd-mhad has no channel 'mx'"));
}

TEST_F(ChannelSets, OfAnotherRunsStageMustBeAmongThoseOfTheData) {
  const TrainingSetup first = setup();
  results(first);
  const std::string run = run_folder(first, 1).string();
  const auto next =
      results(setup({"run.root=" + (folder_ / "next").string(), "stages.gyroscope=null", "stages.skeleton=null",
                     "stages.fused=null", "stages.student.teachers=[{stage: gyroscope, run: " + run + "}]"}));
  EXPECT_EQ(next[0].test->clips, 12);
}

TEST_F(ChannelSets, BalancedWeightsLetEveryClassCountTheSame) {
  std::vector<data::Clip> clips(6);
  clips[5].label = 2;
  const torch::Tensor weights = balanced_weights(clips);
  EXPECT_TRUE(torch::allclose(weights, torch::tensor({0.6F, 0.6F, 0.6F, 0.6F, 0.6F, 3.0F})));
}

TEST_F(ChannelSets, ClassWeightsChangeWhatIsLearnedWhereAClassIsRare) {
  const auto with = [&](const char* root, const std::vector<std::string>& more) {
    std::vector<std::string> settings = {"run.root=" + (folder_ / root).string(), "stages.gyroscope=null",
                                         "stages.skeleton=null", "stages.fused=null", "stages.student=null"};
    settings.insert(settings.end(), more.begin(), more.end());
    LoadedExperiment loaded = load_for_training(experiment(settings));
    const int rare = loaded.dataset.clips.back().label;
    std::erase_if(loaded.dataset.clips,
                  [&](const data::Clip& clip) { return clip.subject == Name(1) && clip.label == rare; });
    return results(prepare_fold(loaded, ""))[0].checkpoint;
  };
  EXPECT_NE(with("plain", {}), with("balanced", {"stages.baseline.class_weights=balanced"}));
}

}  // namespace
}  // namespace pskd::train
