// What a wrong config is told: all problems at once, each with file:line, key path, what was expected and what was
// found.
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "config/node.hpp"
#include "config_files.hpp"

namespace pskd::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kSmallest;
using ::testing::StartsWith;

// Of every model, and of every loss that learns from teachers.
const std::string kModels = joined(model_names()), kTerms = joined(teacher_terms());

/// A config whose third line is `line`, a key of the stage `student`.
std::string with_stage_line(const std::string& line) {
  return "stages:\n  student:\n    " + line + "\n    model: {name: sensor-cnn}\n    sees: [sensor]\n";
}

/// A config that begins with `line`.
std::string with_line(const std::string& line) { return line + "\n" + kSmallest; }

class ConfigProblems : public testing::ConfigFiles {
 protected:
  void expect(const std::string& text, const std::string& problem) const {
    EXPECT_THAT(problems(text), ElementsAre(problem)) << text;
  }
};

TEST_F(ConfigProblems, SeveralAreToldAtOnce) {
  EXPECT_THAT(
      problems(R"(data: {naem: utd-mhad}
seeds: []
views:
  crop: 1
  sensor: {frames: many}
stages:
  student:
    model: {name: sensor-cnm}
    sees: [sensor]
    epohcs: 10
    teachers: [skeleton]
run: {threads: -1}
)"),
      ElementsAre("a.yaml:1: data.naem: unknown key, expected one of name, root, channels, sensors, skeleton, cameras, "
                  "classes, description, store; did you mean name?",
                  "a.yaml:4: views.crop: expected a number >= 0 and < 1, found '1'",
                  "a.yaml:5: views.sensor.frames: expected a whole number between 8 and 10000, found 'many'",
                  "a.yaml:2: seeds: expected at least one value, found an empty list",
                  "a.yaml:12: run.threads: expected a whole number >= 0, found '-1'",
                  "a.yaml:8: stages.student.model.name: expected one of " + kModels +
                      ", found 'sensor-cnm'; did you mean sensor-cnn?",
                  "a.yaml:10: stages.student.epohcs: unknown key, expected one of model, sees, starts_from, teachers, "
                  "loss, epochs, batch, precision, deterministic, optimizer, labeled_share, teachers_see, "
                  "class_weights, snapshots; "
                  "did you mean epochs?",
                  "a.yaml:11: stages.student.teachers[0]: expected an earlier stage, of which there is none, found "
                  "'skeleton'",
                  "a.yaml:11: stages.student.teachers: expected a loss that says how teachers teach (" + kTerms +
                      "), found none"));
}

TEST_F(ConfigProblems, AnUnknownKeyIsAnErrorAtEveryLevel) {
  EXPECT_THAT(
      problems(with_line("sede: [1]")),
      ElementsAre("a.yaml:1: sede: unknown key, expected one of include, training, data, protocol, views, seeds, "
                  "run, stages, progress; did you mean seeds?"));
  expect(
      with_line("trainig: {epochs: 1}"),
      "a.yaml:1: trainig: unknown key, expected one of include, training, data, protocol, views, seeds, run, stages, "
      "progress; did you mean training?");
  expect(with_line("views: {sensor: {rotations: 3}}"),
         "a.yaml:1: views.sensor.rotations: unknown key, expected one of frames, rotation, scale, magnitude_warp, "
         "noise; did "
         "you mean rotation?");
  expect(with_line("run: {xyzzy: null}"),
         "a.yaml:1: run.xyzzy: unknown key, expected one of name, root, device, threads, teacher_outputs");
}

TEST_F(ConfigProblems, EachModelKnowsOnlyItsOwnKeys) {
  EXPECT_THAT(
      problems("stages:\n  s: {model: {name: sensor-cnn, blocks: 6}, sees: [sensor]}\n"),
      ElementsAre(StartsWith("a.yaml:2: stages.s.model.blocks: unknown key, expected one of name, width, kernel, ")));
  expect("stages:\n  s: {model: {name: fused, width: 6}, sees: [sensor, skeleton]}\n",
         "a.yaml:2: stages.s.model.width: unknown key, expected one of name, skeleton, sensor");
  EXPECT_THAT(
      problems("stages:\n  s: {model: {name: fused, sensor: {name: sensor-cnn}}, sees: [sensor, skeleton]}\n"),
      ElementsAre(StartsWith("a.yaml:2: stages.s.model.sensor.name: unknown key, expected one of width, kernel, ")));
}

