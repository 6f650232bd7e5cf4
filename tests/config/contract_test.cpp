// The shape of a config, as ARCHITECTURE.md promises it to users, and the files that ship with the program.
#include <gmock/gmock.h>

#include <map>

#include "config_files.hpp"

namespace pskd::config {
namespace {

using ::testing::ElementsAre;

const char* const kArchitecture = R"(include: [base/training.yaml, base/views.yaml]
data: {name: utd-mhad, root: utd-mhad, channels: [ax, ay, az]}   # a relative root lies under $PSKD_DATA_ROOT, else ./data
protocol: {name: cross-subject, train: {subjects: [1, 3, 5, 7]}, val: {subjects: []}, test: {subjects: [2, 4, 6, 8]}, selection: last}
seeds: [1, 2, 3]
run: {name: utd-pskd, root: runs, device: cpu, threads: 2}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 48, blocks: 6}, sees: [skeleton], loss: {ce: 1}, epochs: 60}
  fused:    {model: {name: fused}, sees: [skeleton, sensor], starts_from: skeleton, teachers: [skeleton], loss: {acs: {}}, epochs: 60}
  sensor:   {model: {name: sensor-cnn, width: 96}, sees: [sensor], teachers: [skeleton, fused], loss: {acs: {}}, epochs: 150}
  student:  {model: {name: sensor-cnn, width: 48}, sees: [sensor], teachers: [skeleton, fused, sensor], loss: {acs: {selection: hard, threshold: student}}, epochs: 150}
  baseline: {model: {name: sensor-cnn, width: 48}, sees: [sensor], loss: {ce: 1}, epochs: 150}
progress: {mode: chain}
)";

class ConfigContract : public testing::ConfigFiles {
 protected:
  Experiment load_architecture(const std::vector<std::string>& overrides = {}) const {
    std::filesystem::copy(std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / "base", folder_ / "base");
    return load(kArchitecture, overrides);
  }
};

std::vector<std::string> names(const Experiment& experiment) {
  std::vector<std::string> list;
  for (const StageConfig& stage : experiment.stages) list.push_back(stage.name);
  return list;
}

std::vector<std::string> teachers(const StageConfig& stage) {
  std::vector<std::string> list;
  for (const TeacherRef& teacher : stage.teachers) list.push_back(teacher.stage);
  return list;
}

