#include "train/stage_trainer.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/elapsed.hpp"
#include "base/random.hpp"
#include "base/stop_signal.hpp"
#include "distill/teacher_output.hpp"
#include "distill/teacher_schedule.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "train/batch_order.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/device.hpp"
#include "train/environment.hpp"
#include "train/logging/event_file.hpp"
#include "train/logging/metrics_log.hpp"
#include "train/logging/progress.hpp"
#include "train/optimizer/optimizer.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

/// What its checkpoints say of a stage beside its teachers and where its training stands.
CheckpointManifest describe_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                                  const Beginning& beginning) {
  CheckpointManifest manifest = stage_manifest(setup, seed, stage.name);
  manifest.start = beginning.start;
  manifest.seen = seen_by(setup, seed, stage.name);
  manifest.model = describe_model(setup, beginning.renderer, stage, seed);
  return manifest;
}

/// Whether they show the same of a sensor.
bool is_same(const Renderer& a, const Renderer& b) {
  return a.sensor_columns == b.sensor_columns && a.statistics.mean == b.statistics.mean &&
         a.statistics.deviation == b.statistics.deviation;
}

/// "skeleton 301, fused 301"
std::string counts_text(const std::map<std::string, std::size_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
  return text;
}

/// The labels of a stage's clips, weighed as it wants them.
distill::Labels weighed_labels(const config::StageConfig& stage, const data::Split& split, std::size_t clips,
                               torch::Device device) {
  distill::Labels labels = label_tensors(split, clips, device);
  if (stage.class_weights == config::ClassWeights::none) return labels;
  labels.weights = torch::constant_pad_nd(balanced_weights(split.train), {0, std::ssize(split.unlabeled)}, 1)
                       .slice(0, 0, static_cast<std::int64_t>(clips))
                       .to(device);
  return labels;
}

class StageTrainer {
 public:
  /// Draws the parameters, loads the teachers and goes on from last.ckpt where there is one.
  StageTrainer(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
               const StageLayout& folder)
      : StageTrainer(setup, stage, seed, folder, begin_stage(setup, stage, seed)) {}

  /// The epochs that are left.
  void train();

  std::int64_t parameters() const { return model::count_parameters(*state_.network); }
  const Position& position() const { return manifest_.position; }
  /// How many clips of `split` an epoch is made of.
  std::int64_t epoch_clips_of(const data::Split& split) const {
    return epoch_clips(clip_counts(setup_, stage_, split), stage_.labeled_share);
  }
  /// Those of all that the stage cannot see; of unlabeled ones, that one of its teachers cannot see.
  std::int64_t left_out() const { return epoch_clips_of(setup_.split) - epoch_clips_of(*split_); }
  /// Of each teacher that does not see all of the stage's clips, by name, how many it sees.
  std::map<std::string, std::size_t> partly_seen() const;

 private:
  StageTrainer(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
               const StageLayout& folder, Beginning beginning);

  /// What an epoch trains on: every clip under its augmentation, and what the active teachers say about it.
  struct Epoch {
    model::Input input;
    std::vector<std::size_t> teachers;
    std::vector<distill::TeacherOutput> outputs;
    torch::Tensor order;                ///< [N] int64
    std::vector<std::int64_t> numbers;  ///< the same, where not every teacher sees all clips
  };
  struct Validation {
    double accuracy = 0;
    double loss = 0;  ///< mean cross-entropy
  };
  /// A line of metrics.jsonl, and the same for people.
  struct EpochMetrics {
    nlohmann::ordered_json line;
    std::string text;
    std::optional<Validation> validation = {};  ///< where there is a validation part
  };

  /// What a step came to, where the stage trains.
  struct StepSums {
    torch::Tensor rows;     ///< [n], the clips of its batch
    torch::Tensor loss;     ///< scalar
    torch::Tensor correct;  ///< scalar, int64
    torch::Tensor shares;   ///< [teachers + 1], double; undefined without ACS
  };