TEST_F(ConfigProblems, AnInheritedSkeletonBranchIsToldOfWhereItWasWritten) {
  expect(
      "stages:\n  a: {model: {name: skeleton-gcn, width: 0}, sees: [skeleton]}\n"
      "  b: {model: {name: fused}, sees: [sensor, skeleton], starts_from: a}\n",
      "a.yaml:2: stages.a.model.width: expected a whole number between 1 and 4096, found '0'");
}

TEST_F(ConfigProblems, WrongTypes) {
  expect(with_line("seeds: 1"), "a.yaml:1: seeds: expected a list, in brackets, found '1'");
  expect(with_line("seeds: [1, x]"), "a.yaml:1: seeds[1]: expected a whole number >= 0, found 'x'");
  expect(with_line("seeds: [-1]"), "a.yaml:1: seeds[0]: expected a whole number >= 0, found '-1'");
  expect(with_line("seeds: [~]"), "a.yaml:1: seeds[0]: expected a whole number >= 0, found nothing");
  expect(with_line("data: here"), "a.yaml:1: data: expected a map, found 'here'");
  expect(with_line("data: {root: [a]}"),
         "a.yaml:1: data.root: expected a path without control characters that is not empty, found a list");
  expect(with_line("protocol: {allow_shared_subjects: yes}"),
         "a.yaml:1: protocol.allow_shared_subjects: expected true or false, found 'yes'");
  expect(with_stage_line("epochs: 1.5"),
         "a.yaml:3: stages.student.epochs: expected a whole number between 1 and 1000000, found '1.5'");
  expect(with_stage_line("epochs: \"10\""),
         "a.yaml:3: stages.student.epochs: expected a whole number between 1 and 1000000, found '10'");
  expect(with_stage_line("loss: [acs]"), "a.yaml:3: stages.student.loss: expected a map, found a list");
  expect("stages: [student]\n", "a.yaml:1: stages: expected a map of stages, found a list");
  expect("stages: {student: fast}\n", "a.yaml:1: stages.student: expected a map, found 'fast'");
  expect("stages:\n  s: {model: sensor-cnn, sees: [sensor]}\n",
         "a.yaml:2: stages.s.model: expected a map, its name one of " + kModels + ", found 'sensor-cnn'");
}

TEST_F(ConfigProblems, NumbersOutsideTheirRange) {
  expect(with_line("views: {sensor: {frames: 7}}"),
         "a.yaml:1: views.sensor.frames: expected a whole number between 8 and 10000, found '7'");
  expect(with_stage_line("optimizer: {lr: 0}"),
         "a.yaml:3: stages.student.optimizer.lr: expected a number > 0, found '0'");
  for (const char* number : {"99999999999", "1e400", "nan", ".nan", "-.inf", "inf", "0x10", "010", "1_000", "--1"}) {
    expect(with_stage_line("batch: " + std::string(number)),
           "a.yaml:3: stages.student.batch: expected a whole number between 2 and 1000000, found '" +
               std::string(number) + "'");
  }
  for (const char* number : {"1e400", "nan", ".nan", ".inf", "inf", "-1", "1,5"}) {
    expect(with_line("views:\n  sensor:\n    noise: " + std::string(number)),
           "a.yaml:3: views.sensor.noise: expected a number >= 0, found '" + std::string(number) + "'");
  }
  expect("stages:\n  s: {model: {name: sensor-cnn, kernel: 4}, sees: [sensor]}\n",
         "a.yaml:2: stages.s.model.kernel: expected a whole number that is odd, between 1 and 999, found '4'");
}

