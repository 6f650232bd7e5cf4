// Stages of other, finished runs teach, and are begun with.
#include <gmock/gmock.h>

#include <fstream>

#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "distill/teacher_output_file.hpp"
#include "pskd/train/evaluation.hpp"
#include "support/refusal.hpp"
#include "support/tiny_training.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/estimate.hpp"
#include "train/other_runs/fit.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/stage_key.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A run with a teacher of both modalities and a label-only student, and experiments that use them from outside.
class OtherRuns : public testing::TinyTraining {
 protected:
  OtherRuns()
      : TinyTraining(
            R"(protocol: {name: cross-subject, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  fused: {model: {name: fused, sensor: {width: 4, embedding: 8}}, sees: [skeleton, sensor], starts_from: skeleton}
  baseline: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor]}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], starts_from: baseline, teachers: [fused], loss: {kd: {}, fitnet: {}}}
)") {}

  static RunLayout train(const TrainingSetup& setup, std::uint64_t seed = 1) {
    train_run(setup, seed, Existing::refuse);
    return {run_folder(setup, seed)};
  }
  /// Only the student, whose teacher and start are those of `run`.
  std::vector<std::string> from(const fs::path& run, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> settings = {"run.name=other",
                                         "stages.skeleton=null",
                                         "stages.fused=null",
                                         "stages.baseline=null",
                                         "stages.student.starts_from={stage: baseline, run: " + run.string() + "}",
                                         "stages.student.teachers=[{stage: fused, run: " + run.string() + "}]"};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  }
  std::string refused(const fs::path& run, const std::vector<std::string>& more, ErrorKind kind = ErrorKind::config) {
    return testing::refusal(kind, [&] { require_trainable(setup(from(run, more))); });
  }
};

TEST_F(OtherRuns, GiveTheSameBitsAsStagesOfTheSameRun) {
  const RunLayout one = train(setup());
  const RunLayout other = train(setup(from(one.folder)));
  const eval::StageResult inside = result(one, "student"), outside = result(other, "student");
  EXPECT_EQ(outside.checkpoint, inside.checkpoint);
  EXPECT_EQ(outside.teachers, inside.teachers);
  EXPECT_EQ(outside.start, result(one, "baseline").checkpoint);
  EXPECT_EQ(read_file(other.stage("student").test_predictions()), read_file(one.stage("student").test_predictions()));
  EXPECT_THAT(read_file(other.config()), HasSubstr("run: \"" + one.folder.string() + "\""));
  config::load_experiment(other.config());
}

TEST_F(OtherRuns, AreTakenByFoldAndSeedFromTheFolderOfAnExperiment) {
  const TrainingSetup first = setup();
  for (const std::uint64_t seed : {1, 2}) train(first, seed);
  const TrainingSetup second = setup(from(experiment_folder(first), {"seeds=[1, 2]"}));
  for (const std::uint64_t seed : {1, 2}) {
    EXPECT_EQ(result(train(second, seed), "student").start, result({run_folder(first, seed)}, "baseline").checkpoint);
  }
  EXPECT_THAT(refused(experiment_folder(first), {"seeds=[1, 3]"}),
              AllOf(HasSubstr("a finished run of seed 3"), HasSubstr("the finished runs seed-1, seed-2")));
}

TEST_F(OtherRuns, AreRefusedWhereThereIsNone) {
  const TrainingSetup first = setup();
  const RunLayout run = train(first);
  EXPECT_THAT(refused(folder_ / "absent", {}), HasSubstr("absent: expected a finished run, which has a result.json"));
  EXPECT_THAT(refused(run.folder, {"stages.student.teachers=[{stage: fuesd, run: " + run.folder.string() + "}]"}),
              HasSubstr("expected one of the stages of this run, skeleton, fused, baseline, student, found fuesd"));
  EXPECT_THAT(
      refused(run.folder,
              {"stages.student.teachers=[{stage: fused, snapshot: epoch-1, run: " + run.folder.string() + "}]"}),
      HasSubstr("the run keeps no snapshot epoch-1 of this stage"));
  fs::remove(run.result());
  EXPECT_THAT(refused(run.folder, {}), HasSubstr("found a run that is not finished"));
}

