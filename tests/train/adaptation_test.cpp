// A trained student is adapted to people whose recordings nobody labeled.
#include "train/other_runs/adaptation.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <tuple>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "deploy/export_model.hpp"
#include "deploy/model_file.hpp"
#include "support/refusal.hpp"
#include "support/tiny_training.hpp"
#include "support/write_anew.hpp"
#include "synthetic/writers/recordings.hpp"
#include "train/checkpoint/checkpoint.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A run of somebody's own recordings, and a folder of other people's.
class Adaptation : public testing::TinyTraining {
 protected:
  Adaptation()
      : TinyTraining(
            R"(protocol: {name: cross-subject, train: {subjects: [1]}, test: {subjects: [2]}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}
  fused: {model: {name: fused, sensor: {width: 4, embedding: 8}}, sees: [skeleton, sensor], starts_from: skeleton}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor]}
)") {
    synthetic::write_recordings(folder_ / "known", {.subjects = 2, .trials = 2, .actions = 3});
    synthetic::write_recordings(new_, {.subjects = 2, .trials = 2, .actions = 3, .seed = 9});
    const TrainingSetup source = setup({"data.name=generic", "data.root=" + (folder_ / "known").string()});
    train_run(source, 1, Existing::refuse);
    run_ = RunLayout{run_folder(source, 1)};
  }

  /// The recordings without the column of labels.
  void take_labels_away() const {
    const std::string manifest = read_file(new_ / "clips.csv");
    write_file_atomically(
        new_ / "clips.csv",
        std::regex_replace(manifest,
                           std::regex("^([^,\n]*,[^,\n]*),[^,\n]*,", std::regex::ECMAScript | std::regex::multiline),
                           "$1,"));
  }
  void describe(const std::string& from, const std::string& to) const {
    std::string text = read_file(new_ / "dataset.yaml");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    for (std::size_t next = at; next != std::string::npos; next = text.find(from, next + to.size())) {
      text.replace(next, from.size(), to);
    }
    write_file_atomically(new_ / "dataset.yaml", text);
  }

  AdaptationRequest request(const std::vector<std::string>& teachers = {"fused"}) const {
    return {.run = run_.folder, .teachers = teachers, .recordings = new_};
  }
  /// Two epochs are enough here.
  static LoadedExperiment load(const AdaptationRequest& request, const fs::path& root = {}) {
    config::Experiment experiment = adaptation(request);
    if (!root.empty()) experiment.run.root = root.string();
    experiment.stages[0].epochs = 2;
    experiment.stages[0].optimizer.warmup = 0;
    return load_for_training(experiment);
  }
  static std::string weights(const TrainingSetup& setup) {
    return eval::read_run_record(RunLayout{run_folder(setup, 1)}.result()).stages[0].checkpoint;
  }
  std::string refused(ErrorKind kind = ErrorKind::config) const {
    return testing::refusal(kind, [&] {
      const TrainingSetup setup = prepare_fold(load(request()), "");
      require_startable(setup, {run_folder(setup, 1)}, Existing::resume);
    });
  }

  /// The file `<name>.pskd` of a stage, of which `change` changes what it says.
  std::string exported(const std::string& stage, const std::function<void(nlohmann::json&)>& change = {}) const {
    deploy::ExportedModel model = deploy::export_stage(run_, stage, std::nullopt);
    if (change) change(model.manifest);
    const fs::path file = folder_ / (stage + ".pskd");
    deploy::write_model_file(file, model.manifest, model.weights);
    return file.string();
  }
  AdaptationRequest request_of_files(const std::vector<std::string>& teachers) const {
    AdaptationRequest request = this->request(teachers);
    request.run = folder_ / "student.pskd";
    request.root = folder_ / "elsewhere";
    return request;
  }
  /// Why the student is not taught by the model file of the fused stage, once that says something else.
  std::string refused_file(const std::function<void(nlohmann::json&)>& change, ErrorKind kind = ErrorKind::config) {
    const AdaptationRequest request = request_of_files({exported("fused", change)});
    return testing::refusal(kind, [&] {
      const TrainingSetup setup = prepare_fold(load(request), "");
      require_startable(setup, {}, Existing::refuse);
    });
  }

  fs::path new_ = folder_ / "anna";
  RunLayout run_;
};

