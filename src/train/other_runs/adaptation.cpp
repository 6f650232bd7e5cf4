#include "train/other_runs/adaptation.hpp"

#include <memory>
#include <utility>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "distill/labels.hpp"
#include "distill/teacher_output.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/train/evaluation.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/other_runs/unlabeled_folder.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

// As the stage `adapted` of configs/base/unlabeled.yaml.
constexpr int kEpochs = 60;
constexpr double kLearningRate = 1e-3;

/// One teacher is believed. Of several, the surest of those who say what most say teaches; elsewhere nobody does.
config::LossConfig loss_of(std::size_t teachers) {
  config::LossConfig loss;
  loss.ce = 0;
  if (teachers == 1) {
    loss.kd = {.weight = 1, .temperature = 1};
    return loss;
  }
  config::AcsConfig& acs = loss.acs.emplace();
  acs.temperature = 1;
  acs.semantic = {.weight = 0, .distance = 0, .angle = 0, .words = 0, .word_file = {}};
  return loss;
}

/// The student, and how it was trained.
struct Student {
  config::Experiment experiment;  ///< with its stage
  config::StageRef stage;         ///< in its run, or in its model file
  std::uint64_t seed = 0;
  fs::path root;  ///< of its run
};

Student find_student(const AdaptationRequest& request) {
  if (fs::is_regular_file(request.run)) {
    ExportedStage exported = read_exported_stage(request.run);
    const CheckpointManifest& said = exported.checkpoint.manifest;
    return {std::move(exported.experiment),
            {said.stage, full_path(request.run).string()},
            said.seed,
            config::RunConfig{}.root};
  }
  const RunLayout run{full_path(request.run)};
  const std::uint64_t seed = run.seed();
  find_other_run(run.folder, "", seed);
  return {config::load_experiment(run.config()),
          {request.student, run.folder.string()},
          seed,
          ExperimentLayout{run.experiment()}.root()};
}

/// A stage of the teachers' run, or a model file.
config::StageRef find_teacher(const AdaptationRequest& request, const Student& student, const std::string& teacher) {
  const fs::path run = request.teacher_run.empty() ? fs::path(student.stage.run) : full_path(request.teacher_run);
  const bool has_run = fs::is_directory(run);
  if (has_run && config::stage_name().holds(teacher)) return {teacher, run.string()};
  if (fs::is_regular_file(teacher))
    return {read_exported_stage(teacher).checkpoint.manifest.stage, full_path(teacher).string()};
  throw Error(ErrorKind::usage,
              "--teacher: expected a model file that pskd export wrote, or " +
                  (has_run ? "a stage of " + run.string() : std::string("a stage with --teacher-run")) + "; found " +
                  teacher);
}

/// Whether both are one: by name, or since their files hold the same weights.
bool is_same(const config::StageRef& teacher, const config::StageRef& student) {
  if (teacher.stage != student.stage) return false;
  const bool files = fs::is_regular_file(teacher.run) && fs::is_regular_file(student.run);
  return files ? read_model_file(teacher.run).hash == read_model_file(student.run).hash : teacher.run == student.run;
}

config::StageConfig adapted_stage(const AdaptationRequest& request, const Student& student) {
  config::StageConfig stage = config::find_stage(student.experiment, student.stage.stage);
  stage.starts_from = student.stage;
  stage.teachers.clear();
  for (const std::string& name : request.teachers) {
    const config::StageRef teacher = find_teacher(request, student, name);
    if (is_same(teacher, student.stage)) {
      throw Error(ErrorKind::usage, "--teacher: expected stages that know more than the student, found " + name +
                                        ", which is the student itself");
    }
    stage.teachers.push_back({.stage = teacher.stage, .run = teacher.run});
  }
  stage.loss = loss_of(stage.teachers.size());
  stage.teachers_see = config::TeacherInput::plain;
  stage.labeled_share = 0;
  stage.epochs = kEpochs;
  stage.snapshots.clear();
  stage.optimizer.lr = kLearningRate;
  return stage;
}

