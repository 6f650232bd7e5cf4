// Runs of one root share the stages that are the same.
#include "train/stage_store.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"
#include "support/tiny_training.hpp"
#include "train/stage_key.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StageStore : public testing::TinyTraining {
 protected:
  StageStore()
      : TinyTraining(
            R"(protocol: {name: cross-subject, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton], loss: {acs: {}}}
)") {}

  static RunLayout train(const TrainingSetup& setup, Existing existing = Existing::refuse) {
    train_run(setup, 1, existing);
    return {run_folder(setup, 1)};
  }
  StageStoreLayout store() const { return StageStoreLayout::of(folder_ / "runs"); }

  /// The stages that were trained.
  std::vector<fs::path> trained() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(store().folder)) {
      if (fs::exists(StageLayout{entry.path()}.description())) found.push_back(entry.path());
    }
    return found;
  }
  std::vector<fs::path> teacher_outputs() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(store().teacher_outputs())) found.push_back(entry.path());
    return found;
  }
  static fs::path checkpoint(const RunLayout& run, const std::string& stage) {
    return run.stage(stage).checkpoint("last");
  }

  /// Who is tested, the student's loss, a stage beside it and the names are others; the teacher is the same.
  const std::vector<std::string> kOther = {
      "run.name=other", "protocol.test.subjects=[2]", "stages.student.loss={ce: 1, kd: {}}",
      "stages.beside={model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], loss: {ce: 1}}"};
};

TEST_F(StageStore, TrainsTheCommonTeacherOfTwoExperimentsOnceToTheSameBits) {
  const RunLayout one = train(setup());
  EXPECT_THAT(trained(), SizeIs(2));
  EXPECT_THAT(complete_stages(setup(kOther), 1), ElementsAre("skeleton"));
  const RunLayout other = train(setup(kOther));
  EXPECT_THAT(trained(), SizeIs(4));
  EXPECT_TRUE(fs::equivalent(checkpoint(one, "skeleton"), checkpoint(other, "skeleton")));
  EXPECT_FALSE(fs::equivalent(checkpoint(one, "student"), checkpoint(other, "student")));

  std::vector<std::string> elsewhere = kOther;
  elsewhere.push_back("run.root=" + (folder_ / "elsewhere").string());
  EXPECT_EQ(result(train(setup(elsewhere)), "skeleton").checkpoint, result(one, "skeleton").checkpoint)
      << "whoever trains it";
}

TEST_F(StageStore, TrainsTheStagesOfAnOverwrittenRunAnewAndOthersKeepTheirFiles) {
  const RunLayout one = train(setup()), other = train(setup(kOther));
  discard_run(setup(), 1);
  EXPECT_FALSE(fs::exists(one.folder));
  EXPECT_THAT(trained(), SizeIs(2)) << "those that only the other one has";
  EXPECT_THAT(teacher_outputs(), IsEmpty());
  train(setup());
  const std::string kept = result(other, "skeleton").checkpoint;
  train(setup(), Existing::overwrite);
  EXPECT_FALSE(fs::equivalent(checkpoint(one, "skeleton"), checkpoint(other, "skeleton")));
  EXPECT_EQ(result(one, "skeleton").checkpoint, kept) << "the same program";
  EXPECT_THAT(trained(), SizeIs(4));
}

TEST_F(StageStore, NamesADamagedFileAndWhatToRemove) {
  const RunLayout run = train(setup());
  const fs::path folder = store().stage(stage_key(setup(), "student", 1)).folder;
  std::string bytes = read_file(folder / "last.ckpt");
  bytes[bytes.size() / 2] ^= 1;
  write_file_atomically(folder / "last.ckpt", bytes);
  EXPECT_FALSE(train_run(setup(), 1, Existing::resume)) << "the finished run has the sound file";
  fs::remove(run.result());
  const auto refused = [&] {
    return testing::refusal(ErrorKind::checkpoint, [&] { train(setup(), Existing::resume); });
  };
  EXPECT_THAT(refused(), ::testing::AllOf(HasSubstr((folder / "last.ckpt").string() + ": damaged"),
                                          HasSubstr("without the folder " + folder.string() + " --resume trains")));
  fs::remove_all(folder);
  train(setup(), Existing::resume);
  fs::remove(run.result());
  for (const char* file : {"metrics.jsonl", "stage.json"}) {
    const std::string sound = read_file(folder / file);
    write_file_atomically(folder / file, sound.substr(1));
    EXPECT_THAT(refused(), HasSubstr("without the folder")) << file;
    write_file_atomically(folder / file, sound);
  }
  train(setup(), Existing::resume);
  EXPECT_TRUE(fs::exists(run.result()));
}