TEST_F(Adaptation, WritesANewStudentBesideTheOldOneAndSaysWhatChanged) {
  take_labels_away();
  const LoadedExperiment loaded = load(request());
  const TrainingSetup setup = prepare_fold(loaded, "");
  const Opinions opinions = ask_teachers(setup);
  EXPECT_EQ(opinions.agreed, 12U) << "one teacher agrees with itself";
  train_run(setup, 1, Existing::refuse);
  const RunLayout adapted{run_folder(setup, 1)};
  EXPECT_EQ(ExperimentLayout{adapted.experiment()}.name(), "one-anna");
  EXPECT_EQ(ExperimentLayout{adapted.experiment()}.root(), ExperimentLayout{run_.experiment()}.root());
  EXPECT_NE(weights(setup), eval::read_run_record(run_.result()).stages[2].checkpoint);
  EXPECT_EQ(eval::read_run_record(adapted.result()).stages[0].start,
            eval::read_run_record(run_.result()).stages[2].checkpoint);
  const Change change = measure_change(setup, loaded.dataset, opinions);
  EXPECT_EQ(opinions.clips, 12U);
  EXPECT_EQ(change.labeled, 0U);
  const Seen seen = *read_checkpoint(adapted.stage("student").checkpoint("last")).manifest.seen;
  EXPECT_EQ(seen.unlabeled.clips.size(), 24U) << "12 clips, and the sensor of each";
  EXPECT_EQ(seen.labeled.clips.size(), 18U) << "those of the run that it comes from, with both streams";
  EXPECT_EQ(config::config_hash(config::load_experiment(adapted.config())), setup.config_hash);

  AdaptationRequest again = request({"skeleton"});
  again.run = adapted.folder;
  again.teacher_run = run_.folder;
  again.name = "twice";
  const TrainingSetup next = prepare_fold(load(again), "");
  EXPECT_NO_THROW(require_startable(next, {}, Existing::refuse)) << "an adapted student is adapted again";
  again.teachers = {"absent"};
  const TrainingSetup absent = prepare_fold(load(again), "");
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_startable(absent, {}, Existing::refuse); }),
              HasSubstr("expected one of the stages of this run, skeleton, fused, student, found absent"));
}

TEST_F(Adaptation, NeverReadsALabelAndScoresWithThoseThatAreThere) {
  const LoadedExperiment labeled = load(request());
  const TrainingSetup with = prepare_fold(labeled, "");
  train_run(with, 1, Existing::refuse);
  const Change change = measure_change(with, labeled.dataset, ask_teachers(with));
  EXPECT_EQ(change.labeled, 12U);
  EXPECT_LE(change.after.right, 12U);
  take_labels_away();
  const TrainingSetup without = prepare_fold(load(request(), folder_ / "elsewhere"), "");
  train_run(without, 1, Existing::refuse);
  EXPECT_EQ(weights(without), weights(with));
}

TEST_F(Adaptation, LearnsFromSeveralTeachersWhereTheyAgree) {
  const TrainingSetup setup = prepare_fold(load(request({"fused", "skeleton"})), "");
  const Opinions opinions = ask_teachers(setup);
  EXPECT_EQ(opinions.agreed, opinions.unanimous) << "of two, a majority is both";
  EXPECT_LE(opinions.agreed, opinions.clips);
  EXPECT_EQ(results(setup)[0].teachers.size(), 2U);
}

TEST_F(Adaptation, LeavesOutRecordingsThatATeacherCannotSee) {
  LoadedExperiment loaded = load(request());
  data::Clip& clip = loaded.dataset.clips.front();
  clip.skeleton.resize(0, clip.skeleton.cols());
  const TrainingSetup setup = prepare_fold(loaded, "");
  EXPECT_NO_THROW(require_startable(setup, {}, Existing::refuse));
  const Opinions opinions = ask_teachers(setup);
  EXPECT_EQ(opinions.clips, 12U);
  EXPECT_EQ(opinions.seen, 11U);
  train_run(setup, 1, Existing::refuse);
  EXPECT_EQ(measure_change(setup, loaded.dataset, opinions).labeled, 12U) << "the student sees all of them";
  for (data::Clip& one : loaded.dataset.clips) one.skeleton.resize(0, one.skeleton.cols());
  const TrainingSetup none = prepare_fold(loaded, "");
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_startable(none, {}, Existing::refuse); }),
              HasSubstr("stages student: too few training clips have what the stage or its teachers see"));
}