std::string name_of(const AdaptationRequest& request, const std::string& experiment) {
  if (!request.name.empty()) return request.name;
  return experiment + "-" + full_path(request.recordings).filename().string();
}

std::uint64_t seed_of(const TrainingSetup& setup) { return setup.experiment.seeds.front(); }
const config::StageConfig& stage_of(const TrainingSetup& setup) { return setup.experiment.stages.front(); }

Snapshot load(const TrainingSetup& setup, const config::StageRef& stage) {
  return load_snapshot(setup, seed_of(setup), stage, "last");
}

/// The recordings that have what the student and its teachers see, which alone teach.
std::shared_ptr<const data::Split> seen_by_all(const TrainingSetup& setup) {
  return seen_split(setup.split, shown_modalities(setup, stage_of(setup), seed_of(setup)));
}

/// What each teacher says of the recordings.
std::vector<distill::TeacherOutput> answers(const TrainingSetup& setup, const Recordings& clips) {
  std::vector<distill::TeacherOutput> all;
  for (const config::TeacherRef& teacher : stage_of(setup).teachers) {
    all.push_back(output_of(load(setup, {teacher.stage, teacher.run}), clips));
  }
  return all;
}

std::size_t count(const torch::Tensor& mask) { return static_cast<std::size_t>(mask.sum().item<std::int64_t>()); }

std::size_t count_right(const TrainedStage& student, const std::vector<data::Clip>& labeled) {
  std::size_t right = 0;
  for (const eval::Prediction& one : predict(student, labeled)) right += one.label == one.predicted ? 1 : 0;
  return right;
}

}  // namespace

config::Experiment adaptation(const AdaptationRequest& request) {
  const Student student = find_student(request);
  const config::Experiment& source = student.experiment;
  config::Experiment experiment;
  experiment.data = described_folder(request.recordings, request.description, source.data);
  experiment.protocol = unlabeled_only(experiment.data, source.protocol.classes);
  experiment.augmentation = source.augmentation;
  experiment.seeds = {student.seed};
  experiment.run.name = name_of(request, source.run.name);
  experiment.run.root = (request.root.empty() ? student.root : request.root).string();
  experiment.stages = {adapted_stage(request, student)};
  if (const config::TextRule rule = config::folder_name(); !rule.holds(experiment.run.name)) {
    throw Error(ErrorKind::usage, "--name: expected " + rule.text + ", found '" + experiment.run.name + "'");
  }
  return experiment;
}

Opinions ask_teachers(const TrainingSetup& setup) {
  const auto seen = seen_by_all(setup);
  const std::vector<distill::TeacherOutput> said = answers(setup, recordings(seen->unlabeled));
  const distill::Vote vote = distill::vote(said);
  torch::Tensor unanimous = vote.agreed;
  for (const distill::TeacherOutput& one : said) unanimous = unanimous & one.logits.argmax(1).eq(vote.classes);
  return {setup.split.unlabeled.size(), seen->unlabeled.size(), count(vote.agreed), count(unanimous), vote};
}

Change measure_change(const TrainingSetup& setup, const data::Dataset& dataset, const Opinions& opinions) {
  const auto seen = seen_by_all(setup);
  const Recordings clips = recordings(seen->unlabeled);
  std::vector<data::Clip> labeled = data::reveal_unlabeled(dataset, setup.protocol);
  std::erase_if(labeled, [&](const data::Clip& clip) { return !has(clip, modalities(stage_of(setup).sees)); });
  Change change{.labeled = labeled.size()};
  const auto measure = [&](const TrainedStage& student, Agreement& with) {
    with.same = count(output_of(student, clips).logits.argmax(1).eq(opinions.vote.classes) & opinions.vote.agreed);
    with.right = count_right(student, labeled);
  };
  measure(load(setup, stage_of(setup).starts_from), change.before);
  measure(load(setup, {stage_of(setup).name, ""}), change.after);
  return change;
}

}  // namespace pskd::train
