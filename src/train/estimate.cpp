#include "train/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "distill/teacher_output.hpp"
#include "distill/teacher_schedule.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "train/batch_order.hpp"
#include "train/device.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/stage_setup.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

/// The first training clips of a stage: labeled ones, where there are any.
Recordings first_clips(const data::Split& seen, int count) {
  Recordings clips = training_clips(seen, seen.train.empty());
  clips.resize(std::min(clips.size(), static_cast<std::size_t>(count)));
  return clips;
}

/// Training steps of a stage on the same few real clips. Teachers of this run are drawn, not trained.
class Trial {
 public:
  Trial(const TrainingSetup& setup, const config::StageConfig& stage, int clips)
      : setup_(setup),
        stage_(stage),
        seed_(setup.experiment.seeds.front()),
        renderer_(stage_renderer(setup, stage, seed_)),
        split_(seen_split(setup.split, shown(setup, stage, seed_))),
        clips_(first_clips(*split_, clips)),
        state_(make_train_state(network_of(stage), loss_context(setup, stage, seed_), stage.optimizer)) {
    if (!stage.starts_from.stage.empty()) {
      model::start_from(*state_.network, *network_of(stage.starts_from, "last"));
    }
    for (const config::TeacherRef& teacher : stage.teachers) {
      teachers_.push_back(network_of({teacher.stage, teacher.run}, config::word(teacher.snapshot)));
    }
  }

  void step() {
    const Modalities wanted = shown(setup_, stage_, seed_);
    Batch batch{model::on_device(render_augmented(renderer_, clips_, wanted, seed_, 0), setup_.device),
                label_tensors(*split_, clips_.size(), setup_.device),
                {}};
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      batch.teachers.push_back(distill::compute_output(*teachers_[i], batch.input));
      batch.teachers.back().stage = distill::teacher_name(stage_, stage_.teachers[i]);
    }
    train_step(state_, stage_, batch);
    wait_for(setup_.device);
  }

  std::int64_t parameters() const { return model::count_parameters(*state_.network); }

 private:
  std::shared_ptr<model::Network> network_of(const config::StageConfig& stage) const {
    auto network = model::make_network(stage, data_shape(setup_), seed_);
    network->to(setup_.device);
    return network;
  }
  std::shared_ptr<model::Network> network_of(const config::StageRef& stage, const std::string& snapshot) const {
    if (stage.run.empty()) return network_of(config::find_stage(setup_.experiment, stage.stage));
    return load_snapshot(setup_, seed_, stage, snapshot).network;
  }

  const TrainingSetup& setup_;
  const config::StageConfig& stage_;
  std::uint64_t seed_;  // any one: nothing that is drawn here is kept
  Renderer renderer_;
  std::shared_ptr<const data::Split> split_;  ///< with the clips that the stage and its teachers see
  Recordings clips_;
  TrainState state_;
  std::vector<std::shared_ptr<model::Network>> teachers_;
};

/// Seconds of one step.
double time_step(Trial& trial) {
  double seconds = 0;
  for (const bool counted : {false, true, true}) {  // the first step pays for first-time set-up
    const auto start = std::chrono::steady_clock::now();
    trial.step();
    if (counted) seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 2;
  }
  return seconds;
}

/// Of the kinds of clips that a stage asks for, labeled and unlabeled ones, how many there are of the rarer kind.
std::int64_t rarer(const ClipCounts& counts, std::optional<double> labeled_share) {
  if (!labeled_share) return counts.labeled + counts.unlabeled;
  if (*labeled_share == 1) return counts.labeled;
  return *labeled_share == 0 ? counts.unlabeled : std::min(counts.labeled, counts.unlabeled);
}

/// A stage needs clips that it and its teachers see: two of them, which step apart.
void require_seen(const TrainingSetup& setup) {
  constexpr std::int64_t kFewest = 2;
  std::string lacking;
  std::string remaining;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const auto seen = seen_split(setup.split, shown(setup, stage, setup.experiment.seeds.front()));
    const std::int64_t clips = rarer(clip_counts(setup, stage, *seen), stage.labeled_share);
    (clips < kFewest ? lacking : remaining).append(" ").append(stage.name);
  }
  if (lacking.empty()) return;
  throw Error(ErrorKind::config,
              "stages" + lacking + ": too few training clips have what the stage or its teachers see (" +
                  "a skeleton, a sensor or both); stages that remain:" + (remaining.empty() ? " none" : remaining) +
                  "; switch the others off (stages: {skeleton: null}) and take them out of `teachers`, "
                  "as configs/sensor-only.yaml does");
}

}  // namespace

void require_trainable(const TrainingSetup& setup) {
  constexpr int kClips = 2;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    try {
      epoch_clips(clip_counts(setup, stage, setup.split), stage.labeled_share);
    } catch (const Error& error) {
      throw Error(error.kind(), "stages." + stage.name + "." + error.what());
    }
  }
  require_other_stages(setup);
  require_seen(setup);
  for (const config::StageConfig& stage : setup.experiment.stages) {
    try {
      Trial(setup, stage, kClips).step();
    } catch (const Error& error) {
      throw Error(error.kind(), "stages." + stage.name + ": " + error.what());
    }
  }
}

std::vector<StageEstimate> estimate_run(const TrainingSetup& setup) {
  require_trainable(setup);
  std::vector<StageEstimate> estimates;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    Trial trial(setup, stage, stage.batch);
    const auto seen = seen_split(setup.split, shown(setup, stage, setup.experiment.seeds.front()));
    const ClipCounts counts = clip_counts(setup, stage, *seen);
    const int steps = steps_per_epoch(epoch_clips(counts, stage.labeled_share), stage.batch);
    const int all = steps * stage.epochs;
    estimates.push_back({stage.name, trial.parameters(), all, all * time_step(trial)});
  }
  return estimates;
}

}  // namespace pskd::train