  void resume();
  std::vector<distill::SeenAlike> groups_of(const Epoch& epoch, int step) const;
  distill::TeacherOutput of_all_clips(std::size_t teacher, const distill::TeacherOutput& output) const;
  Modalities needed(const std::vector<std::size_t>& missing) const;
  model::Input seen_by_teacher(std::size_t teacher, const model::Input& augmented, int augmentation) const;
  Epoch prepare_epoch();
  void train_epoch(StageProgress& progress, MetricsLog& metrics);
  void train_batch(const Epoch& epoch);
  void read_steps();
  void require_finite(double loss, int step, const torch::Tensor& rows) const;
  EpochMetrics measure_epoch(const Epoch& epoch);
  void add_shares(const Epoch& epoch, EpochMetrics& metrics) const;
  void finish_epoch(const Epoch& epoch, StageProgress& progress, MetricsLog& log);
  Validation validate();
  bool is_best(const Validation& found);
  void save(const std::string& snapshot) const;

  const TrainingSetup& setup_;
  const config::StageConfig& stage_;
  std::uint64_t augmentation_key_;
  StageLayout folder_;
  CheckpointManifest manifest_;
  std::vector<int> snapshots_;
  Renderer renderer_;
  TrainState state_;
  /// Stages with the same network (a student with teachers and one without) see the same parameters and batches, so
  /// that their difference under one seed is the method's. All stages see the same augmentations, so that a teacher's
  /// output on one serves every student.
  std::uint64_t key_;
  std::shared_ptr<const data::Split> split_;  ///< with the clips that the stage trains on
  Teachers loaded_;
  distill::TeacherOutputCache teachers_;
  std::optional<std::size_t> branch_;  ///< the teacher that is the student's own frozen branch
  Recordings clips_;                   ///< that the stage trains on, the labeled ones first
  distill::Labels labels_;
  std::vector<StepSums> unread_;  ///< of the last steps
  model::Input validation_;
  torch::Tensor validation_labels_;
  int steps_ = 1;
};

StageTrainer::StageTrainer(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                           const StageLayout& folder, Beginning beginning)
    : setup_(setup),
      stage_(stage),
      augmentation_key_(stream_key(seed, "views")),
      folder_(folder),
      manifest_(describe_stage(setup, stage, seed, beginning)),
      snapshots_(distill::snapshot_epochs(stage.name, setup.experiment)),
      renderer_(std::move(beginning.renderer)),
      state_(make_train_state(std::move(beginning.network), loss_context(setup, stage, seed), stage.optimizer)),
      key_(stream_key(seed, config::model_name(stage.model), model::count_parameters(*state_.network))),
      split_(stage_split(setup, stage, seed)),
      loaded_(load_teachers(setup, stage, seed, *split_, manifest_)),
      teachers_(loaded_.cached),
      branch_(teachers_.branch_of(*state_.network)),
      clips_(training_clips(*split_, sees_unlabeled(setup, stage))),
      labels_(weighed_labels(stage, *split_, clips_.size(), setup.device)),
      steps_(steps_per_epoch(epoch_clips_of(*split_), stage.batch)) {
  const auto seen = seen_split(setup.split, modalities(stage.sees));
  if (!seen->val.empty()) {
    validation_ =
        model::on_device(render_plain(renderer_, recordings(seen->val), modalities(stage.sees)), setup.device);
    validation_labels_ = label_tensor(seen->val).to(setup.device);
  }
  resume();
}

void StageTrainer::resume() {
  const auto last = folder_.checkpoint("last");
  if (!std::filesystem::exists(last)) return;
  manifest_.position =
      load_checkpoint(last, manifest_, *state_.network, state_.optimizer.get(), state_.context.adapters.get())
          .manifest.position;
  const Position& position = manifest_.position;
  const std::size_t taught_by = teachers_.active(position.epoch).size() + 1;  // and the label
  if (position.epoch > stage_.epochs || position.step > steps_ ||
      (position.step > 0 && position.shares.size() != taught_by)) {
    throw Error(ErrorKind::checkpoint,
                last.string() + ": its position is outside the stage's training; delete it or restore it from a copy");
  }
}

