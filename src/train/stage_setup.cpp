#include "train/stage_setup.hpp"

#include <map>
#include <utility>

#include "base/random.hpp"
#include "distill/teacher_schedule.hpp"
#include "distill/word_vectors.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/eval/run_record.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/manifest.hpp"
#include "train/other_runs/fit.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/stage_key.hpp"

namespace pskd::train {
namespace {

Snapshot load(const TrainingSetup& setup, const config::StageConfig& stage, const std::filesystem::path& checkpoint,
              const CheckpointManifest& expected) {
  Snapshot snapshot;
  snapshot.network = model::make_network(stage, data_shape(setup, stage), expected.seed);
  snapshot.sees = modalities(stage.sees);
  snapshot.embedding = model::embedding_size(stage.model);
  LoadedCheckpoint loaded = load_checkpoint(checkpoint, expected, *snapshot.network, nullptr);
  try {
    snapshot.renderer = described_renderer(setup, loaded.manifest.model);
  } catch (const Error& error) {
    throw Error(error.kind(), checkpoint.string() + ": " + error.what());
  }
  snapshot.hash = loaded.hash;
  snapshot.manifest = std::move(loaded.manifest);
  snapshot.network->eval();
  snapshot.network->to(setup.device);
  return snapshot;
}

std::vector<int> columns_of(const TrainingSetup& setup, const config::StageConfig& stage) {
  return sensor_columns(sensor_channels(setup.experiment, stage, setup.info), setup.info,
                        "stages." + stage.name + ".sees");
}

}  // namespace

model::DataShape data_shape(const TrainingSetup& setup, const config::StageConfig& stage) {
  model::DataShape shape = data_shape(setup.renderer, static_cast<int>(setup.split.classes.size()));
  shape.sensor_channels = static_cast<int>(columns_of(setup, stage).size());
  return shape;
}

StageLayout stage_layout(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  return RunLayout{run_folder(setup, seed)}.stage(stage);
}

void require_same_model(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  const config::StageRef& start = stage.starts_from;
  if (start.stage.empty()) return;
  const config::ModelConfig from = config_of(setup, seed, {.stage = start.stage, .run = start.run}).model;
  nlohmann::json options = describe_options(stage.model);
  std::string key = "stages." + stage.name + ".model";
  const bool whole = stage.model.index() == from.index();
  if (const auto* fused = std::get_if<config::FusedConfig>(&stage.model); fused != nullptr && !whole) {
    const bool skeleton = std::holds_alternative<config::SkeletonGcnConfig>(from);
    options = skeleton ? describe_options(fused->skeleton) : describe_options(fused->sensor);
    key += skeleton ? ".skeleton" : ".sensor";
  }
  require_same_options(describe_options(from), options, key,
                       "stage " + start.stage + (start.run.empty() ? "" : " of " + start.run));
}

void require_same_channels(const config::StageConfig& stage, const Snapshot& start, const Renderer& renderer) {
  if (!start.sees.sensor || !modalities(stage.sees).sensor) return;
  if (start.renderer.sensor_columns == renderer.sensor_columns) return;
  throw Error(ErrorKind::config, "stages." + stage.name + ".starts_from: expected a stage that sees the same sensor " +
                                     "channels, in the same order; " + stage.starts_from.stage + " sees others");
}

Beginning begin_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  Beginning beginning{model::make_network(stage, data_shape(setup, stage), stream_key(seed, "parameters")),
                      stage_renderer(setup, stage, seed), ""};
  beginning.network->to(setup.device);
  if (stage.starts_from.stage.empty()) return beginning;
  require_same_model(setup, stage, seed);
  const Snapshot start = load_snapshot(setup, seed, stage.starts_from, "last");
  require_same_channels(stage, start, beginning.renderer);
  model::start_from(*beginning.network, *start.network);
  const bool same_sensor = start.sees.sensor && start.renderer.sensor_columns == beginning.renderer.sensor_columns;
  if (same_sensor) beginning.renderer = start.renderer;  // with its statistics
  beginning.start = start.hash;
  return beginning;
}

std::shared_ptr<distill::Adapters> stage_adapters(const TrainingSetup& setup, const config::StageConfig& stage,
                                                  std::uint64_t seed) {
  distill::TeacherSizes teachers;
  for (const config::TeacherRef& teacher : stage.teachers) {
    teachers[distill::teacher_name(stage, teacher)] = model::embedding_size(config_of(setup, seed, teacher).model);
  }
  return distill::make_adapters(stage.loss, model::embedding_size(stage.model), teachers, stream_key(seed, "adapters"));
}