TEST_F(ConfigProblems, WordsOutsideTheirList) {
  expect(with_line("protocol: {selection: lsat}"),
         "a.yaml:1: protocol.selection: expected one of last, val, found 'lsat'; did you mean last?");
  expect(with_line("run: {device: gpu}"),
         "a.yaml:1: run.device: expected auto, cpu, cuda or cuda:<n>, found 'gpu'; did you mean cpu?");
  expect(with_line("progress: {mode: chains}"),
         "a.yaml:1: progress.mode: expected one of chain, trajectory, weights, found 'chains'; did you mean chain?");
  expect(
      with_line("run: {name: ../up}"),
      "a.yaml:1: run.name: expected a plain folder name (letters a to z and A to Z, digits, '.', '_', '-', beginning "
      "with a letter or digit; at most 200; not stages, the folder of what runs share), found '../up'");
  expect("stages:\n  s: {model: {name: sensor-cnn}, sees: [sensors]}\n",
         "a.yaml:2: stages.s.sees[0]: expected one of skeleton, sensor, found 'sensors'; did you mean sensor?");
  expect("stages:\n  Student: {model: {name: sensor-cnn}, sees: [sensor]}\n",
         "a.yaml:2: stages.Student: expected a stage name of at most 200 letters a to z, digits, '_' and '-', found "
         "'Student'");
}

TEST_F(ConfigProblems, ListsHoldEachValueOnce) {
  expect(with_line("seeds: [1, 2, 1]"), "a.yaml:1: seeds[2]: expected each value once, found '1'");
  expect(with_line("data: {channels: [ax, ax]}"), "a.yaml:1: data.channels[1]: expected each value once, found 'ax'");
  expect(with_line("data: {channels: []}"),
         "a.yaml:1: data.channels: expected at least one value, found an empty list");
}

TEST_F(ConfigProblems, OnlyVectorsAreTurned) {
  for (const char* channels :
       {"ax, ay", "ax, az, ay", "ax, ay, gz", "ay, az, ax", "ax, ay, az, pulse", "front, left, up"}) {
    expect(
        with_line(std::string("data: {channels: [") + channels + "]}"),
        std::string("a.yaml:1: data.channels: expected the axes of vectors, x, y and z in this order such as [ax, ay, "
                    "az], since views.sensor.rotation turns them by up to 20 degrees, found [") +
            channels + "]; name the axes, or set views.sensor.rotation to 0");
  }
  for (const char* fine :
       {"data: {channels: [gx, gy, gz, wrist_aX, wrist_aY, wrist_aZ]}",
        "{data: {channels: [pulse]}, views: {sensor: {rotation: 0}}, stages: {student: {model: {name: "
        "sensor-cnn}, sees: [sensor]}}}"}) {
    EXPECT_THAT(problems(*fine == '{' ? fine : with_line(fine)), IsEmpty()) << fine;
  }
}

TEST_F(ConfigProblems, AStageNeedsAModelAndWhatItSees) {
  EXPECT_THAT(
      problems("stages:\n  student: {epochs: 1, optimizer: {warmup: 0}}\n"),
      ElementsAre("a.yaml:2: stages.student.model: expected a map with the name of a model, found nothing",
                  "a.yaml:2: stages.student.sees: expected a list of modalities (skeleton, sensor), found nothing"));
  expect("stages:\n  student: {model: {width: 9}, sees: [sensor]}\n",
         "a.yaml:2: stages.student.model.name: expected one of " + kModels + ", found nothing");
  expect("stages:\n  student: {model: {name: sensor-cnn}, sees: [skeleton]}\n",
         "a.yaml:2: stages.student.sees: expected [sensor], which is what a sensor-cnn takes, found [skeleton]");
  expect("stages:\n  student: {model: {name: fused}, sees: [skeleton]}\n",
         "a.yaml:2: stages.student.sees: expected [skeleton, sensor], which is what a fused takes, found [skeleton]");
}

