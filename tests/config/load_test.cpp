// What a config file means: defaults, includes, merging, overrides, and the way back to YAML.
#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "config_files.hpp"

namespace pskd::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSmallest;
using ::testing::Not;

class LoadExperiment : public testing::ConfigFiles {
 protected:
  StageConfig student(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return find_stage(load(text, overrides), "student");
  }
};

TEST_F(LoadExperiment, WhatIsNotSaidHasTheDefaultOfTheStruct) {
  const StageConfig stage = student(kSmallest);
  EXPECT_EQ(stage.epochs, StageConfig().epochs);
  EXPECT_EQ(stage.optimizer.lr, OptimizerConfig().lr);
  EXPECT_EQ(stage.loss.ce, 1);
  EXPECT_FALSE(stage.loss.acs.has_value());
  EXPECT_EQ(load(kSmallest).protocol.train.has_value(), false);
}

TEST_F(LoadExperiment, AnEmptyListOfSubjectsIsNotAnAbsentOne) {
  const Experiment experiment = load(
      kSmallest + "protocol: {train: {trials: [1, 2]}, val: {subjects: []}, test: {subjects: [2], trials: [3]}}\n");
  EXPECT_EQ(experiment.protocol.train->subjects, std::nullopt);
  EXPECT_THAT(experiment.protocol.train->trials.value(), ElementsAre(1, 2));
  EXPECT_THAT(experiment.protocol.val->subjects.value(), IsEmpty());
  EXPECT_THAT(experiment.protocol.test->trials.value(), ElementsAre(3));
}