distill::losses::LossContext loss_context(const TrainingSetup& setup, const config::StageConfig& stage,
                                          std::uint64_t seed) {
  distill::losses::LossContext context;
  context.adapters = stage_adapters(setup, stage, seed);
  if (context.adapters) context.adapters->to(setup.device);
  if (stage.loss.acs && stage.loss.acs->semantic.words > 0) {
    context.words =
        distill::read_word_vectors(config::resolve_data_path(stage.loss.acs->semantic.word_file),
                                   static_cast<int>(setup.split.classes.size()), model::embedding_size(stage.model))
            .to(setup.device);
  }
  return context;
}

CheckpointManifest stage_manifest(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  CheckpointManifest manifest;
  manifest.stage = stage;
  manifest.stage_hash = stage_hash(setup.experiment, stage);
  manifest.seed = seed;
  manifest.clips_hash = clips_hash(setup, stage);
  return manifest;
}

Renderer stage_renderer(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  Renderer renderer = setup.renderer;
  if (knows_unlabeled_sensor_only(setup, stage, seed)) renderer.statistics = setup.unlabeled_statistics;
  const std::vector<int> columns = columns_of(setup, stage);
  if (columns == renderer.sensor_columns) return renderer;
  renderer.sensor_columns = columns;
  renderer.statistics = signal::fit_sensor_statistics(standardizing_clips(setup, stage, seed), columns);
  return renderer;
}

std::string selected_snapshot(const config::Experiment& experiment) {
  return eval::selected_snapshot(config::word(experiment.protocol.selection));
}

Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage,
                       const std::string& snapshot) {
  Snapshot loaded = load(setup, config::find_stage(setup.experiment, stage),
                         stage_layout(setup, seed, stage).checkpoint(snapshot), stage_manifest(setup, seed, stage));
  if (snapshot == selected_snapshot(setup.experiment)) {
    require_noted_checkpoint(RunLayout{run_folder(setup, seed)}.manifest(), stage, loaded.hash);
  }
  return loaded;
}

Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const config::StageRef& stage,
                       const std::string& snapshot) {
  if (stage.run.empty()) return load_snapshot(setup, seed, stage.stage, snapshot);
  const OtherStage other = open_other_stage(setup, seed, {stage, snapshot});
  return load(setup, other.config, other.file, other.checkpoint.manifest);
}

Snapshot load_asked_stage(const TrainingSetup& setup, const std::filesystem::path& model_file) {
  OtherStage asked = open_asked_stage(setup, model_file);
  asked.config.precision = config::Precision::fp32;  // as it computes where there is no LibTorch
  return load(setup, asked.config, asked.file, asked.checkpoint.manifest);
}

distill::TeacherOutput output_of(const TrainedStage& stage, const Recordings& clips) {
  const model::Input input = render_plain(stage.renderer, clips, stage.sees);
  return distill::compute_output(*stage.network, model::on_device(input, stage.network->parameters().front().device()));
}

Teachers load_teachers(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                       const data::Split& split, CheckpointManifest& manifest) {
  const std::filesystem::path outputs = StageStoreLayout{setup.stage_store}.teacher_outputs();
  const bool unlabeled = sees_unlabeled(setup, stage);
  const Recordings clips = training_clips(split, unlabeled);
  std::map<std::string, Snapshot> snapshots;
  Teachers teachers;
  for (const config::TeacherRef& reference : distill::schedule_teachers(stage, setup.experiment)) {
    const std::string name = distill::teacher_name(stage, reference), which = config::word(reference.snapshot);
    Snapshot& snapshot = snapshots[name + "/" + which];
    if (!snapshot.network) {
      snapshot = load_snapshot(setup, seed, config::StageRef{reference.stage, reference.run}, which);
    }
    manifest.teachers[name + "/" + which] = snapshot.hash;
    const Sight& sight = teachers.sights.emplace_back(sight_of(clips, snapshot.sees));
    const distill::OutputShape shape{std::ssize(sight.clips), std::ssize(split.classes), snapshot.embedding};
    const std::string key =
        teacher_outputs_key(setup, *seen_split(split, snapshot.sees), unlabeled, seed, snapshot.hash);
    teachers.cached.push_back({name, reference, snapshot.network, outputs / key, shape});
    teachers.loaded.push_back(snapshot);
  }
  return teachers;
}

}  // namespace pskd::train