TEST_F(ConfigProblems, AConfigWithoutStages) {
  expect("stages: {}\n", "a.yaml:1: stages: expected at least one stage, found none");
  expect("seeds: [1]\n", "a.yaml:1: stages: expected at least one stage, found none");
  expect("", "a.yaml:1: stages: expected at least one stage, found none");
  expect("# nothing\n", "a.yaml:1: stages: expected at least one stage, found none");
}

TEST_F(ConfigProblems, SwitchingOffAStageThatIsNotThere) {
  EXPECT_THAT(
      problems(kSmallest, {"stages.studet=null"}),
      ElementsAre("--set stages.studet: stages.studet: null switches an inherited stage off, but there is none of this "
                  "name; did you mean student?"));
}

/// Two stages, the second with these further keys.
std::string two_stages(const std::string& keys, const std::string& rest = "") {
  return "stages:\n  first: {model: {name: sensor-cnn}, sees: [sensor], snapshots: [20]}\n"
         "  second: {model: {name: sensor-cnn}, sees: [sensor], " +
         keys + "}\n" + rest;
}

TEST_F(ConfigProblems, TeachersAreEarlierStages) {
  expect(two_stages("teachers: [frist], loss: {acs: {}}"),
         "a.yaml:3: stages.second.teachers[0]: expected an earlier stage (first), found 'frist'; did you mean first?");
  expect(two_stages("teachers: [second], loss: {acs: {}}"),
         "a.yaml:3: stages.second.teachers[0]: expected an earlier stage (first), found 'second', which does not come "
         "earlier");
  expect(two_stages("starts_from: third", "  third: {model: {name: sensor-cnn}, sees: [sensor]}\n"),
         "a.yaml:3: stages.second.starts_from: expected an earlier stage (first), found 'third', which does not come "
         "earlier");
  EXPECT_THAT(
      problems(two_stages("starts_from: first"), {"stages.first=null"}),
      ElementsAre("a.yaml:3: stages.second.starts_from: expected an earlier stage, of which there is none, found "
                  "'first', which is switched off"));
  expect(two_stages("teachers: [{weight: 2}], loss: {acs: {}}"),
         "a.yaml:3: stages.second.teachers[0].stage: expected the name of an earlier stage, found nothing");
}

TEST_F(ConfigProblems, StagesOfOtherRunsAreNamedWithTheirRun) {
  const std::string other = "teachers: [{stage: fused, run: runs/a}], loss: {kd: {}}";
  EXPECT_THAT(problems(two_stages(other)), IsEmpty());
  expect(
      two_stages(other, "progress: {mode: trajectory}\n"),
      "a.yaml:3: stages.second.teachers[0].run: expected progress.mode chain or weights, since trajectory follows the "
      "snapshots of teachers of this run, found trajectory");
  expect(two_stages("starts_from: {run: runs/a}"),
         "a.yaml:3: stages.second.starts_from.stage: expected the name of an earlier stage, found nothing");
  expect(two_stages("starts_from: [first]"),
         "a.yaml:3: stages.second.starts_from: expected the name of an earlier stage or a map {stage, run}, found a "
         "list");
  expect(two_stages("starts_from: {stage: frist}"),
         "a.yaml:3: stages.second.starts_from: expected an earlier stage (first), found 'frist'; did you mean first?");
}

TEST_F(ConfigProblems, ATeacherKeepsTheSnapshotThatIsAskedOfIt) {
  const std::string loss = ", loss: {acs: {}}";
  EXPECT_THAT(problems(two_stages("teachers: [{stage: first, snapshot: epoch-20}]" + loss)), IsEmpty());
  expect(two_stages("teachers: [{stage: first, snapshot: epoch-21}]" + loss),
         "a.yaml:3: stages.second.teachers[0].snapshot: expected a snapshot that first keeps (last, best, epoch-20), "
         "found "
         "'epoch-21'; list the epoch in stages.first.snapshots");
  EXPECT_THAT(
      problems(two_stages("teachers: [{stage: first, snapshot: epoch-21}]" + loss, "progress: {mode: trajectory}\n")),
      IsEmpty());
  expect(
      two_stages("teachers: [{stage: first, snapshot: best}]" + loss),
      "a.yaml:3: stages.second.teachers[0].snapshot: expected protocol.val to hold clips, on which the best epoch is "
      "chosen, found none");
  for (const char* snapshot : {"first", "epoch-", "epoch-0", "epoch--1", "epoch-1x", "epoch-99999999999"}) {
    EXPECT_THAT(problems(two_stages("teachers: [{stage: first, snapshot: " + std::string(snapshot) + "}]" + loss)),
                ElementsAre("a.yaml:3: stages.second.teachers[0].snapshot: expected last, best or epoch-<n>, found '" +
                            std::string(snapshot) + "'"));
  }
}