TEST_F(OtherRuns, FitInClassesChannelsRatesAndFrames) {
  const RunLayout run = train(setup());
  EXPECT_THAT(refused(run.folder, {"protocol.classes=[swipe_left, swipe_right]"}),
              AllOf(HasSubstr("stage baseline of " + run.folder.string()),
                    HasSubstr("other classes: expected [swipe_left, swipe_right], found [swipe_left, swipe_right, "
                              "wave]; protocol.classes says which there are")));
  EXPECT_THAT(refused(run.folder, {"data.channels=[gx, gy, gz]"}),
              HasSubstr("other sensor channels: expected [gx, gy, gz], found [ax, ay, az]"));
  EXPECT_THAT(refused(run.folder, {"views.sensor.frames=64"}),
              HasSubstr("other frames of the sensor: expected 64, found 128; set views.sensor.frames"));
  EXPECT_THAT(refused(run.folder, {"views.skeleton.frames=32"}),
              HasSubstr("other frames of the skeleton: expected 32, found 64"));
  TrainingSetup changed = setup(from(run.folder));
  const auto why = [&] { return testing::refusal(ErrorKind::config, [&] { require_other_stages(changed); }); };
  changed.info.sensor_rate = 52;
  EXPECT_NO_THROW(require_other_stages(changed)) << "a sampling rate is never exact";
  changed.info.sensor_rate = 100;
  EXPECT_THAT(why(), HasSubstr("other rate of the sensor in Hz: expected 100.0, found 50.0"));
  changed.info.sensor_rate = 0;
  EXPECT_NO_THROW(require_other_stages(changed)) << "not known";
  changed.renderer.topology.joints[0] = "NOSE";
  EXPECT_THAT(why(), AllOf(HasSubstr("stage fused of "), HasSubstr("other joints: expected [NOSE, ")));
}

TEST_F(OtherRuns, OfOneDataSetAreOfTheSameSensor) {
  TrainingSetup right = setup();
  const auto describe = [&](const std::vector<std::string>& sensors, const std::string& set) {
    right.experiment.data.name = set;
    right.experiment.data.sensors = sensors;
    right.info.name = set;
    return describe_input(right, config::find_stage(right.experiment, "baseline"));
  };
  const nlohmann::json usual = describe({}, "berkeley-mhad"), wrist = describe({"h02"}, "berkeley-mhad"),
                       hip = describe({"h03"}, "berkeley-mhad");
  EXPECT_NO_THROW(require_fit(usual, wrist, "stage")) << "h02 is the usual one";
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_fit(usual, hip, "stage baseline of runs/hip"); }),
              "stage baseline of runs/hip: other sensor: expected [h02], found [h03]; data.sensors says which is read");
  EXPECT_NO_THROW(require_fit(describe({"acc_phone"}, "mmact"), hip, "stage")) << "another data set has its own names";
  nlohmann::json older = hip;
  older["sensor"].erase("sensors");
  EXPECT_NO_THROW(require_fit(usual, older, "stage")) << "older checkpoints do not say it";
  EXPECT_THAT(
      testing::refusal(ErrorKind::config,
                       [&] { require_fit(describe({"phone"}, "generic"), describe({"watch"}, "generic"), "stage"); }),
      HasSubstr("other sensor: expected [phone], found [watch]"));
  EXPECT_NO_THROW(require_fit(describe({}, "generic"), describe({"watch"}, "generic"), "stage"))
      << "a folder may have one sensor only";
  const std::vector<std::string> several = {"h02", "h03"};
  EXPECT_FALSE(describe(several, "berkeley-mhad")["sensor"].contains("sensors"))
      << "their channels are h02_ax and so on";
}

TEST_F(OtherRuns, AFusedNetworkStartsFromASkeletonNetworkBecauseItDoesNotTrainOne) {
  const TrainingSetup without = setup({"stages.fused.starts_from=null"});
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_trainable(without); }),
              HasSubstr("stages.fused.starts_from: expected the stage whose network is the skeleton branch"));
}

