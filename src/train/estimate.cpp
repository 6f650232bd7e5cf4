#include "train/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "distill/teacher_output.hpp"
#include "model/summary.hpp"
#include "train/stage_setup.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

constexpr std::uint64_t kSeed = 1;  // any one: nothing that is drawn here is kept

/// As many training clips as the stage has in a batch.
std::vector<data::Clip> first_batch(const TrainingSetup& setup, const config::StageConfig& stage) {
  const auto count = std::min<std::size_t>(setup.split.train.size(), stage.batch);
  return {setup.split.train.begin(), setup.split.train.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Seconds of one training step of `stage` on a batch of real clips. Teachers are drawn, not trained.
double time_step(const TrainingSetup& setup, const config::StageConfig& stage,
                 std::shared_ptr<model::Network> network) {
  const std::vector<data::Clip> clips = first_batch(setup, stage);
  TrainState state = make_train_state(std::move(network), loss_context(setup, stage, kSeed), stage.optimizer);
  std::vector<std::shared_ptr<model::Network>> teachers;
  for (const config::TeacherRef& teacher : stage.teachers) {
    teachers.push_back(
        model::make_network(config::find_stage(setup.experiment, teacher.stage), data_shape(setup), kSeed));
  }
  const Modalities wanted = stage.teachers.empty() ? modalities(stage.sees) : Modalities{true, true};
  double seconds = 0;
  for (const bool counted : {false, true, true}) {  // the first step pays for first-time set-up
    const auto start = std::chrono::steady_clock::now();
    Batch batch{render_augmented(setup.renderer, clips, wanted, kSeed, 0), label_tensor(clips), {}};
    for (std::size_t i = 0; i < teachers.size(); ++i) {
      batch.teachers.push_back(distill::compute_output(*teachers[i], batch.input));
      batch.teachers.back().stage = stage.teachers[i].stage;
    }
    train_step(state, stage, batch);
    if (counted) seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 2;
  }
  return seconds;
}

}  // namespace

std::vector<StageEstimate> estimate_run(const TrainingSetup& setup) {
  std::vector<StageEstimate> estimates;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const auto network = model::make_network(stage, data_shape(setup), kSeed);
    const auto clips = static_cast<std::int64_t>(setup.split.train.size());
    const int steps = steps_per_epoch(clips, stage.batch) * stage.epochs;
    estimates.push_back(
        {stage.name, model::count_parameters(*network), steps, steps * time_step(setup, stage, network)});
  }
  return estimates;
}

}  // namespace pskd::train