void StageTrainer::train() {
  if (manifest_.position.epoch >= stage_.epochs) {  // nothing is written that runs which share the stage have linked
    if (setup_.event_files && !std::filesystem::exists(folder_.events())) write_event_file(folder_);
    return;
  }
  StageProgress progress(stage_.name, manifest_.position.epoch, stage_.epochs, steps_);
  MetricsLog metrics(folder_, manifest_.position.epoch, setup_.event_files);
  while (manifest_.position.epoch < stage_.epochs) train_epoch(progress, metrics);
  const Position& position = manifest_.position;
  if (position.best_epoch == 0) return;
  spdlog::info("stage {}: best on the validation clips is epoch {} of {} ({:.1f} %{})", stage_.name,
               position.best_epoch, stage_.epochs, 100 * position.best_accuracy,
               position.tied_epochs == 1
                   ? ""
                   : fmt::format("; {} epochs tie, of which it has the least loss", position.tied_epochs));
}

std::map<std::string, std::size_t> StageTrainer::partly_seen() const {
  std::map<std::string, std::size_t> seen;
  for (std::size_t k = 0; k < loaded_.sights.size(); ++k) {
    if (!loaded_.sights[k].all) seen[teachers_.name(k)] = loaded_.sights[k].clips.size();
  }
  return seen;
}

/// The modalities to render of all clips: the student's, and those of teachers whose outputs are missing.
Modalities StageTrainer::needed(const std::vector<std::size_t>& missing) const {
  Modalities wanted = modalities(stage_.sees);
  for (const std::size_t teacher : missing) {
    if (loaded_.sights[teacher].all) wanted = wanted | loaded_.loaded[teacher].sees;
  }
  return wanted;
}

/// What a teacher whose output is missing sees: its own channels of the clips that have them, standardized as it was
/// trained.
model::Input StageTrainer::seen_by_teacher(std::size_t teacher, const model::Input& augmented, int augmentation) const {
  const Snapshot& asked = loaded_.loaded[teacher];
  const Sight& sight = loaded_.sights[teacher];
  Recordings clips;
  for (const std::int64_t clip : sight.clips) clips.push_back(clips_[static_cast<std::size_t>(clip)]);
  if (stage_.teachers_see == config::TeacherInput::plain) {
    return model::on_device(render_plain(asked.renderer, clips, asked.sees), setup_.device);
  }
  if (sight.all && (!asked.sees.sensor || is_same(asked.renderer, renderer_))) return augmented;
  return model::on_device(render_augmented(asked.renderer, clips, asked.sees, augmentation_key_, augmentation),
                          setup_.device);
}

/// The output of a teacher with a row for each clip; of clips that it does not see, zeros that nobody looks at.
distill::TeacherOutput StageTrainer::of_all_clips(std::size_t teacher, const distill::TeacherOutput& output) const {
  const Sight& sight = loaded_.sights[teacher];
  if (sight.all) return output;
  const torch::Tensor rows = torch::tensor(sight.clips, torch::kInt64).to(setup_.device);
  const auto spread = [&](const torch::Tensor& some) {
    if (!some.defined()) return some;
    std::vector<std::int64_t> shape = some.sizes().vec();
    shape[0] = std::ssize(clips_);
    return torch::zeros(shape, some.options()).index_copy_(0, rows, some);
  };
  return {spread(output.embedding), spread(output.logits), output.weight, spread(output.attention), output.stage};
}