TEST_F(LoadExperiment, ATeacherIsANameOrAMap) {
  const StageConfig stage = student(to_yaml(load(R"(
stages:
  big: {model: {name: sensor-cnn}, sees: [sensor], snapshots: [40]}
  student:
    model: {name: sensor-cnn}
    sees: [sensor]
    teachers: [big, {stage: big, snapshot: epoch-40, epochs: [0, 50], weight: 0.5}]
    loss: {acs: {threshold: 0.6}, kd: {}}
)")));
  ASSERT_EQ(stage.teachers.size(), 2U);
  EXPECT_EQ(stage.teachers[0].stage, "big");
  EXPECT_EQ(stage.teachers[0].snapshot, SnapshotName{});
  EXPECT_EQ(word(stage.teachers[1].snapshot), "epoch-40");
  EXPECT_EQ(stage.teachers[1].epochs, std::make_pair(0, 50));
  EXPECT_EQ(stage.teachers[1].weight, 0.5);
  EXPECT_EQ(stage.loss.acs->threshold, 0.6);
  EXPECT_EQ(stage.loss.kd->temperature, 2);
}

TEST_F(LoadExperiment, ATeacherOrAStartMayBeAStageOfAnotherRun) {
  const std::string run = "runs/other/0123456789ab/seed-1";
  const std::string text =
      "stages: {student: {model: {name: sensor-cnn}, sees: [sensor], starts_from: {stage: baseline, run: " + run +
      "}, teachers: [{stage: fused, run: " + run + "}], loss: {kd: {}}}}\n";
  const Experiment read = load(text), again = load(to_yaml(read));
  EXPECT_EQ(again.stages[0].starts_from.stage, "baseline");
  EXPECT_EQ(again.stages[0].starts_from.run, run);
  EXPECT_EQ(again.stages[0].teachers[0].run, run);
  EXPECT_NE(config_hash(read), config_hash(load(text, {"stages.student.starts_from.run=elsewhere"})));
}

TEST_F(LoadExperiment, AStageOfThisRunIsWrittenAsBeforeThereWereOthers) {
  const std::string stages =
      "stages:\n"
      "  first: {model: {name: sensor-cnn}, sees: [sensor]}\n"
      "  second: {model: {name: sensor-cnn}, sees: [sensor], starts_from: ";
  const std::string yaml = to_yaml(load(stages + "{stage: first}}\n"));
  EXPECT_THAT(yaml, ::testing::HasSubstr("    starts_from: first\n"));
  EXPECT_EQ(yaml, to_yaml(load(stages + "first}\n")));
}

TEST_F(LoadExperiment, AFusedStageTakesTheSkeletonBranchItStartsFrom) {
  const std::string stages = R"(
stages:
  skeleton: {model: {name: skeleton-gcn, width: 20, blocks: 3}, sees: [skeleton]}
  fused: {model: {name: fused, sensor: {width: 24}}, sees: [sensor, skeleton], starts_from: skeleton}
)";
  const FusedConfig inherited = std::get<FusedConfig>(find_stage(load(stages), "fused").model);
  EXPECT_EQ(inherited.skeleton.width, 20);
  EXPECT_EQ(inherited.skeleton.blocks, 3);
  EXPECT_EQ(inherited.sensor.width, 24);
  const Experiment by_map = load(stages, {"stages.fused.starts_from={stage: skeleton}"});
  EXPECT_EQ(std::get<FusedConfig>(find_stage(by_map, "fused").model).skeleton.width, 20);
  const Experiment given = load(stages, {"stages.fused.model.skeleton={width: 32}"});
  EXPECT_EQ(std::get<FusedConfig>(find_stage(given, "fused").model).skeleton.width, 32);
}

TEST_F(LoadExperiment, TrainingGivesTheDefaultsOfEveryStage) {
  const StageConfig stage = student(
      "training: {epochs: 7, batch: 9, snapshots: [3], optimizer: {lr: 0.1, warmup: 1}, loss: {label_smoothing: 0.2}}\n"
      "stages: {student: {model: {name: sensor-cnn}, sees: [sensor], batch: 5, optimizer: {lr: 0.3}}}\n");
  EXPECT_EQ(stage.epochs, 7);
  EXPECT_EQ(stage.batch, 5);
  EXPECT_THAT(stage.snapshots, ElementsAre(3));
  EXPECT_EQ(stage.optimizer.lr, 0.3);
  EXPECT_EQ(stage.optimizer.warmup, 1);
  EXPECT_EQ(stage.loss.label_smoothing, 0.2);
}

TEST_F(LoadExperiment, IncludesAreRelativeToTheirFileAndLaterOnesWin) {
  write("base/one.yaml", "include: deeper/three.yaml\nseeds: [1]\nrun: {name: one, threads: 1}\n");
  write("base/two.yaml", "run: {name: two}\n");
  write("base/deeper/three.yaml", "seeds: [3]\nrun: {root: three}\n");
  const Experiment experiment = load("include: [base/one.yaml, base/two.yaml]\n" + kSmallest);
  EXPECT_THAT(experiment.seeds, ElementsAre(1U));
  EXPECT_EQ(experiment.run.name, "two");
  EXPECT_EQ(experiment.run.threads, 1);
  EXPECT_EQ(experiment.run.root, "three");
}

TEST_F(LoadExperiment, AnIncludeThatIsNotBesideItsFileIsAShippedOne) {
  const std::filesystem::path shipped = std::string(PSKD_SOURCE_DIR) + "/configs";
  const auto file = write("mine.yaml", "include: [utd.yaml]\nrun: {name: mine}");
  EXPECT_EQ(load_experiment(file, {}, shipped).stages.size(), load_experiment(shipped / "utd.yaml").stages.size());
  EXPECT_THAT(problems_of_file(file), Contains(HasSubstr("utd.yaml")));
  write("utd.yaml", kSmallest);
  EXPECT_EQ(load_experiment(file, {}, shipped).stages.size(), 1U);
}

TEST_F(LoadExperiment, AFileMayBeIncludedTwice) {
  write("common.yaml", "# nothing but this comment\n");
  write("b.yaml", "include: common.yaml\n");
  EXPECT_THAT(problems("include: [b.yaml, common.yaml]\n" + kSmallest), IsEmpty());
}

TEST_F(LoadExperiment, MapsMergeAndListsReplace) {
  write("b.yaml", "seeds: [1, 2, 3]\nviews: {crop: 0.5, sensor: {scale: 0.3}}\n");
  const Experiment experiment = load("include: b.yaml\nseeds: [4]\nviews: {sensor: {noise: 0}}\n" + kSmallest);
  EXPECT_THAT(experiment.seeds, ElementsAre(4U));
  EXPECT_EQ(experiment.augmentation.crop, 0.5);
  EXPECT_EQ(experiment.augmentation.sensor.scale, 0.3);
  EXPECT_EQ(experiment.augmentation.sensor.noise, 0);
}

const char* const kTwoStages = R"(
stages:
  first: {model: {name: sensor-cnn, width: 96}, sees: [sensor], loss: {label_smoothing: 0.3}}
  second: {model: {name: sensor-cnn, width: 96}, sees: [sensor], starts_from: first}
)";