TEST_F(ConfigProblems, ATeachersEpochsLieWithinTheStage) {
  for (const char* epochs : {"[5]", "[5, 5]", "[5, 2]", "[5, 0]", "[-1, 3]", "[a, b]", "7"}) {
    EXPECT_THAT(problems(two_stages("teachers: [{stage: first, epochs: " + std::string(epochs) + "}], loss: {kd: {}}")),
                ElementsAre(StartsWith("a.yaml:3: stages.second.teachers[0].epochs")))
        << epochs;
  }
  expect(
      two_stages("teachers: [{stage: first, epochs: [100, 120]}], loss: {kd: {}}, epochs: 100"),
      "a.yaml:3: stages.second.teachers[0].epochs: expected epochs of the stage, which has 100, found a start at 100");
}

TEST_F(ConfigProblems, ATeachersEpochsAreOfTheChainAlone) {
  const std::string taught =
      "teachers: [{stage: first, epochs: [1, 3]}, {stage: first, epochs: [0, 0]}], loss: {kd: {}}";
  EXPECT_THAT(problems(two_stages(taught, "progress: {mode: chain}\n")), IsEmpty());
  for (const std::string mode : {"weights", "trajectory"}) {
    expect(
        two_stages(taught, "progress: {mode: " + mode + "}\n"),
        "a.yaml:3: stages.second.teachers[0].epochs: expected progress.mode chain, since trajectory and weights divide "
        "the epochs among teachers themselves, found " +
            mode);
  }
}

TEST_F(ConfigProblems, ANumberWithAProblemKeepsItsDefaultAndLeadsToNoOther) {
  expect(two_stages("labeled_share: 1.5"),
         "a.yaml:3: stages.second.labeled_share: expected all or a number between 0 and 1, found '1.5'");
}

TEST_F(ConfigProblems, TeachersAndDistillationGoTogether) {
  expect(two_stages("teachers: [first]"),
         "a.yaml:3: stages.second.teachers: expected a loss that says how teachers teach (" + kTerms + "), found none");
  expect(two_stages("loss: {acs: {}}"),
         "a.yaml:3: stages.second.loss.acs: expected teachers to learn from in `teachers`, found none");
  expect(two_stages("loss: {kd: {}}, teachers: []"),
         "a.yaml:3: stages.second.loss.kd: expected teachers to learn from in `teachers`, found none");
  expect(two_stages("loss: {ce: 0}"),
         "a.yaml:3: stages.second.loss.ce: expected a weight > 0 where no teacher teaches, found 0");
  for (const std::string& term : teacher_terms()) {
    expect(two_stages("loss: {" + term + ": {}}"),
           "a.yaml:3: stages.second.loss." + term + ": expected teachers to learn from in `teachers`, found none");
  }
  expect(two_stages("teachers: [first], loss: {acs: {threshold: teacher}}"),
         "a.yaml:3: stages.second.loss.acs.threshold: expected student or a number between 0 and 1, found 'teacher'");
  expect(two_stages("teachers: [first], loss: {acs: {selection: sotf}}"),
         "a.yaml:3: stages.second.loss.acs.selection: expected one of hard, soft, found 'sotf'; did you mean soft?");
  expect(two_stages("teachers: [first], loss: {acs: {semantic: {words: 1}}}"),
         "a.yaml:3: stages.second.loss.acs.semantic.word_file: expected a .npy file of word vectors, which "
         "loss.acs.semantic.words > 0 needs, found nothing");
}