/// The clips of a step by the teachers that see them; nothing where all teachers see all clips. Read from the order as
/// the processor knows it: a card is not asked.
std::vector<distill::SeenAlike> StageTrainer::groups_of(const Epoch& epoch, int step) const {
  std::vector<distill::SeenAlike> groups;
  if (epoch.numbers.empty()) return groups;
  const auto clips = std::ssize(epoch.numbers);
  const std::int64_t first = clips * step / steps_, end = clips * (step + 1) / steps_;
  std::map<std::vector<std::size_t>, std::vector<std::int64_t>> rows;  // by who sees them
  for (std::int64_t i = first; i < end; ++i) {
    std::vector<std::size_t> seeing;
    for (std::size_t k = 0; k < epoch.teachers.size(); ++k) {
      const Sight& sight = loaded_.sights[epoch.teachers[k]];
      const std::int64_t clip = epoch.numbers[static_cast<std::size_t>(i)];
      if (sight.all || std::binary_search(sight.clips.begin(), sight.clips.end(), clip)) seeing.push_back(k);
    }
    rows[seeing].push_back(i - first);
  }
  for (const auto& [teachers, numbers] : rows) {
    groups.push_back({torch::tensor(numbers, torch::kInt64).to(setup_.device), teachers});
  }
  return groups;
}

StageTrainer::Epoch StageTrainer::prepare_epoch() {
  const int number = manifest_.position.epoch;
  const int count = setup_.experiment.augmentation.count;
  const int augmentation = count > 0 ? number % count : number;
  Epoch epoch;
  epoch.teachers = teachers_.active(number);
  const bool plain = stage_.teachers_see == config::TeacherInput::plain;
  const std::vector<std::size_t> missing =
      teachers_.lookup(epoch.teachers, plain ? std::nullopt : std::optional(augmentation));
  epoch.input = model::on_device(render_augmented(renderer_, clips_, needed(missing), augmentation_key_, augmentation),
                                 setup_.device);
  epoch.outputs = teachers_.compute(
      epoch.teachers, [&](std::size_t teacher) { return seen_by_teacher(teacher, epoch.input, augmentation); },
      setup_.device);
  // The frozen branch of a fused student says what its skeleton teacher said.
  for (std::size_t k = 0; k < epoch.teachers.size(); ++k) {
    epoch.outputs[k] = of_all_clips(epoch.teachers[k], epoch.outputs[k]);
    if (epoch.teachers[k] == branch_ && !plain) epoch.input.skeleton_embedding = epoch.outputs[k].embedding;
  }
  RandomStream stream(stream_key(key_, "order", number));
  const std::vector<std::int64_t> order =
      batch_order(clip_counts(setup_, stage_, *split_), stage_.labeled_share, stage_.batch, stream);
  epoch.order = torch::tensor(order, torch::kInt64).to(setup_.device);
  const auto sees_all = [&](std::size_t teacher) { return loaded_.sights[teacher].all; };
  if (!std::all_of(epoch.teachers.begin(), epoch.teachers.end(), sees_all)) epoch.numbers = order;
  if (manifest_.position.step == 0) manifest_.position.shares.assign(epoch.teachers.size() + 1, 0.0);
  return epoch;
}

void StageTrainer::train_epoch(StageProgress& progress, MetricsLog& metrics) {
  const auto start = std::chrono::steady_clock::now();
  Position& position = manifest_.position;
  const double before = position.seconds;
  const Epoch epoch = prepare_epoch();
  state_.network->train();
  while (position.step < steps_) {
    train_batch(epoch);
    // Reading waits for a card to come to an end: once an epoch. A processor has always come to it.
    if (setup_.device.is_cpu() || position.step == steps_) read_steps();
    position.seconds = before + seconds_since(start);
    if (position.clips > 0) {
      progress.step(position.epoch, position.step - 1, position.loss_sum / static_cast<double>(position.clips));
    }
    if (stop_signal() != 0) {
      read_steps();
      save("last");
      throw Stopped(stop_signal());
    }
  }
  finish_epoch(epoch, progress, metrics);
}