TEST_F(ConfigContract, TheConfigOfTheArchitectureLoadsAsWritten) {
  const Experiment experiment = load_architecture();
  EXPECT_EQ(experiment.data.root, "utd-mhad");
  EXPECT_THAT(experiment.data.channels, ElementsAre("ax", "ay", "az"));
  EXPECT_THAT(experiment.protocol.train.value().subjects.value(), ElementsAre(1, 3, 5, 7));
  EXPECT_EQ(experiment.protocol.train->trials, std::nullopt);
  EXPECT_TRUE(experiment.protocol.val.value().subjects.value().empty());
  EXPECT_THAT(experiment.seeds, ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(experiment.run.threads, 2);
  EXPECT_THAT(names(experiment), ElementsAre("skeleton", "fused", "sensor", "student", "baseline"));

  const StageConfig& fused = find_stage(experiment, "fused");
  EXPECT_EQ(fused.starts_from.stage, "skeleton");
  EXPECT_TRUE(fused.loss.acs.has_value());
  EXPECT_EQ(fused.loss.ce, 1);

  const StageConfig& student = find_stage(experiment, "student");
  EXPECT_EQ(std::get<SensorCnnConfig>(student.model).width, 48);
  EXPECT_THAT(teachers(student), ElementsAre("skeleton", "fused", "sensor"));
  EXPECT_EQ(student.loss.acs.value().threshold, std::nullopt);
  EXPECT_EQ(student.epochs, 150);
  EXPECT_FALSE(find_stage(experiment, "baseline").loss.acs.has_value());
}

TEST_F(ConfigContract, TheNamedKeysAreAddressedFromTheCommandLine) {
  const Experiment experiment =
      load_architecture({"data.root=/elsewhere", "protocol.train.subjects=[1, 3]", "protocol.val.subjects=[5]",
                         "protocol.test.subjects=[7]", "seeds=[9]", "run.root=/tmp/runs", "stages.student.epochs=10"});
  EXPECT_EQ(experiment.data.root, "/elsewhere");
  EXPECT_THAT(experiment.protocol.train->subjects.value(), ElementsAre(1, 3));
  EXPECT_THAT(experiment.protocol.val->subjects.value(), ElementsAre(5));
  EXPECT_THAT(experiment.protocol.test->subjects.value(), ElementsAre(7));
  EXPECT_THAT(experiment.seeds, ElementsAre(9U));
  EXPECT_EQ(experiment.run.root, "/tmp/runs");
  EXPECT_EQ(find_stage(experiment, "student").epochs, 10);
}

Experiment shipped(const std::string& name, const std::vector<std::string>& overrides = {}) {
  return load_experiment(std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / (name + ".yaml"), overrides);
}

TEST(ShippedConfigs, HoldTheWholeChain) {
  const Experiment experiment = shipped("utd");
  EXPECT_THAT(names(experiment), ElementsAre("skeleton", "fused", "sensor", "student", "baseline"));
  EXPECT_THAT(experiment.protocol.test.value().subjects.value(), ElementsAre(2, 4, 6, 8));
}

TEST(ShippedConfigs, WithUnlabeledRecordingsHaveTheStagesThatTheyCompare) {
  for (const char* name : {"utd-personal", "utd-semi", "berkeley-personal", "berkeley-semi", "mmact-personal",
                           "utd-loso-personal", "demo"}) {
    EXPECT_THAT(names(shipped(name)),
                ElementsAre("skeleton", "fused", "student", "baseline", "self_training", "adapted"))
        << name;
  }
  for (const char* name : {"utd-adapt", "berkeley-adapt"}) {
    EXPECT_THAT(names(shipped(name)), ElementsAre("skeleton", "fused", "baseline", "adapted", "self_adapted")) << name;
  }
  for (const char* name : {"utd-unseen-sensor", "berkeley-unseen-sensor"}) {
    EXPECT_THAT(names(shipped(name)), ElementsAre("skeleton", "student")) << name;
  }
  for (const char* name : {"utd-true-labels", "berkeley-true-labels"}) {
    EXPECT_THAT(names(shipped(name)), ElementsAre("baseline")) << name;
  }
}

TEST(ShippedConfigs, OfAWatchThatNobodyLabeledLearnWhatItsTrueLabelsWouldTeach) {
  const auto differ = [](const std::string& what) {
    const Experiment unseen = shipped(what + "-unseen-sensor"), labeled = shipped(what + "-true-labels");
    const StageConfig &student = find_stage(unseen, "student"), &baseline = find_stage(labeled, "baseline");
    EXPECT_EQ(student.labeled_share, 0.0) << what;
    EXPECT_EQ(student.epochs, baseline.epochs) << what;
    EXPECT_EQ(labeled.protocol.train->trials, unseen.protocol.unlabeled->trials) << what;
    EXPECT_EQ(labeled.protocol.train->subjects, unseen.protocol.test->subjects) << what;
    EXPECT_EQ(labeled.protocol.test->trials, unseen.protocol.test->trials) << what;
  };
  differ("utd");
  differ("berkeley");
}

// Else stages that a comparison holds against each other would differ in more than their teachers.
TEST(ShippedConfigs, TrainEveryStageWithTheLossOfTraining) {
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PSKD_SOURCE_DIR) / "configs")) {
    if (!entry.is_regular_file()) continue;
    const Experiment experiment = load_experiment(entry.path(), {"training.loss={label_smoothing: 0.25}"});
    for (const StageConfig& stage : experiment.stages) {
      EXPECT_EQ(stage.loss.label_smoothing, 0.25) << entry.path() << " " << stage.name;
    }
  }
}

// As version 0.6.0 printed them; the demo is that of 0.8.0. Another hash is another folder: every run that users have
// would begin anew.
TEST(ShippedConfigs, HaveTheHashesThatTheyHad) {
  const std::map<std::string, std::string> hashes = {
      {"utd", "003ee2f2dda0"},     {"berkeley", "fb5768567779"},     {"mmact", "b5b92d67ab0c"},
      {"generic", "89ac0120a67c"}, {"utd-personal", "a1b2b906edc1"}, {"berkeley-personal", "de00c75dbb2b"},
      {"demo", "32fc5cd3a266"}};
  for (const auto& [name, hash] : hashes) {
    EXPECT_EQ(config_hash(shipped(name)), hash) << name;
  }
}

}  // namespace
}  // namespace pskd::config