TEST_F(ConfigProblems, SelectionOnValNeedsValidationClips) {
  for (const char* val : {"", ", val: {subjects: []}", ", val: {trials: []}", ", val: null"}) {
    expect(with_line("protocol: {selection: val" + std::string(val) + "}"),
           "a.yaml:1: protocol.selection: expected protocol.val to hold clips, on which the epoch is selected, found "
           "none");
  }
  EXPECT_THAT(problems(with_line("protocol: {selection: val, val: {trials: [1]}}")), IsEmpty());
  expect(with_line("protocol: {val: {}}"),
         "a.yaml:1: protocol.val: expected subjects, trials, scenes or cameras, found an empty map");
}

TEST_F(ConfigProblems, AnUnknownProtocolNamesTheKnownOnes) {
  expect(with_line("protocol: {name: leave-one-out}"),
         "a.yaml:1: protocol.name: expected one of cross-subject, leave-one-subject-out, subject-folds, explicit, "
         "personal, subject-specific, cross-session, cross-scene, cross-view, found 'leave-one-out'");
  expect(with_line("protocol: {name: cross-subjects, folds: 3}"),
         "a.yaml:1: protocol.name: expected one of cross-subject, leave-one-subject-out, subject-folds, explicit, "
         "personal, subject-specific, cross-session, cross-scene, cross-view, found 'cross-subjects'; did you mean "
         "cross-subject?");
}

TEST_F(ConfigProblems, OnlySubjectFoldsHasFolds) {
  expect(with_line("protocol: {name: subject-folds}"),
         "a.yaml:1: protocol.folds: expected the number of folds, e.g. folds: 4, found nothing");
  expect(with_line("protocol: {name: subject-folds, folds: 1}"),
         "a.yaml:1: protocol.folds: expected a whole number >= 2, found '1'");
  expect(with_line("protocol: {name: subject-folds, folds: 2, of: trian}"),
         "a.yaml:1: protocol.of: expected one of train, all, found 'trian'; did you mean train?");
  expect(with_line("protocol: {folds: 4}"),
         "a.yaml:1: protocol.folds: expected protocol.name: subject-folds, the only protocol with this key, found "
         "'cross-subject'");
  expect(with_line("protocol: {name: leave-one-subject-out, of: train}"),
         "a.yaml:1: protocol.of: expected protocol.name: subject-folds, the only protocol with this key, found "
         "'leave-one-subject-out'");
}

TEST_F(ConfigProblems, WarmUpAndSnapshotsFitIntoTheEpochs) {
  expect(with_stage_line("epochs: 5"),
         "a.yaml:3: stages.student.optimizer.warmup: expected fewer than the stage's 5 epochs, found 5");
  expect(with_stage_line("snapshots: [4, 101]"),
         "a.yaml:3: stages.student.snapshots[1]: expected at most the stage's 100 epochs, found 101");
}

TEST_F(ConfigProblems, AProblemOfTheStageDefaultsIsToldOnceAndWhereItWasWritten) {
  write("b.yaml", "training:\n  epoch: 3\n  batch: none\n");
  EXPECT_THAT(
      problems(two_stages("epochs: 9", "include: b.yaml\n")),
      ElementsAre(
          "b.yaml:3: training.batch: expected a whole number between 2 and 1000000, found 'none'",
          "b.yaml:2: training.epoch: unknown key, expected one of loss, epochs, batch, precision, "
          "deterministic, optimizer, labeled_share, teachers_see, class_weights, snapshots; did you mean epochs?"));
}

TEST_F(ConfigProblems, AProblemOfAnIncludedFileIsToldThere) {
  write("base/b.yaml", "\nviews:\n  crop: 2\n");
  expect("include: base/b.yaml\n" + kSmallest, "base/b.yaml:3: views.crop: expected a number >= 0 and < 1, found '2'");
}

