#include "train/stage_setup.hpp"

#include <map>
#include <utility>

#include "base/random.hpp"
#include "distill/teacher_schedule.hpp"
#include "distill/word_vectors.hpp"
#include "model/summary.hpp"
#include "pskd/config/load.hpp"
#include "train/manifest.hpp"
#include "train/model_description.hpp"
#include "train/stage_key.hpp"

namespace pskd::train {

model::DataShape data_shape(const TrainingSetup& setup) {
  return data_shape(setup.renderer, static_cast<int>(setup.split.classes.size()));
}

StageLayout stage_layout(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  return RunLayout{run_folder(setup, seed)}.stage(stage);
}

std::shared_ptr<model::Network> initial_network(const TrainingSetup& setup, const config::StageConfig& stage,
                                                std::uint64_t seed) {
  auto network = model::make_network(stage, data_shape(setup), stream_key(seed, "parameters"));
  if (!stage.starts_from.empty()) {
    model::start_from(*network, *load_snapshot(setup, seed, stage.starts_from, "last").network);
  }
  return network;
}

std::shared_ptr<distill::Adapters> stage_adapters(const config::Experiment& experiment,
                                                  const config::StageConfig& stage, std::uint64_t seed) {
  distill::TeacherSizes teachers;
  for (const config::TeacherRef& teacher : stage.teachers) {
    teachers[teacher.stage] = model::embedding_size(config::find_stage(experiment, teacher.stage).model);
  }
  return distill::make_adapters(stage.loss, model::embedding_size(stage.model), teachers, stream_key(seed, "adapters"));
}

distill::losses::LossContext loss_context(const TrainingSetup& setup, const config::StageConfig& stage,
                                          std::uint64_t seed) {
  distill::losses::LossContext context;
  context.adapters = stage_adapters(setup.experiment, stage, seed);
  if (stage.loss.acs && stage.loss.acs->semantic.words > 0) {
    context.words =
        distill::read_word_vectors(config::resolve_data_path(stage.loss.acs->semantic.word_file),
                                   static_cast<int>(setup.split.classes.size()), model::embedding_size(stage.model));
  }
  return context;
}

CheckpointManifest stage_manifest(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  CheckpointManifest manifest;
  manifest.stage = stage;
  manifest.stage_hash = stage_hash(setup.experiment, stage);
  manifest.seed = seed;
  manifest.clips_hash = clips_hash(setup, stage);
  manifest.model = describe_model(setup, config::find_stage(setup.experiment, stage));
  return manifest;
}

bool sees_unlabeled(const TrainingSetup& setup, const config::StageConfig& stage) {
  return stage.labeled_share != 1.0 && !setup.split.unlabeled.empty();
}

std::string selected_snapshot(const config::Experiment& experiment) {
  return experiment.protocol.selection == config::Selection::val ? "best" : "last";
}

Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage,
                       const std::string& snapshot) {
  auto network = model::make_network(config::find_stage(setup.experiment, stage), data_shape(setup), seed);
  const LoadedCheckpoint loaded = load_checkpoint(stage_layout(setup, seed, stage).checkpoint(snapshot),
                                                  stage_manifest(setup, seed, stage), *network, nullptr);
  if (snapshot == selected_snapshot(setup.experiment)) {
    require_noted_checkpoint(RunLayout{run_folder(setup, seed)}.manifest(), stage, loaded.hash);
  }
  network->eval();
  return {network, loaded.hash, loaded.manifest.teachers};
}

std::vector<distill::TeacherOutputCache::Teacher> load_teachers(const TrainingSetup& setup,
                                                                const config::StageConfig& stage, std::uint64_t seed,
                                                                CheckpointManifest& manifest) {
  const std::filesystem::path outputs = StageStoreLayout{setup.stage_store}.teacher_outputs();
  const bool unlabeled = sees_unlabeled(setup, stage);
  const auto clips = std::ssize(training_clips(setup.split, unlabeled));
  std::map<std::pair<std::string, std::string>, Snapshot> snapshots;
  std::vector<distill::TeacherOutputCache::Teacher> teachers;
  for (const config::TeacherRef& reference : distill::schedule_teachers(stage, setup.experiment)) {
    const std::string name = config::word(reference.snapshot);
    Snapshot& snapshot = snapshots[{reference.stage, name}];
    if (!snapshot.network) snapshot = load_snapshot(setup, seed, reference.stage, name);
    manifest.teachers[reference.stage + "/" + name] = snapshot.hash;
    const distill::OutputShape shape{
        clips, std::ssize(setup.split.classes),
        model::embedding_size(config::find_stage(setup.experiment, reference.stage).model)};
    teachers.push_back(
        {reference, snapshot.network, outputs / teacher_outputs_key(setup, unlabeled, seed, snapshot.hash), shape});
  }
  return teachers;
}

}  // namespace pskd::train
