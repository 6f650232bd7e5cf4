#include "train/stage.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/process.hpp"
#include "distill/teacher_schedule.hpp"
#include "distill/word_vectors.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "train/logging/event_file.hpp"
#include "train/optimizer.hpp"
#include "train/stage_key.hpp"

namespace pskd {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& stage, const std::string& snapshot) {
  return stage / (snapshot + ".ckpt");
}

std::filesystem::path stage_folder(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  return run_folder(setup, seed) / "stages" / stage;
}

std::filesystem::path answers_folder(const TrainingSetup& setup, std::uint64_t seed) {
  return (setup.stage_store.empty() ? run_folder(setup, seed) : setup.stage_store) / kAnswersFolder;
}

std::shared_ptr<Adapters> stage_adapters(const Experiment& experiment, const StageConfig& stage, std::uint64_t seed) {
  TeacherSizes teachers;
  for (const TeacherRef& teacher : stage.teachers) {
    teachers[teacher.stage] = embedding_size(find_stage(experiment, teacher.stage).model);
  }
  return make_adapters(stage.loss, embedding_size(stage.model), teachers, stream_key(seed, "adapters"));
}

LossContext loss_context(const TrainingSetup& setup, const StageConfig& stage, std::uint64_t seed) {
  LossContext context;
  context.adapters = stage_adapters(setup.experiment, stage, seed);
  if (stage.loss.acs && stage.loss.acs->semantic.words > 0) {
    context.words = read_word_vectors(resolve_data_path(stage.loss.acs->semantic.word_file),
                                      static_cast<int>(setup.split.classes.size()), embedding_size(stage.model));
  }
  return context;
}

CheckpointManifest stage_manifest(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  CheckpointManifest manifest;
  manifest.stage = stage;
  manifest.config_hash = setup.config_hash;
  manifest.stage_hash = stage_hash(setup.experiment, stage);
  manifest.seed = seed;
  manifest.data_hash = setup.data_hash;
  return manifest;
}

Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage,
                       const std::string& snapshot) {
  const auto classes = static_cast<int>(setup.split.classes.size());
  auto network = make_network(find_stage(setup.experiment, stage), data_shape(setup.renderer, classes), seed);
  const LoadedCheckpoint loaded = load_checkpoint(checkpoint_path(stage_folder(setup, seed, stage), snapshot),
                                                  stage_manifest(setup, seed, stage), *network, nullptr);
  network->eval();
  return {network, loaded.hash};
}

StageTrainer::StageTrainer(const TrainingSetup& setup, const StageConfig& stage, std::uint64_t seed,
                           const std::filesystem::path& folder)
    : setup_(setup),
      stage_(stage),
      seed_(seed),
      view_key_(stream_key(seed, "views")),
      folder_(folder),
      manifest_(stage_manifest(setup, seed, stage.name)),
      snapshots_(snapshot_epochs(stage.name, setup.experiment)),
      labels_(label_tensor(setup.split.train)) {
  const auto clips = static_cast<int>(setup.split.train.size());
  steps_ = std::max(1, (clips + stage.batch - 1) / stage.batch);
  start_network();
  load_teachers();
  if (!setup.split.val.empty()) {
    validation_ = render_plain(setup.renderer, setup.split.val, modalities(stage.sees));
    validation_labels_ = label_tensor(setup.split.val);
  }
  resume();
}

void StageTrainer::start_network() {
  const DataShape shape = data_shape(setup_.renderer, static_cast<int>(setup_.split.classes.size()));
  network_ = make_network(stage_, shape, stream_key(seed_, "parameters"));
  // Stages with the same network (a student with teachers and one without) see the same parameters and batches, so that
  // their difference under one seed is the method's. All stages see the same views, so that a teacher's answer to one
  // serves every learner.
  key_ = stream_key(seed_, model_name(stage_.model), count_parameters(*network_));
  if (!stage_.starts_from.empty()) {
    start_from(*network_, *load_snapshot(setup_, seed_, stage_.starts_from, "last").network);
  }
  context_ = loss_context(setup_, stage_, seed_);
  parameters_ = trained_parameters(*network_, context_.adapters.get());
  optimizer_ = make_optimizer(stage_.optimizer, parameters_);
}