TEST_F(ConfigProblems, FilesThatCannotBeRead) {
  EXPECT_THAT(problems_of_file(folder_ / "absent.yaml"),
              ElementsAre("absent.yaml: cannot read absent.yaml: No such file or directory"));
  expect("\ninclude: [absent.yaml]\n" + kSmallest, "a.yaml:2: cannot read absent.yaml: No such file or directory");
  expect("include: {a: b}\n" + kSmallest, "a.yaml:1: include: expected file names, found a map");
}

TEST_F(ConfigProblems, FilesThatIncludeThemselves) {
  write("b.yaml", "\ninclude: [sub/c.yaml]\n");
  write("sub/c.yaml", "include: [../a.yaml]\n");
  expect("include: b.yaml\n" + kSmallest,
         "sub/c.yaml:1: include: expected files that do not include themselves, found a.yaml -> b.yaml -> sub/c.yaml "
         "-> a.yaml");
  expect("include: a.yaml\n",
         "a.yaml:1: include: expected files that do not include themselves, found a.yaml -> a.yaml");
}

TEST_F(ConfigProblems, OverridesAreNamedAsTheyWereGiven) {
  EXPECT_THAT(
      problems(kSmallest, {"stages.student.epochs=ten", "stages.student.epocs=10", "stages.studnt.epochs=10"}),
      ElementsAre("--set stages.student.epochs: stages.student.epochs: expected a whole number between 1 and 1000000, "
                  "found 'ten'",
                  "--set stages.student.epocs: stages.student.epocs: unknown key, expected one of model, sees, "
                  "starts_from, teachers, loss, epochs, batch, precision, deterministic, optimizer, labeled_share, "
                  "teachers_see, class_weights, "
                  "snapshots; did you mean epochs?",
                  "--set stages.studnt.epochs: stages.studnt.model: expected a map with the name of a model, found "
                  "nothing",
                  "--set stages.studnt.epochs: stages.studnt.sees: expected a list of modalities (skeleton, sensor), "
                  "found nothing"));
  EXPECT_THAT(
      problems(kSmallest, {"sead=1"}),
      ElementsAre(
          "--set sead: sead: unknown key, expected one of include, training, data, protocol, views, seeds, run, "
          "stages, progress; did you mean seeds?"));
}

TEST_F(ConfigProblems, MalformedOverrides) {
  for (const char* setting : {"seeds", "=1", "a..b=1", ".a=1", "a.=1", ""}) {
    EXPECT_THAT(
        problems(kSmallest, {setting}),
        ElementsAre("--set " + std::string(setting) + ": expected key.path=value, as in stages.student.epochs=10"));
  }
  EXPECT_THAT(problems(kSmallest, {"seeds=[1"}),
              ElementsAre(StartsWith("--set seeds: expected YAML, found an error: ")));
  EXPECT_THAT(problems(kSmallest, {"seeds.first=1"}),
              ElementsAre("--set seeds.first: seeds: expected a list, in brackets, found a map"));
}

TEST_F(ConfigProblems, TextThatIsNotYaml) {
  EXPECT_THAT(problems("stages:\n\tstudent: {}\n"),
              ElementsAre(StartsWith("a.yaml:2: expected YAML, found an error: ")));
  EXPECT_THAT(problems("seeds: [1, 2\n"), ElementsAre(StartsWith("a.yaml:")));
  EXPECT_THAT(problems("a: b: c\n"), ElementsAre(StartsWith("a.yaml:1: expected YAML, found an error: ")));
  EXPECT_THAT(problems("a: *unknown\n"), ElementsAre(StartsWith("a.yaml:1: expected YAML, found an error: ")));
  expect("- a\n- b\n", "a.yaml:1: expected a map of keys and values, found a list");
  expect("just words\n", "a.yaml:1: expected a map of keys and values, found 'just words'");
  expect(kSmallest + "---\n" + kSmallest, "a.yaml:3: expected one YAML document, found a second one");
  expect(",", "a.yaml:1: expected one YAML document, found a second one");  // endless documents to yaml-cpp
}