TEST_F(OtherRuns, AStageStartsFromTheSameModelAlone) {
  const std::string joint_and_bone = "stages.skeleton.model.streams=[joint, bone]";
  const auto branch = [](const std::string& streams) {
    return "{width: 4, blocks: 3, embedding: 8, streams: " + streams + "}";
  };
  const auto why = [](const TrainingSetup& setup) {
    return testing::refusal(ErrorKind::config, [&] { require_trainable(setup); });
  };
  EXPECT_THAT(why(setup({joint_and_bone, "stages.fused.model.skeleton=" + branch("[joint, motion]")})),
              HasSubstr("stages.fused.model.skeleton.streams: expected [joint, bone] as in stage skeleton, from which "
                        "the stage starts, found [joint, motion]"))
      << "the shapes are the same";
  EXPECT_NO_THROW(
      require_trainable(setup({joint_and_bone, "stages.fused.model.skeleton=" + branch("[joint, bone], dropout: 0")})));
  EXPECT_THAT(
      why(setup({"stages.student.starts_from=fused"})),
      HasSubstr("stages.student.model.name: expected fused as in stage fused, from which the stage starts, found "
                "sensor-cnn"));
  const RunLayout run = train(setup({joint_and_bone}));
  const auto fused = [&](const std::string& streams) {
    return setup({"run.name=other", "stages.skeleton=null", "stages.baseline=null", "stages.student=null",
                  "stages.fused.starts_from={stage: skeleton, run: " + run.folder.string() + "}",
                  "stages.fused.model.skeleton={width: 4, blocks: 3, embedding: 8, streams: " + streams + "}"});
  };
  EXPECT_NO_THROW(require_trainable(fused("[joint, bone]")));
  EXPECT_THAT(why(fused("[bone, joint]")), HasSubstr("as in stage skeleton of " + run.folder.string()));
}

TEST_F(OtherRuns, MustNotKnowWhatIsTested) {
  const RunLayout run = train(setup());
  const std::string shared = "protocol.allow_shared_subjects=true";
  EXPECT_THAT(refused(run.folder, {"protocol.train.subjects=[2, 4]", "protocol.test.subjects=[1, 3]"}),
              HasSubstr("stage baseline of " + run.folder.string() +
                        ": was trained on clips that this experiment tests: a1_s1_t1, "));
  const RunLayout first_trials = train(setup({"run.name=first", "protocol.train.trials=[1]"}));
  const std::vector<std::string> second_trials = {"protocol.train.subjects=[2, 4]", "protocol.test.subjects=[1, 3]",
                                                  "protocol.test.trials=[2]"};
  EXPECT_THAT(refused(first_trials.folder, second_trials),
              HasSubstr("labels of subjects that this experiment tests: utd-mhad/1, utd-mhad/3; it says nothing about "
                        "new people"));
  std::vector<std::string> told = second_trials;
  told.push_back(shared);
  EXPECT_NO_THROW(require_trainable(setup(from(first_trials.folder, told))));
  EXPECT_THAT(refused(run.folder, {"protocol.name=personal", "protocol.train.subjects=[2]",
                                   "protocol.unlabeled={subjects: [1]}", "protocol.test.subjects=[4]"}),
              HasSubstr("was trained on the labels of clips that are unlabeled in this experiment: a1_s1_t1, "));
}

// Two runs may read other skeletons of the same performances, as of two cameras, or other sensors.
TEST_F(OtherRuns, MustNotKnowAStreamOfWhatIsTested) {
  const std::vector<std::string> tested = {"protocol.train.subjects=[2, 4]", "protocol.test.subjects=[1, 3]",
                                           "protocol.allow_shared_subjects=true"};
  const RunLayout run = train(setup());
  LoadedExperiment loaded = load_for_training(experiment(from(run.folder, tested)));
  const auto change = [&](auto&& one) {
    for (data::Clip& clip : loaded.dataset.clips) {
      one(clip);
      clip.hash = data::clip_hash(clip);
    }
  };
  const auto check = [&] { require_trainable(prepare_fold(loaded, "")); };
  change([](data::Clip& clip) { clip.skeleton *= 1.01F; });
  EXPECT_THAT(testing::refusal(ErrorKind::config, check), HasSubstr("clips that this experiment tests: a1_s1_t1, "));
  change([](data::Clip& clip) { clip.sensor *= 1.01F; });
  EXPECT_NO_THROW(check());
}