void StageTrainer::load_teachers() {
  std::map<std::pair<std::string, std::string>, Snapshot> snapshots;
  std::vector<TeacherOutputCache::Teacher> teachers;
  for (const TeacherRef& reference : schedule_teachers(stage_, setup_.experiment)) {
    const std::string name = word(reference.snapshot);
    Snapshot& snapshot = snapshots[{reference.stage, name}];
    if (!snapshot.network) snapshot = load_snapshot(setup_, seed_, reference.stage, name);
    manifest_.teachers[reference.stage + "/" + name] = snapshot.hash;
    teachers.push_back({reference, snapshot.network, answers_folder(setup_, seed_) / snapshot.hash});
  }
  bank_ = std::make_unique<TeacherOutputCache>(std::move(teachers));
  branch_ = bank_->branch_of(*network_);
}

void StageTrainer::resume() {
  const auto last = checkpoint_path(folder_, "last");
  if (!std::filesystem::exists(last)) return;
  manifest_.position =
      load_checkpoint(last, manifest_, *network_, optimizer_.get(), context_.adapters.get()).manifest.position;
}

void StageTrainer::train() {
  if (manifest_.position.epoch >= stage_.epochs) {  // nothing is written that runs which share the stage have linked
    if (setup_.event_files && !std::filesystem::exists(event_file(folder_))) write_event_file(folder_);
    return;
  }
  StageProgress progress(stage_.name, manifest_.position.epoch, stage_.epochs, steps_);
  MetricsLog metrics(folder_ / "metrics.jsonl", manifest_.position.epoch, setup_.event_files);
  while (manifest_.position.epoch < stage_.epochs) train_epoch(progress, metrics);
}

/// The modalities to render: the learner's, and those of teachers that must still be asked.
Modalities StageTrainer::needed(const std::vector<std::size_t>& silent) const {
  Modalities wanted = modalities(stage_.sees);
  for (const std::size_t teacher : silent) {
    const Modalities seen = modalities(find_stage(setup_.experiment, bank_->reference(teacher).stage).sees);
    wanted.skeleton |= seen.skeleton;
    wanted.sensor |= seen.sensor;
  }
  return wanted;
}

StageTrainer::Epoch StageTrainer::prepare_epoch() {
  const int number = manifest_.position.epoch;
  const int count = setup_.experiment.augmentation.count;
  const int view = count > 0 ? number % count : number;
  Epoch epoch;
  epoch.teachers = bank_->active(number);
  const std::vector<std::size_t> silent = bank_->lookup(epoch.teachers, view);
  epoch.views = render_views(setup_.renderer, setup_.split.train, needed(silent), view_key_, view);
  epoch.answers = bank_->compute(epoch.teachers, epoch.views);
  // A fused learner's frozen branch says what its skeleton teacher said.
  for (std::size_t k = 0; k < epoch.teachers.size(); ++k) {
    if (epoch.teachers[k] == branch_) epoch.views.skeleton_embedding = epoch.answers[k].embedding;
  }
  RandomStream stream(stream_key(key_, "order", number));
  epoch.order = torch::tensor(stream.permutation(labels_.size(0)), torch::kInt64);
  if (manifest_.position.step == 0) manifest_.position.shares.assign(epoch.teachers.size() + 1, 0.0);
  return epoch;
}

void StageTrainer::train_epoch(StageProgress& progress, MetricsLog& metrics) {
  const auto start = std::chrono::steady_clock::now();
  Position& position = manifest_.position;
  const double before = position.seconds;
  const Epoch epoch = prepare_epoch();
  network_->train();
  while (position.step < steps_) {
    train_step(epoch);
    position.seconds = before + seconds_since(start);
    progress.step(position.epoch, position.step - 1, position.loss_sum / static_cast<double>(position.clips));
    if (stop_signal() != 0) {
      save("last");
      throw Stopped(stop_signal());
    }
  }
  finish_epoch(epoch, progress, metrics);
}