void StageTrainer::train_batch(const Epoch& epoch) {
  Position& position = manifest_.position;
  const torch::Tensor rows = batch_rows(epoch.order, position.step, steps_);
  Batch batch{select_clips(epoch.input, rows), select_clips(labels_, rows), {}};
  for (const distill::TeacherOutput& output : epoch.outputs) batch.teachers.push_back(select_clips(output, rows));

  torch::manual_seed(stream_key(key_, "dropout", position.epoch, position.step));
  const double epochs = position.epoch + static_cast<double>(position.step + 1) / steps_;
  set_learning_rate(*state_.optimizer, learning_rate(stage_.optimizer, epochs, stage_.epochs));
  batch.taught = warmed_up(stage_.loss, epochs);
  batch.groups = groups_of(epoch, position.step);
  const StepResult result = train_step(state_, stage_, batch);
  const torch::Tensor targets =
      batch.teachers.empty() ? batch.labels.classes : distill::known_or_taught(batch.labels, batch.teachers);
  unread_.push_back({rows, result.loss, result.logits.argmax(1).eq(targets).sum(),
                     result.assignment.defined() ? result.assignment.sum(0).to(torch::kFloat64) : torch::Tensor()});
  ++position.step;
}

/// Adds the steps that were not read yet to the epoch's sums.
void StageTrainer::read_steps() {
  Position& position = manifest_.position;
  int step = position.step - static_cast<int>(unread_.size());
  for (const StepSums& sums : unread_) {
    const double loss = sums.loss.item<double>();
    require_finite(loss, ++step, sums.rows);
    position.loss_sum += loss * static_cast<double>(sums.rows.size(0));
    position.clips += sums.rows.size(0);
    position.correct += sums.correct.item<std::int64_t>();
    if (!sums.shares.defined()) continue;
    const torch::Tensor shares = sums.shares.cpu();
    for (std::size_t k = 0; k < position.shares.size(); ++k) {
      position.shares[k] += shares[static_cast<std::int64_t>(k)].item<double>();
    }
  }
  unread_.clear();
}

void StageTrainer::require_finite(double loss, int step, const torch::Tensor& rows) const {
  if (std::isfinite(loss)) return;
  const torch::Tensor numbers = rows.cpu();
  std::string clips;
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    clips += " " + clips_[static_cast<std::size_t>(numbers[i].item<std::int64_t>())]->id;
  }
  throw Error(ErrorKind::diverged,
              fmt::format("stage {}, epoch {}, step {}: the loss is {}. Clips of the batch:{}. Lower "
                          "stages.{}.optimizer.lr or optimizer.clip_norm; the last complete epoch is in last.ckpt",
                          stage_.name, manifest_.position.epoch + 1, step, loss, clips, stage_.name));
}

StageTrainer::EpochMetrics StageTrainer::measure_epoch(const Epoch& epoch) {
  const Position& position = manifest_.position;
  const auto clips = static_cast<double>(position.clips);
  const double loss = position.loss_sum / clips, accuracy = static_cast<double>(position.correct) / clips;
  EpochMetrics metrics;
  metrics.line = {{"epoch", position.epoch + 1},
                  {"lr", learning_rate(stage_.optimizer, position.epoch + 1, stage_.epochs)},
                  {"loss", loss},
                  {"train_accuracy", accuracy}};
  metrics.text = fmt::format("loss {:.3f}  train {:.1f} %", loss, 100 * accuracy);
  if (stage_.loss.acs && !epoch.teachers.empty()) add_shares(epoch, metrics);
  if (validation_labels_.defined()) {
    metrics.validation = validate();
    metrics.line["val"] = {{"accuracy", metrics.validation->accuracy}, {"loss", metrics.validation->loss}};
    metrics.text += fmt::format("  val {:.1f} %", 100 * metrics.validation->accuracy);
  }
  metrics.line["seconds"] = position.seconds;
  return metrics;
}

/// Of the clips, who taught which share.
void StageTrainer::add_shares(const Epoch& epoch, EpochMetrics& metrics) const {
  const auto clips = static_cast<double>(manifest_.position.clips);
  nlohmann::ordered_json& shares = metrics.line["shares"] = nlohmann::ordered_json::object();
  for (std::size_t k = 0; k <= epoch.teachers.size(); ++k) {
    const bool label = k == epoch.teachers.size();
    const std::string name = label ? "label" : teachers_.name(epoch.teachers[k]);
    const double share = manifest_.position.shares[k] / clips;
    shares[name] = shares.value(name, 0.0) + share;  // two snapshots of a stage may teach at once
    metrics.text += fmt::format("  {} {:.0f} %", name, 100 * manifest_.position.shares[k] / clips);
  }
}