TEST_F(LoadExperiment, NullSwitchesAnInheritedStageOff) {
  write("b.yaml", kTwoStages);
  const Experiment experiment = load("include: b.yaml\nstages: {second: null}\n");
  ASSERT_EQ(experiment.stages.size(), 1U);
  EXPECT_EQ(experiment.stages[0].name, "first");
  EXPECT_EQ(load("include: b.yaml\nstages: {second: null}\n", {"stages.second=null"}).stages.size(), 1U);
}

TEST_F(LoadExperiment, NullTakesAnInheritedValueAway) {
  write("b.yaml", kTwoStages);
  const Experiment experiment = load("include: b.yaml\nstages: {first: {loss: null}, second: {starts_from: ~}}\n");
  EXPECT_EQ(experiment.stages[0].loss.label_smoothing, LossConfig().label_smoothing);
  EXPECT_EQ(experiment.stages[1].starts_from.stage, "");
}

TEST_F(LoadExperiment, ReplaceTakesThePlaceOfAnInheritedMap) {
  write("b.yaml", kTwoStages);
  const Experiment experiment = load(
      "include: b.yaml\nstages:\n  first: !replace {model: {name: skeleton-gcn}, sees: [skeleton]}\n"
      "  second: {starts_from: null}\n");
  EXPECT_EQ(model_name(experiment.stages[0].model), "skeleton-gcn");
  EXPECT_EQ(experiment.stages[0].loss.label_smoothing, LossConfig().label_smoothing);
}

TEST_F(LoadExperiment, ReplaceAlsoShutsTrainingDefaultsOut) {
  const StageConfig stage = student(
      "training: {loss: {label_smoothing: 0.4}}\n"
      "stages: {student: {model: {name: sensor-cnn}, sees: [sensor], loss: !replace {ce: 2}}}\n");
  EXPECT_EQ(stage.loss.ce, 2);
  EXPECT_EQ(stage.loss.label_smoothing, LossConfig().label_smoothing);
}

TEST_F(LoadExperiment, StagesKeepTheOrderInWhichTheyWereFirstWritten) {
  write("b.yaml", kTwoStages);
  const Experiment experiment = load(
      "include: b.yaml\nstages:\n  third: {model: {name: sensor-cnn}, sees: [sensor]}\n  second: {epochs: 7}\n"
      "  first: {epochs: 8}\n");
  ASSERT_EQ(experiment.stages.size(), 3U);
  EXPECT_EQ(experiment.stages[0].name, "first");
  EXPECT_EQ(experiment.stages[1].name, "second");
  EXPECT_EQ(experiment.stages[2].name, "third");
}

TEST_F(LoadExperiment, AnOverrideIsAValueInYaml) {
  const std::vector<std::string> overrides = {"seeds=[5, 6]", "stages.student.loss={ce: 2}", "run.name=other",
                                              "stages.student.optimizer.lr=1e-4", "data.store=a=b"};
  const Experiment experiment = load(kSmallest, overrides);
  EXPECT_THAT(experiment.seeds, ElementsAre(5U, 6U));
  EXPECT_EQ(experiment.stages[0].loss.ce, 2);
  EXPECT_EQ(experiment.run.name, "other");
  EXPECT_EQ(experiment.stages[0].optimizer.lr, 1e-4);
  EXPECT_EQ(experiment.data.store, "a=b");
}

TEST_F(LoadExperiment, AnAnchorSavesTyping) {
  const Experiment experiment =
      load("stages:\n  a: &it {model: {name: sensor-cnn, width: 33}, sees: [sensor]}\n  b: *it\n");
  EXPECT_EQ(std::get<SensorCnnConfig>(find_stage(experiment, "b").model).width, 33);
}

// Every field away from its default, and texts that look like something else in YAML.
const char* const kUnusual = R"(
data: {name: utd-mhad, root: "odd: 'name' # \"not\" a comment\\", channels: ["null", "true", "1", "~", "ä", "-"], store: " x "}
protocol: {name: subject-folds, folds: 7, of: all, classes: [wave, "no"], train: {subjects: [1], trials: [2, 3]}, val: {trials: []}, test: {subjects: [4]}, allow_shared_subjects: true}
views: {count: 3, crop: 0.1, time_warp: 0.3, sensor: {frames: 9, rotation: 0, scale: 0.30000000000000004, magnitude_warp: 1e300, noise: 1e-300},
        skeleton: {frames: 8, turn: 1, tilt: 2, scale: 0.3, jitter: 4}}