void StageTrainer::train_step(const Epoch& epoch) {
  Position& position = manifest_.position;
  // Batches of nearly equal size: a last batch of one clip would have no batch statistics.
  const std::int64_t clips = labels_.size(0);
  const std::int64_t first = clips * position.step / steps_, end = clips * (position.step + 1) / steps_;
  const torch::Tensor rows = epoch.order.narrow(0, first, end - first);
  const torch::Tensor labels = labels_.index_select(0, rows);
  std::vector<TeacherOutput> teachers;
  for (const TeacherOutput& answer : epoch.answers) teachers.push_back(select_clips(answer, rows));

  torch::manual_seed(stream_key(key_, "dropout", position.epoch, position.step));
  set_learning_rate(
      *optimizer_,
      learning_rate(stage_.optimizer, position.epoch + static_cast<double>(position.step + 1) / steps_, stage_.epochs));
  const Output output = network_->forward(select_clips(epoch.views, rows));
  const Objective result = objective(output, labels, teachers, stage_.loss, context_);
  const double loss = result.loss.item<double>();
  require_finite(loss, rows);
  descend(result.loss, stage_.optimizer, parameters_, *optimizer_);

  position.loss_sum += loss * static_cast<double>(rows.size(0));
  position.clips += rows.size(0);
  position.correct += output.logits.argmax(1).eq(labels).sum().item<std::int64_t>();
  if (result.assignment.defined()) {
    const torch::Tensor shares = result.assignment.sum(0).to(torch::kFloat64);
    for (std::size_t k = 0; k < position.shares.size(); ++k) {
      position.shares[k] += shares[static_cast<std::int64_t>(k)].item<double>();
    }
  }
  ++position.step;
}

void StageTrainer::require_finite(double loss, const torch::Tensor& rows) const {
  if (std::isfinite(loss)) return;
  std::string clips;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    clips += " " + setup_.split.train[static_cast<std::size_t>(rows[i].item<std::int64_t>())].id;
  }
  throw Error(
      ErrorKind::diverged,
      fmt::format("stage {}, epoch {}, step {}: the loss is {}. Clips of the batch:{}. Lower "
                  "stages.{}.optimizer.lr or optimizer.clip_norm; the last complete epoch is in last.ckpt",
                  stage_.name, manifest_.position.epoch + 1, manifest_.position.step + 1, loss, clips, stage_.name));
}

void StageTrainer::finish_epoch(const Epoch& epoch, StageProgress& progress, MetricsLog& metrics) {
  Position& position = manifest_.position;
  const auto clips = static_cast<double>(position.clips);
  const double loss = position.loss_sum / clips, accuracy = static_cast<double>(position.correct) / clips;
  nlohmann::ordered_json line = {{"epoch", position.epoch + 1},
                                 {"lr", learning_rate(stage_.optimizer, position.epoch + 1, stage_.epochs)},
                                 {"loss", loss},
                                 {"train_accuracy", accuracy}};
  std::string text = fmt::format("loss {:.3f}  train {:.1f} %", loss, 100 * accuracy);
  if (stage_.loss.acs && !epoch.teachers.empty()) {
    nlohmann::ordered_json& shares = line["shares"] = nlohmann::ordered_json::object();
    for (std::size_t k = 0; k <= epoch.teachers.size(); ++k) {
      const bool label = k == epoch.teachers.size();
      const std::string name = label ? "label" : bank_->reference(epoch.teachers[k]).stage;
      shares[name] =
          shares.value(name, 0.0) + position.shares[k] / clips;  // two snapshots of a stage may teach at once
      text += fmt::format("  {} {:.0f} %", name, 100 * position.shares[k] / clips);
    }
  }
  const double validation = validation_labels_.defined() ? validate() : -1;
  if (validation >= 0) {
    line["val"] = {{"accuracy", validation}};
    text += fmt::format("  val {:.1f} %", 100 * validation);
  }
  line["seconds"] = position.seconds;
  ++position.epoch;
  position.step = 0;
  position.loss_sum = 0;
  position.clips = position.correct = 0;
  if (validation > position.best_accuracy) {
    position.best_accuracy = validation;
    position.best_epoch = position.epoch;
    save("best");
  }
  if (std::binary_search(snapshots_.begin(), snapshots_.end(), position.epoch)) {
    save("epoch-" + std::to_string(position.epoch));
  }
  metrics.append(line);
  save("last");
  progress.epoch(position.epoch, text);
}

double StageTrainer::validate() {
  const TeacherOutput output = compute_output(*network_, validation_);
  return output.logits.argmax(1).eq(validation_labels_).to(torch::kFloat64).mean().item<double>();
}

void StageTrainer::save(const std::string& snapshot) const {
  save_checkpoint(checkpoint_path(folder_, snapshot), manifest_, *network_, optimizer_.get(), context_.adapters.get());
}

}  // namespace pskd
