#include "train/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "base/elapsed.hpp"
#include "data/stream_hash.hpp"
#include "distill/teacher_output.hpp"
#include "distill/teacher_schedule.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "train/batch_order.hpp"
#include "train/device.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

constexpr std::int64_t kFewest = 2;  // clips that a stage steps on

/// The first training clips of a stage: labeled ones, where there are any.
Recordings first_clips(const data::Split& seen, int count) {
  Recordings clips = training_clips(seen, seen.train.empty());
  clips.resize(std::min(clips.size(), static_cast<std::size_t>(count)));
  return clips;
}

/// The clips that a stage and all its teachers see; where there are too few to step, those that it sees itself.
std::shared_ptr<const data::Split> trial_split(const TrainingSetup& setup, const config::StageConfig& stage,
                                               std::uint64_t seed) {
  auto by_all = seen_split(setup.split, shown_modalities(setup, stage, seed));
  return std::ssize(first_clips(*by_all, kFewest)) == kFewest ? by_all : stage_split(setup, stage, seed);
}

/// Training steps of a stage, with the teachers that see them, on the same few real clips. Teachers of this run are
/// drawn, not trained.
class Trial {
 public:
  Trial(const TrainingSetup& setup, const config::StageConfig& stage, int clips)
      : setup_(setup),
        stage_(stage),
        seed_(setup.experiment.seeds.front()),
        renderer_(stage_renderer(setup, stage, seed_)),
        split_(trial_split(setup, stage, seed_)),
        clips_(first_clips(*split_, clips)),
        state_(make_train_state(network_of(stage), loss_context(setup, stage, seed_), stage.optimizer)) {
    if (!stage.starts_from.run.empty()) {
      const Snapshot start = load_snapshot(setup_, seed_, stage.starts_from, "last");
      require_same_channels(stage, start, renderer_);
      model::start_from(*state_.network, *start.network);
    } else if (!stage.starts_from.stage.empty()) {
      model::start_from(*state_.network, *network_of(config::find_stage(setup_.experiment, stage.starts_from.stage)));
    }
    for (const config::TeacherRef& teacher : stage.teachers) {
      TrainedStage teaching = teacher_of(teacher);
      const auto is_seen = [&](const data::Recording* clip) { return has(*clip, teaching.sees); };
      if (!std::all_of(clips_.begin(), clips_.end(), is_seen)) continue;
      teachers_.push_back({std::move(teaching), distill::teacher_name(stage, teacher)});
    }
  }

  void step() {
    Modalities wanted = modalities(stage_.sees);
    for (const Teacher& teacher : teachers_) wanted = wanted | teacher.stage.sees;
    Batch batch{model::on_device(render_augmented(renderer_, clips_, wanted, seed_, 0), setup_.device),
                label_tensors(*split_, clips_.size(), setup_.device),
                {}};
    for (const Teacher& teacher : teachers_) {
      batch.teachers.push_back(distill::compute_output(*teacher.stage.network, seen_by(teacher.stage, batch.input)));
      batch.teachers.back().stage = teacher.name;
    }
    train_step(state_, stage_, batch);
    wait_for(setup_.device);
  }

  std::int64_t parameters() const { return model::count_parameters(*state_.network); }

 private:
  struct Teacher {
    TrainedStage stage;
    std::string name;
  };

  std::shared_ptr<model::Network> network_of(const config::StageConfig& stage) const {
    auto network = model::make_network(stage, data_shape(setup_, stage), seed_);
    network->to(setup_.device);
    return network;
  }
  TrainedStage teacher_of(const config::TeacherRef& teacher) const {
    if (!teacher.run.empty()) {
      return load_snapshot(setup_, seed_, {teacher.stage, teacher.run}, config::word(teacher.snapshot));
    }
    const config::StageConfig& stage = config::find_stage(setup_.experiment, teacher.stage);
    return {network_of(stage), stage_renderer(setup_, stage, seed_), modalities(stage.sees)};
  }
  model::Input seen_by(const TrainedStage& teacher, const model::Input& input) const {
    if (!teacher.sees.sensor || teacher.renderer.sensor_columns == renderer_.sensor_columns) return input;
    return model::on_device(render_augmented(teacher.renderer, clips_, teacher.sees, seed_, 0), setup_.device);
  }

  const TrainingSetup& setup_;
  const config::StageConfig& stage_;
  std::uint64_t seed_;  // any one: nothing that is drawn here is kept
  Renderer renderer_;
  std::shared_ptr<const data::Split> split_;
  Recordings clips_;
  TrainState state_;
  std::vector<Teacher> teachers_;
};

/// Seconds of one step.
double time_step(Trial& trial) {
  double seconds = 0;
  for (const bool counted : {false, true, true}) {  // the first step pays for first-time set-up
    const auto start = std::chrono::steady_clock::now();
    trial.step();
    if (counted) seconds += seconds_since(start) / 2;
  }
  return seconds;
}

/// Of the kinds of clips that a stage asks for, labeled and unlabeled ones, how many there are of the rarer kind.
std::int64_t rarer(const ClipCounts& counts, std::optional<double> labeled_share) {
  if (!labeled_share) return counts.labeled + counts.unlabeled;
  if (*labeled_share == 1) return counts.labeled;
  return *labeled_share == 0 ? counts.unlabeled : std::min(counts.labeled, counts.unlabeled);
}