seeds: [18446744073709551615, 0]
run: {name: a.b-c_1, root: /, device: "cuda:1", threads: 3}
stages:
  1: {model: {name: skeleton-gcn, streams: [motion, joint], width: 7, blocks: 2, kernel: 3, segments: 1, embedding: 5, dropout: 0}, sees: [skeleton], snapshots: [1, 90]}
  "null": {model: {name: fused, sensor: {width: 9, kernel: 1}}, sees: [sensor, skeleton], starts_from: 1, teachers: ["1", {stage: "1", snapshot: epoch-90, weight: 0.1}],
    loss: {ce: 0, label_smoothing: 0, branches: 2, kd: {weight: 3, temperature: 0.7},
           acs: {weight: 2, temperature: 3, confidence_temperature: 4, selection: soft, threshold: 0.25, semantic: {weight: 2, distance: 3, angle: 4, words: 5, word_file: w.npy}}},
    epochs: 12, batch: 3, precision: bf16, deterministic: false, optimizer: {name: sgd, lr: 0.1, weight_decay: 0, momentum: 0.5, schedule: constant, warmup: 0.5, clip_norm: 0}}
  last_-: {model: {name: sensor-cnn}, sees: [sensor], teachers: ["1"], loss: {acs: {}}}
progress: {mode: weights, steps: 5, from: far}
)";

TEST_F(LoadExperiment, WritingAndReadingBackChangesNothing) {
  for (const std::string& text : {kSmallest, std::string(kUnusual)}) {
    const Experiment experiment = load(text);
    const std::string yaml = to_yaml(experiment);
    EXPECT_EQ(to_yaml(load(yaml)), yaml);
  }
}

TEST_F(LoadExperiment, TheWrittenValuesAreTheReadOnes) {
  const Experiment experiment = load(to_yaml(load(kUnusual)));
  EXPECT_EQ(experiment.data.root, "odd: 'name' # \"not\" a comment\\");
  EXPECT_THAT(experiment.data.channels, ElementsAre("null", "true", "1", "~", "ä", "-"));
  EXPECT_EQ(experiment.data.store, " x ");
  EXPECT_EQ(experiment.protocol.train->trials.value(), (std::vector<Name>{2, 3}));
  EXPECT_EQ(experiment.protocol.val->subjects, std::nullopt);
  EXPECT_THAT(experiment.protocol.val->trials.value(), IsEmpty());
  EXPECT_EQ(experiment.augmentation.sensor.noise, 1e-300);
  EXPECT_EQ(experiment.augmentation.sensor.scale, 0.1 + 0.2);
  EXPECT_THAT(experiment.seeds, ElementsAre(18446744073709551615U, 0U));
  ASSERT_EQ(experiment.stages.size(), 3U);
  EXPECT_EQ(experiment.stages[1].name, "null");
  EXPECT_EQ(std::get<FusedConfig>(experiment.stages[1].model).skeleton.width, 7);
  EXPECT_EQ(experiment.stages[1].teachers[1].weight, 0.1);
  EXPECT_EQ(experiment.stages[1].loss.acs->selection, AcsSelection::soft);
  EXPECT_EQ(experiment.stages[1].loss.acs->semantic.words, 5);
  EXPECT_EQ(experiment.stages[1].precision, Precision::bf16);
  EXPECT_EQ(experiment.stages[2].precision, Precision::fp32);
  EXPECT_FALSE(experiment.stages[1].deterministic);
  EXPECT_TRUE(experiment.stages[2].deterministic);
  EXPECT_EQ(experiment.run.device, "cuda:1");
  EXPECT_EQ(experiment.stages[2].loss.acs->threshold, std::nullopt);
  EXPECT_EQ(experiment.progress.from, ProgressStart::far);
}

TEST_F(LoadExperiment, TheHashIgnoresWhatDoesNotDecideTheResult) {
  const std::string hash = config_hash(load(kSmallest));
  EXPECT_EQ(hash.size(), 12U);
  EXPECT_EQ(config_hash(load(kSmallest, {"seeds=[7, 8]", "run.name=x", "run.root=y", "run.threads=2", "run.device=cuda",
                                         "data.root=/z", "data.store=s"})),
            hash);
}