TEST_F(OtherRuns, KnowWhatTheStagesBeforeThemHaveSeen) {
  const std::vector<std::string> adapted = {"run.name=adapted", "protocol.name=personal",
                                            "protocol.unlabeled={trials: [1]}", "protocol.test.trials=[2]",
                                            "stages.student.labeled_share=0.5"};
  const RunLayout run = train(setup(adapted));
  const auto seen = [&](const RunLayout& one, const std::string& stage) {
    return *read_checkpoint(one.stage(stage).checkpoint("last")).manifest.seen;
  };
  EXPECT_EQ(seen(run, "student").labeled.clips.size(), 36U) << "12 clips, and the skeleton and the sensor of each";
  EXPECT_EQ(seen(run, "student").unlabeled.clips.size(), 18U);
  EXPECT_EQ(seen(run, "baseline").unlabeled.clips.size(), 0U);
  const auto start = [&](const std::string& protocol) {
    return std::vector<std::string>{"run.name=next",
                                    "stages.skeleton=null",
                                    "stages.fused=null",
                                    "stages.baseline=null",
                                    "protocol=!replace " + protocol,
                                    "stages.student.teachers=[]",
                                    "stages.student.loss=!replace {ce: 1}",
                                    "stages.student.starts_from={stage: student, run: " + run.folder.string() + "}"};
  };
  const std::string classes = "classes: [swipe_left, swipe_right, wave]";
  const RunLayout next = train(
      setup(start("{name: personal, " + classes +
                  ", train: {subjects: [1, 3]}, test: {subjects: [2, 4], trials: [2]}, unlabeled: {trials: [1]}}")));
  EXPECT_EQ(seen(next, "student").unlabeled.clips.size(), 18U) << "through the stage that it starts from";
  const auto refused = [&](const std::string& protocol) {
    return testing::refusal(ErrorKind::config, [&] { require_trainable(setup(start(protocol))); });
  };
  EXPECT_THAT(refused("{name: cross-subject, " + classes + ", train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}"),
              HasSubstr("clips that this experiment tests: a1_s2_t1"));
  EXPECT_THAT(
      refused("{name: explicit, " + classes + ", train: {subjects: [1, 3]}, test: {subjects: [2, 4], trials: [2]}}"),
      HasSubstr("recordings, without labels, of subjects that this experiment tests as new people: utd-mhad/2"));
}

TEST_F(OtherRuns, AreAskedAboutClipsStandardizedAsTheyWereTrained) {
  const RunLayout run = train(setup());
  const TrainingSetup other =
      setup(from(run.folder, {"protocol.train.subjects=[3]", "stages.student.teachers_see=plain",
                              "stages.student.starts_from=null"}));
  train(other);
  const TrainedStage teacher = load_stage(setup(), 1, "fused");
  const auto says = [&](const Renderer& renderer) {
    const model::Input clips = render_plain(renderer, recordings(other.split.train), teacher.sees);
    return distill::compute_output(*teacher.network, clips).logits;
  };
  fs::path kept;
  for (const auto& entry : fs::directory_iterator(StageStoreLayout{other.stage_store}.teacher_outputs())) {
    if (entry.path().string().ends_with("-plain.answers")) kept = entry.path();
  }
  const std::optional<distill::TeacherOutput> heard = distill::read_teacher_output(kept, {6, 3, 8});
  ASSERT_TRUE(heard) << kept;
  EXPECT_TRUE(torch::allclose(heard->logits, says(teacher.renderer)));
  EXPECT_FALSE(torch::allclose(heard->logits, says(other.renderer))) << "the statistics of subject 3 alone";
}