/// Of the clips that the stage sees together with a teacher, the fewest.
std::int64_t fewest_seen(const TrainingSetup& setup, const config::StageConfig& stage) {
  const auto count = [&](const data::Split& split) {
    return rarer(clip_counts(setup, stage, split), stage.labeled_share);
  };
  const std::uint64_t seed = setup.experiment.seeds.front();
  std::int64_t fewest = count(*stage_split(setup, stage, seed));
  for (const config::TeacherRef& teacher : stage.teachers) {
    config::StageConfig alone = stage;
    alone.teachers = {teacher};
    fewest = std::min(fewest, count(*seen_split(setup.split, shown_modalities(setup, alone, seed))));
  }
  return fewest;
}

/// A stage needs clips that it sees, and each of its teachers some of them: two, which step apart.
void require_seen(const TrainingSetup& setup) {
  std::string lacking;
  std::string remaining;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const std::int64_t clips = fewest_seen(setup, stage);
    (clips < kFewest ? lacking : remaining).append(" ").append(stage.name);
  }
  if (lacking.empty()) return;
  throw Error(ErrorKind::config,
              "stages" + lacking + ": too few training clips have what the stage or its teachers see (" +
                  "a skeleton, a sensor or both); stages that remain:" + (remaining.empty() ? " none" : remaining) +
                  "; switch the others off (stages: {skeleton: null}) and take them out of `teachers`, "
                  "as configs/sensor-only.yaml does");
}

/// Before hours of training: a stage that sees none of the clips that are scored has no result.
void require_scored(const TrainingSetup& setup) {
  if (setup.split.val.empty() && setup.split.test.empty()) return;
  std::string unscored;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const auto seen = stage_split(setup, stage, setup.experiment.seeds.front());
    if (seen->val.empty() && seen->test.empty()) unscored.append(" ").append(stage.name);
  }
  if (unscored.empty()) return;
  throw Error(
      ErrorKind::config,
      "stages" + unscored + ": no validation or test clip has what the stage sees (a skeleton, a sensor or both); " +
          "choose other subjects or trials under protocol.test, or switch these stages off (stages: {skeleton: null})");
}

std::string stages_that_see_the_sensor(const config::Experiment& experiment) {
  std::string stages;
  for (const config::StageConfig& stage : experiment.stages) {
    if (modalities(stage.sees).sensor) stages.append(" ").append(stage.name);
  }
  return stages;
}

/// Cameras film one performance, and its sensor records it once. So a split by cameras is for stages that see the
/// skeleton alone: the others would be tested on what they learned.
void require_other_sensor_recordings(const TrainingSetup& setup) {
  const std::string stages = stages_that_see_the_sensor(setup.experiment);
  if (stages.empty()) return;
  std::map<std::string, std::string> trained;  // names of clips by what their sensor recorded
  for (const data::Clip& clip : setup.split.train) trained.emplace(data::stream_hash(clip.sensor), clip.id);
  trained.erase("");
  for (const auto* part : {&setup.split.val, &setup.split.test}) {
    for (const data::Clip& clip : *part) {
      const auto twin = trained.find(data::stream_hash(clip.sensor));
      if (twin == trained.end()) continue;
      throw Error(ErrorKind::config, "clip " + clip.id + " of the " + (part == &setup.split.val ? "val" : "test") +
                                         " part has the sensor recording of clip " + twin->second +
                                         ", which trains, as where two cameras film one performance; split by "
                                         "subjects, sessions or scenes, or switch off the stages that see the sensor:" +
                                         stages);
    }
  }
}

// A fused network keeps its skeleton branch as it starts.
void require_skeleton_branch(const config::StageConfig& stage) {
  if (!std::holds_alternative<config::FusedConfig>(stage.model) || !stage.starts_from.stage.empty()) return;
  throw Error(ErrorKind::config, "stages." + stage.name +
                                     ".starts_from: expected the stage whose network is the skeleton branch, which a "
                                     "fused network does not train; found none");
}

}  // namespace

void require_trainable(const TrainingSetup& setup) {
  constexpr int kClips = 2;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    require_skeleton_branch(stage);
    try {
      epoch_clips(clip_counts(setup, stage, setup.split), stage.labeled_share);
    } catch (const Error& error) {
      throw Error(error.kind(), "stages." + stage.name + "." + error.what());
    }
  }
  require_other_stages(setup);
  require_seen(setup);
  require_scored(setup);
  require_other_sensor_recordings(setup);
  for (const config::StageConfig& stage : setup.experiment.stages) {
    for (const std::uint64_t seed : setup.experiment.seeds) require_same_model(setup, stage, seed);
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
    const auto trained_on = stage_split(setup, stage, setup.experiment.seeds.front());
    const ClipCounts counts = clip_counts(setup, stage, *trained_on);
    const int steps = steps_per_epoch(epoch_clips(counts, stage.labeled_share), stage.batch);
    const std::int64_t all = std::int64_t{steps} * stage.epochs;
    estimates.push_back({stage.name, trial.parameters(), all, static_cast<double>(all) * time_step(trial)});
  }
  return estimates;
}

}  // namespace pskd::train