TEST_F(LoadExperiment, ALossThatIsNotThereLeavesNoTraceInTheHash) {
  EXPECT_THAT(to_yaml(load(kSmallest)), Not(HasSubstr("fitnet")));
  std::set<std::string> hashes;
  for (const std::string& term : teacher_terms()) {
    const std::string stages =
        "stages={first: {model: {name: sensor-cnn}, sees: [sensor]}, second: {model: {name: sensor-cnn}, sees: "
        "[sensor], teachers: [first], loss: {" +
        term + ": {}}}}";
    const Experiment experiment = load(kSmallest, {stages});
    EXPECT_EQ(teacher_terms(find_stage(experiment, "second").loss), std::vector<std::string>{term});
    const std::string yaml = to_yaml(experiment);
    EXPECT_EQ(to_yaml(load(yaml)), yaml) << term;
    hashes.insert(config_hash(experiment));
  }
  EXPECT_EQ(hashes.size(), teacher_terms().size());
}

TEST_F(LoadExperiment, TheUsualPrecisionLeavesNoTraceInTheHash) {
  EXPECT_THAT(to_yaml(load(kSmallest)), Not(HasSubstr("precision")));
  EXPECT_EQ(config_hash(load(kSmallest, {"stages.student.precision=fp32"})), config_hash(load(kSmallest)));
  EXPECT_EQ(load(kSmallest, {"training.precision=bf16"}).stages.at(0).precision, Precision::bf16)
      << "for all stages at once";
}

TEST_F(LoadExperiment, KeysOfFoldsLeaveNoTraceInOtherExperiments) {
  const std::string yaml = to_yaml(load(kSmallest));
  EXPECT_THAT(yaml, AllOf(Not(HasSubstr("folds")), Not(HasSubstr(" of:"))));
  const auto hash = [&](const std::string& protocol) { return config_hash(load(kSmallest, {"protocol=" + protocol})); };
  EXPECT_EQ(hash("{name: subject-folds, folds: 4}"), hash("{name: subject-folds, folds: 4, of: train}"));
  EXPECT_NE(hash("{name: subject-folds, folds: 4}"), hash("{name: subject-folds, folds: 4, of: all}"));
  EXPECT_NE(hash("{name: subject-folds, folds: 4}"), hash("{name: subject-folds, folds: 3}"));
}

TEST_F(LoadExperiment, TheHashCountsEverythingElse) {
  const std::string hash = config_hash(load(kSmallest));
  for (const char* change :
       {"stages.student.epochs=99", "views.sensor.noise=0.06", "data.channels=[gx, gy, gz]",
        "protocol.test={subjects: [1]}", "progress.mode=weights", "stages.student.loss.ce=1.01",
        "stages.student.precision=bf16", "stages.other={model: {name: sensor-cnn}, sees: [sensor]}"}) {
    EXPECT_NE(config_hash(load(kSmallest, {change})), hash) << change;
  }
}

TEST_F(LoadExperiment, FindStageNamesTheStagesThereAre) {
  const Experiment experiment = load(kSmallest);
  try {
    find_stage(experiment, "studnet");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::config);
    EXPECT_STREQ(error.what(), "expected one of the stages student, found 'studnet'; did you mean student?");
  }
}

TEST(ResolveDataPath, LooksUnderTheDataRoot) {
  const char* set = std::getenv("PSKD_DATA_ROOT");
  const std::string before = set == nullptr ? "" : set;
  ::setenv("PSKD_DATA_ROOT", "/recordings", 1);
  EXPECT_EQ(resolve_data_path("utd-mhad"), "/recordings/utd-mhad");
  EXPECT_EQ(resolve_data_path("/absolute"), "/absolute");
  EXPECT_EQ(resolve_data_path("~/mine"), std::filesystem::path(std::getenv("HOME")) / "mine");
  ::unsetenv("PSKD_DATA_ROOT");
  EXPECT_EQ(resolve_data_path("utd-mhad"), "data/utd-mhad");
  EXPECT_EQ(resolve_data_path("/absolute"), "/absolute");
  if (set != nullptr) ::setenv("PSKD_DATA_ROOT", before.c_str(), 1);
}

}  // namespace
}  // namespace pskd::config