TEST_F(ConfigProblems, KeysThatStandTwice) {
  expect("seeds: [1]\nseeds: [2]\n" + kSmallest,
         "a.yaml:2: seeds: expected each key once, found it again (first at a.yaml:1)");
  expect(kSmallest + "? [a, b]\n: 1\n", "a.yaml:3: expected a name as key, found a list, a map or nothing");
}

TEST_F(ConfigProblems, UnknownTags) {
  expect(with_line("run: !remplace {name: x}"), "a.yaml:1: expected no tag but !replace, found !remplace");
}

TEST_F(ConfigProblems, BytesThatAreNotUtf8AreToldWithLineAndColumn) {
  for (const auto& [bytes, found] : std::vector<std::pair<std::string, std::string>>{{"\xff", "0xff"},
                                                                                     {"\xc3", "0xc3"},
                                                                                     {"\xc0\xaf", "0xc0"},
                                                                                     {"\xed\xa0\x80", "0xed"},
                                                                                     {"\xf4\x90\x80\x80", "0xf4"},
                                                                                     {"\xe4 ", "0xe4"}}) {
    expect("# fine: \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n# \xc3\xa4" + bytes + "\n" + kSmallest,
           "a.yaml:2: column 4: expected text in UTF-8, found the byte " + found + "; save it as UTF-8");
  }
}

TEST_F(ConfigProblems, DeepNestingIsRefused) {
  for (const auto& [open, close] : std::vector<std::pair<std::string, std::string>>{
           {"[", "]"}, {"{a: ", "}"}, {"- ", ""}, {"? ", ""}, {"[", ""}, {"{", ""}}) {
    for (const int depth : {60, 10'000}) {
      std::string text;
      for (int i = 0; i < depth; ++i) text += open;
      for (int i = 0; i < depth; ++i) text += close;
      EXPECT_FALSE(problems("seeds:\n  " + text + "\n").empty()) << depth << " times " << open;
    }
  }
  std::string path = "a";
  for (int i = 0; i < 10'000; ++i) path += ".a";
  EXPECT_THAT(problems(kSmallest, {path + "=1"}),
              ElementsAre(::testing::EndsWith("expected at most 50 levels, found more")));
}

TEST_F(ConfigProblems, AliasesThatGrowWithoutEndAreRefused) {
  std::string laughs = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    laughs.append(static_cast<std::size_t>(i), 'b').append(": &a").append(std::to_string(i)).append(" [");
    for (int j = 0; j < 10; ++j) laughs.append("*a").append(std::to_string(i - 1)).append(j < 9 ? ", " : "]\n");
  }
  EXPECT_THAT(problems(laughs), ElementsAre(::testing::HasSubstr("expected at most 100000 values, found more")));
  EXPECT_THAT(problems("a: &a [*a]\n"), ElementsAre(::testing::HasSubstr("found more")));
}

TEST_F(ConfigProblems, MessagesStayOnOneLineAndShort) {
  expect(with_line(R"("a\nb": 1)"),
         "a.yaml:1: a?b: unknown key, expected one of include, training, data, protocol, views, seeds, run, stages, "
         "progress");
  const std::string endless(5000, 'x');
  EXPECT_THAT(problems(with_line("run: {device: " + endless + "}")),
              ElementsAre("a.yaml:1: run.device: expected auto, cpu, cuda or cuda:<n>, found '" +
                          endless.substr(0, 60) + "...'"));
}

// No byte of a config, changed to something else, may crash the program: it loads or it is refused with Error(config).
TEST_F(ConfigProblems, DamagedTextNeverCrashes) {
  const std::string text =
      two_stages("teachers: [first, {stage: first, epochs: [1, 3]}], loss: {acs: {threshold: 0.5}}");
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char letter : std::string("\0:{}[]&*!|>\"'#%@-?\n\t \x80", 22)) {
      std::string damaged = text;
      damaged[at] = letter;
      problems(damaged);
    }
  }
}

}  // namespace
}  // namespace pskd::config