TEST_F(OtherRuns, GiveTheStageThatStartsFromThemTheirStatistics) {
  const RunLayout run = train(setup());
  const TrainingSetup other = setup(from(run.folder, {"protocol.train.subjects=[3]"}));
  const RunLayout started = train(other);
  const auto mean = [](const RunLayout& one, const std::string& stage) {
    return read_checkpoint(one.stage(stage).checkpoint("last")).manifest.model["sensor"]["mean"];
  };
  EXPECT_EQ(mean(started, "student"), mean(run, "baseline"));
  EXPECT_EQ(load_stage(other, 1, "student").renderer.statistics.mean, setup().renderer.statistics.mean);
  EXPECT_NE(other.renderer.statistics.mean, setup().renderer.statistics.mean);
}

TEST_F(OtherRuns, CountByTheirWeightsAndMayTeachTogether) {
  const RunLayout one = train(setup()), other = train(setup({"run.name=third", "stages.fused.epochs=3"}));
  const auto key = [&](const fs::path& run) { return stage_key(setup(from(run)), "student", 1); };
  EXPECT_NE(key(one.folder), key(other.folder));
  const fs::path moved = folder_ / "moved" / "seed-1";
  fs::create_directories(moved.parent_path());
  fs::copy(one.folder, moved, fs::copy_options::recursive);
  EXPECT_EQ(key(one.folder), key(moved));
  const RunLayout both =
      train(setup(from(one.folder, {"stages.student.teachers=[{stage: fused, run: " + one.folder.string() +
                                    "}, {stage: fused, run: " + other.folder.string() + "}]"})));
  EXPECT_EQ(result(both, "student").teachers, (eval::Hashes{{"fused/last", result(one, "fused").checkpoint},
                                                            {"fused:2/last", result(other, "fused").checkpoint}}));
}

TEST_F(OtherRuns, ThatWereTrainedAnewAreNotWhatAFinishedRunLearnedFrom) {
  const RunLayout run = train(setup()), anew = train(setup({"run.name=anew", "stages.fused.epochs=3"}));
  const fs::path place = folder_ / "theirs" / "seed-1";
  fs::create_directories(place.parent_path());
  fs::copy(run.folder, place, fs::copy_options::recursive);
  const TrainingSetup student = setup(from(place));
  train(student);
  const auto show = [&] { train_run(student, 1, Existing::resume); };
  EXPECT_NO_THROW(show());
  fs::remove_all(place);
  EXPECT_NO_THROW(show()) << "a finished run is shown without those that it came from";
  fs::copy(anew.folder, place, fs::copy_options::recursive);
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, show),
              AllOf(HasSubstr("result.json: its stage student was trained with other weights of stage fused of " +
                              place.string()),
                    HasSubstr("start anew with --overwrite")));
  EXPECT_TRUE(train_run(student, 1, Existing::overwrite));
  EXPECT_NO_THROW(show());
}

TEST_F(OtherRuns, ThatAreDamagedOrSayNothingAreRefused) {
  const RunLayout run = train(setup());
  const fs::path file = run.stage("fused").checkpoint("last");
  const std::string sound = read_file(file);
  std::string damaged = sound;
  damaged[damaged.size() / 2] ^= 1;
  write_file_atomically(file, damaged);
  EXPECT_THAT(refused(run.folder, {}, ErrorKind::checkpoint), HasSubstr(file.string() + ": damaged"));
  write_file_atomically(file, read_file(run.stage("baseline").checkpoint("last")));
  EXPECT_THAT(refused(run.folder, {}, ErrorKind::checkpoint),
              HasSubstr("not the checkpoint that its run was evaluated"));
  TensorFile content = read_tensors(std::string_view(sound).substr(kSealBytes), "", ErrorKind::checkpoint);
  auto manifest = nlohmann::json::parse(content.metadata.at("manifest"));
  manifest.erase("seen");
  content.metadata["manifest"] = manifest.dump();
  write_sealed_file(file, {"checkpoint", 2}, tensor_file_bytes(content));
  EXPECT_THAT(
      refused(run.folder, {}),
      HasSubstr("does not say on which recordings it was trained, as an older pskd made it; train that run again"));
  write_file_atomically(file, sound);
  write_file_atomically(run.manifest(), read_file(run.manifest()) + " ");
  EXPECT_THAT(refused(run.folder, {}, ErrorKind::data), HasSubstr("not the file that result.json was written beside"));
}

}  // namespace
}  // namespace pskd::train