TEST_F(StageStore, KeepsTeacherOutputsForTheNextStudentUpToALimit) {
  train(setup());
  const std::vector<fs::path> kept = teacher_outputs();
  EXPECT_THAT(kept, SizeIs(2)) << "one teacher, two epochs";
  train(setup(kOther));
  EXPECT_EQ(teacher_outputs().size(), kept.size()) << "another student of the same teacher";
  train(setup({"run.name=third", "run.teacher_outputs=0", "stages.student.batch=6"}));
  EXPECT_THAT(teacher_outputs(), IsEmpty());
}

TEST_F(StageStore, TrainsTheStagesOfARunAnewThatGoesOnWithOtherThreads) {
  const RunLayout run = train(setup());
  fs::remove(run.result());
  testing::with_threads(at::get_num_threads() + 1, [&] { return train(setup(), Existing::resume); });
  EXPECT_TRUE(fs::exists(run.result()));
  EXPECT_THAT(trained(), SizeIs(4)) << "threads change the last bits";
}

TEST_F(StageStore, TrainsTheFoldsOfAProtocolIntoTheirFoldersWithOneHash) {
  const config::Experiment experiment = config::load_experiment(
      folder_ / "tiny.yaml",
      {"protocol={name: leave-one-subject-out, train: {subjects: [1, 2, 3]}, test: {subjects: [1, 2]}}"});
  const LoadedExperiment loaded = load_for_training(experiment);
  ASSERT_EQ(loaded.folds.size(), 2U);
  for (const std::string fold : {"1", "2"}) {
    const TrainingSetup of_fold = prepare_fold(loaded, fold);
    const RunLayout run = train(of_fold);
    EXPECT_EQ(run.folder, ExperimentLayout{experiment_folder(of_fold)}.run(1, fold).folder);
    const eval::RunRecord record = eval::read_run_record(run.result());
    EXPECT_EQ(record.fold, fold);
    EXPECT_EQ(record.config_hash, loaded.config_hash);
    EXPECT_EQ(record.protocol, data::describe(of_fold.protocol));
    EXPECT_EQ(config::config_hash(config::load_experiment(run.config())), loaded.config_hash) << "with all folds";
    for (const data::Clip& clip : of_fold.split.test) EXPECT_EQ(clip.subject.text(), fold);
  }
  EXPECT_THAT(trained(), SizeIs(4)) << "others train in each fold";
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { prepare_fold(loaded, "3"); }),
              HasSubstr("one of the folds 1 2, which lies in fold-<name>/; found '3'"));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { prepare_fold(loaded, ""); }), HasSubstr("found none"));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { prepare_training(TinyTraining::experiment(), "1"); }),
              HasSubstr("has one split"));
}

TEST_F(StageStore, KeepsTheEpochWithTheLeastLossOfThoseThatTieOnValidationClips) {
  const TrainingSetup with_val = setup(
      {"protocol.selection=val", "protocol.train.subjects=[1]", "protocol.val={subjects: [3]}", "training.epochs=8"});
  const RunLayout run = train(with_val);
  std::ifstream metrics(run.stage("student").metrics());
  double accuracy = -1, loss = 0;
  int best = 0, ties = 0;
  for (std::string line; std::getline(metrics, line);) {
    const auto epoch = nlohmann::json::parse(line);
    const double found = epoch["val"]["accuracy"], found_loss = epoch["val"]["loss"];
    ties = found > accuracy ? 1 : ties + (found == accuracy ? 1 : 0);
    if (found > accuracy || (found == accuracy && found_loss < loss)) {
      best = epoch["epoch"];
      accuracy = found;
      loss = found_loss;
    }
  }
  const Position position = train_shared_stage(with_val, config::find_stage(with_val.experiment, "student"), 1);
  EXPECT_EQ(position.best_epoch, best);
  EXPECT_EQ(position.tied_epochs, ties);
  EXPECT_EQ(position.best_loss, loss);
  const eval::StageResult student = eval::read_run_record(run.result()).stages.back();
  EXPECT_EQ(student.best_epoch, best);
  EXPECT_EQ(student.tied_epochs, ties);
}

}  // namespace
}  // namespace pskd::train