TEST_F(Adaptation, TakesRecordingsThatFitAlone) {
  describe("rate: 32", "rate: 48");
  EXPECT_THAT(refused(), HasSubstr("other rate of the sensor in Hz: expected 48.0, found 32.0"));
  describe("rate: 48", "rate: 32");
  describe("unit: m/s2", "unit: deg/s");
  EXPECT_THAT(refused(),
              HasSubstr("other units of the sensor channels: expected [deg/s, deg/s, deg/s], found [g, g, g]"));
  describe("unit: deg/s", "unit: m/s2");
  describe("WRIST_RIGHT", "HAND_ON_THE_RIGHT");
  take_labels_away();
  EXPECT_THAT(refused(), AllOf(HasSubstr("stage fused of " + run_.folder.string() + ": other joints: expected ["),
                               HasSubstr("HAND_ON_THE_RIGHT"), HasSubstr("WRIST_RIGHT")));
  describe("HAND_ON_THE_RIGHT", "WRIST_RIGHT");
  describe("channels: [ax, ay, az]", "channels: [x, y, z]");
  EXPECT_THAT(refused(), HasSubstr("data.channels: generic has no channel 'ax'; it has x y z"));
}

TEST_F(Adaptation, RefusesWhatTheTeachersKnowTheLabelsOf) {
  AdaptationRequest same = request();
  same.recordings = folder_ / "known";
  const TrainingSetup setup = prepare_fold(load(same), "");
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require_startable(setup, {}, Existing::refuse); }),
              HasSubstr("was trained on the labels of clips that are unlabeled in this experiment"));
}

TEST_F(Adaptation, GivesTheSameBitsFromModelFilesAsFromTheirRun) {
  const auto adapt = [&](const AdaptationRequest& request) {
    const LoadedExperiment loaded = load(request);
    const TrainingSetup setup = prepare_fold(loaded, "");
    require_startable(setup, {}, Existing::refuse);
    const Opinions opinions = ask_teachers(setup);
    train_run(setup, 1, Existing::refuse);
    const Change change = measure_change(setup, loaded.dataset, opinions);
    return std::tuple(weights(setup), opinions.clips, opinions.agreed, opinions.unanimous, change.before.same,
                      change.after.same, change.labeled, change.before.right, change.after.right);
  };
  const auto of_run = adapt(request({"fused", "skeleton"}));
  exported("student");
  const std::vector<std::string> teachers = {exported("fused"), exported("skeleton")};
  fs::rename(folder_ / "runs", folder_ / "gone");
  EXPECT_EQ(adapt(request_of_files(teachers)), of_run);
}

TEST_F(Adaptation, OfAModelFileCanBeExportedAndAdaptedAgain) {
  exported("student");
  const TrainingSetup setup = prepare_fold(load(request_of_files({exported("fused")})), "");
  train_run(setup, 1, Existing::refuse);
  const deploy::ExportedModel again = deploy::export_stage({run_folder(setup, 1)}, "student", std::nullopt);
  deploy::write_model_file(folder_ / "student.pskd", again.manifest, again.weights);
  const AdaptationRequest same = request_of_files({(folder_ / "fused.pskd").string()});
  EXPECT_NO_THROW(require_startable(prepare_fold(load(same), ""), {}, Existing::refuse)) << "the same people, more";
  AdaptationRequest known = same;
  known.recordings = folder_ / "known";
  EXPECT_THAT(testing::refusal(ErrorKind::config,
                               [&] { require_startable(prepare_fold(load(known), ""), {}, Existing::refuse); }),
              HasSubstr("stage student of " + (folder_ / "student.pskd").string() +
                        ": was trained on the labels of clips that are unlabeled in this experiment"));
}