void StageTrainer::finish_epoch(const Epoch& epoch, StageProgress& progress, MetricsLog& log) {
  const EpochMetrics metrics = measure_epoch(epoch);
  Position& position = manifest_.position;
  ++position.epoch;
  position.step = 0;
  position.loss_sum = 0;
  position.clips = position.correct = 0;
  if (metrics.validation && is_best(*metrics.validation)) save("best");
  if (std::binary_search(snapshots_.begin(), snapshots_.end(), position.epoch)) {
    save("epoch-" + std::to_string(position.epoch));
  }
  log.append(metrics.line);
  save("last");
  progress.epoch(position.epoch, metrics.text);
}

StageTrainer::Validation StageTrainer::validate() {
  const torch::Tensor logits = distill::compute_output(*state_.network, validation_).logits;
  return {logits.argmax(1).eq(validation_labels_).to(torch::kFloat64).mean().item<double>(),
          torch::nn::functional::cross_entropy(logits.to(torch::kFloat64), validation_labels_).item<double>()};
}

/// Whether the epoch that has just ended is the best one so far, which is noted. On few clips many epochs have the same
/// accuracy: of these the one with the least loss is taken, of those with the same loss the first.
bool StageTrainer::is_best(const Validation& found) {
  Position& position = manifest_.position;
  if (found.accuracy < position.best_accuracy) return false;
  const bool tied = found.accuracy == position.best_accuracy;
  position.tied_epochs = tied ? position.tied_epochs + 1 : 1;
  if (tied && found.loss >= position.best_loss) return false;
  position.best_accuracy = found.accuracy;
  position.best_loss = std::isfinite(found.loss) ? found.loss : std::numeric_limits<double>::max();
  position.best_epoch = position.epoch;
  return true;
}

/// The loss of a step is that of the parameters before it: what the last one made of them is seen here.
void StageTrainer::save(const std::string& snapshot) const {
  try {
    save_checkpoint(folder_.checkpoint(snapshot), manifest_, *state_.network, state_.optimizer.get(),
                    state_.context.adapters.get());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::diverged) throw;
    throw Error(
        error.kind(),
        fmt::format("stage {}, after epoch {}, step {}: {}. Lower stages.{}.optimizer.lr or optimizer.clip_norm; "
                    "a last.ckpt that was written before is kept",
                    stage_.name, manifest_.position.epoch, manifest_.position.step, error.what(), stage_.name));
  }
}

}  // namespace

Position train_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                     const StageLayout& folder) {
  choose_algorithms(setup.device, stage.deterministic);
  StageTrainer trainer(setup, stage, seed, folder);
  const int done = trainer.position().epoch;
  const auto& stages = setup.experiment.stages;
  spdlog::info("seed {}, stage {} ({} of {}): {} parameters, {} epochs{}", seed, stage.name, &stage - stages.data() + 1,
               stages.size(), trainer.parameters(), stage.epochs,
               done > 0 ? fmt::format(", {} of them done", done) : "");
  if (done < stage.epochs && stage.precision == config::Precision::bf16 && setup.device.is_cpu() &&
      !environment().bfloat16) {
    spdlog::warn("this processor does not compute in bf16: stage {} would train faster with precision: fp32",
                 stage.name);
  }
  const std::int64_t left_out = trainer.left_out();
  if (left_out > 0) {
    spdlog::info("stage {}: {} of {} training clips lack what it sees, and are left out", stage.name, left_out,
                 trainer.epoch_clips_of(setup.split));
  }
  if (const auto partly = trainer.partly_seen(); !partly.empty()) {
    spdlog::info(
        "stage {}: of its {} training clips, teachers see {}; others learn from the other teachers and the "
        "label",
        stage.name, trainer.epoch_clips_of(setup.split) - left_out, counts_text(partly));
  }
  trainer.train();
  return trainer.position();
}

}  // namespace pskd::train