TEST_F(Adaptation, TakesTeachersFromFilesThatFitAlone) {
  exported("student");
  const auto with = [](const char* place, const nlohmann::json& value) {
    return [=](nlohmann::json& manifest) { manifest[nlohmann::json::json_pointer(place)] = value; };
  };
  EXPECT_THAT(refused_file(with("/model/classes/0", "juggle")),
              AllOf(HasSubstr("stage fused of " + (folder_ / "fused.pskd").string() + ": other classes: expected ["),
                    HasSubstr("found [juggle, ")));
  EXPECT_THAT(refused_file(with("/model/skeleton/topology/joints/0", "NOSE")), HasSubstr("other joints: expected ["));
  EXPECT_THAT(refused_file(with("/model/sensor/channels", {"gx", "gy", "gz"})), HasSubstr("other sensor channels"));
  EXPECT_THAT(refused_file(with("/model/sensor/rate", 100)),
              HasSubstr("other rate of the sensor in Hz: expected 32.0, found 100"));
  EXPECT_THAT(refused_file(with("/model/sensor/channel_units", {"deg/s", "deg/s", "deg/s"})),
              HasSubstr("other units of the sensor channels: expected [g, g, g], found [deg/s, deg/s, deg/s]"));
}

TEST_F(Adaptation, RefusesModelFilesThatItCannotUse) {
  exported("student");
  const auto erase = [](const char* key) { return [=](nlohmann::json& manifest) { manifest.erase(key); }; };
  EXPECT_THAT(refused_file(erase("config"), ErrorKind::checkpoint),
              HasSubstr("fused.pskd: does not say how its stage was trained, as an older pskd wrote it; export the run "
                        "again"));
  EXPECT_THAT(refused_file(erase("seen")), HasSubstr("does not say on which recordings it was trained"));
  EXPECT_THAT(refused_file([](nlohmann::json& manifest) { manifest["config"] = "stages: {fused: {epochs: many}}"; },
                           ErrorKind::checkpoint),
              AllOf(HasSubstr("fused.pskd: its config:1"), HasSubstr("epochs")));
  EXPECT_THAT(refused_file([](nlohmann::json& manifest) { manifest["config"] = "include: /etc/passwd"; },
                           ErrorKind::checkpoint),
              HasSubstr("only a file can include others"));
  const auto why = [&](const std::string& teacher, ErrorKind kind) {
    return testing::refusal(kind, [&] { adaptation(request_of_files({teacher})); });
  };
  fs::copy_file(folder_ / "student.pskd", folder_ / "copy.pskd");
  EXPECT_THAT(why((folder_ / "copy.pskd").string(), ErrorKind::usage), HasSubstr("which is the student itself"));
  EXPECT_THAT(why("fused", ErrorKind::usage),
              HasSubstr("--teacher: expected a model file that pskd export wrote, or a stage with --teacher-run; found "
                        "fused"));
  const std::string fused = exported("fused");
  std::string bytes = read_file(fused);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  testing::write_anew(fused, bytes);
  EXPECT_THAT(why(fused, ErrorKind::checkpoint), HasSubstr("fused.pskd: damaged"));
  EXPECT_THAT(why((new_ / "clips.csv").string(), ErrorKind::checkpoint), HasSubstr("not a pskd model"));
  EXPECT_THAT(why(run_.stage("fused").checkpoint("last").string(), ErrorKind::checkpoint),
              HasSubstr("expected a model, found a checkpoint"));
}

TEST_F(Adaptation, RefusesARunThatIsNoneAFolderThatIsNoNameAndOneWithoutRecordings) {
  AdaptationRequest wrong = request();
  wrong.run = run_.experiment();
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { adaptation(wrong); }), HasSubstr("expected a run directory"));
  wrong = request();
  fs::rename(new_, folder_ / "anna & bob");
  wrong.recordings = folder_ / "anna & bob";
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { adaptation(wrong); }),
              HasSubstr("--name: expected a plain folder"));
  fs::rename(folder_ / "anna & bob", new_);
  const std::string manifest = read_file(new_ / "clips.csv");
  write_file_atomically(new_ / "clips.csv", manifest.substr(0, manifest.find('\n') + 1));
  describe("train_subjects:", "# ");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { adaptation(request()); }),
              HasSubstr("its manifest lists no recordings"));
}

}  // namespace
}  // namespace pskd::train
