#include "train/stage_key.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/checksum.hpp"
#include "distill/teacher_schedule.hpp"
#include "pskd/config/load.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/environment.hpp"
#include "train/inputs.hpp"
#include "train/other_runs/other_stage.hpp"

namespace pskd::train {
namespace {

constexpr const char* kOtherRun = "other";  // in place of its folder

void add_lineage(const config::Experiment& experiment, const std::string& stage, Lineage& lineage) {
  const config::StageConfig& config = config::find_stage(experiment, stage);
  if (!lineage.emplace(stage, config).second) return;
  const config::StageRef& start = config.starts_from;
  if (!start.stage.empty() && start.run.empty()) add_lineage(experiment, start.stage, lineage);
  for (const config::TeacherRef& teacher : config.teachers) {
    if (teacher.run.empty()) add_lineage(experiment, teacher.stage, lineage);
  }
}

/// What decides how clips are shown to networks, and nothing else.
config::Experiment views_of(const config::Experiment& experiment) {
  config::Experiment views;
  views.data.channels = experiment.data.channels;
  views.augmentation = experiment.augmentation;
  return views;
}

void add_clips(ContentHasher& hasher, const data::Split& split, const std::vector<data::Clip>& clips) {
  hasher.add(std::to_string(clips.size()));
  for (const data::Clip& clip : clips) {
    hasher.add(clip.id);
    hasher.add(clip.hash);
    hasher.add(split.classes[static_cast<std::size_t>(clip.label)]);
  }
}

/// Those that train, labeled or not, and that validate.
std::string hash_of_clips(const TrainingSetup& setup, const data::Split& split, bool with_unlabeled) {
  ContentHasher hasher;
  hasher.add(setup.info.name);
  hasher.add(describe_topology(setup.info.topology).dump());
  for (const std::string& name : split.classes) hasher.add(name);
  add_clips(hasher, split, split.train);
  add_clips(hasher, split, split.val);
  if (!with_unlabeled) return hasher.hex();
  for (const data::Recording& recording : split.unlabeled) {
    hasher.add(recording.id);
    hasher.add(recording.hash);
  }
  return hasher.hex();
}

/// What the values of clips mean, which their hashes do not say: which column is which channel, and how fast.
void add_meaning(ContentHasher& hasher, const data::DatasetInfo& info) {
  hasher.add(nlohmann::json{{"channels", info.channels},
                            {"units", info.units},
                            {"sensor_rate", info.sensor_rate},
                            {"skeleton_rate", info.skeleton_rate}}
                 .dump());
}

/// What can change the last bits of the same computation on one machine. Its processor and card are left out: stages go
/// on on another one.
void add_environment(ContentHasher& hasher) {
  const Environment here = environment();
  hasher.add(std::to_string(here.threads));
  hasher.add(here.version);
  if (here.reference_ops) hasher.add("reference");
}

}  // namespace

Lineage lineage_of(const config::Experiment& experiment, const std::string& stage) {
  Lineage lineage;
  add_lineage(experiment, stage, lineage);
  return lineage;
}

bool uses_unlabeled(const Lineage& lineage) {
  return std::any_of(lineage.begin(), lineage.end(),
                     [](const auto& stage) { return stage.second.labeled_share != 1.0; });
}

std::string stage_hash(const config::Experiment& experiment, const std::string& stage) {
  config::Experiment decisive = views_of(experiment);
  for (auto& [name, config] : lineage_of(experiment, stage)) {
    config::StageConfig& written = decisive.stages.emplace_back(config);
    written.teachers = distill::schedule_teachers(config, experiment);
    // Of the others, the schedules say which snapshots are followed. What else they keep decides nothing here.
    written.snapshots = name == stage ? distill::snapshot_epochs(name, experiment) : std::vector<int>();
    // Of these their content counts, not where they lie: see stage_key.
    if (written.loss.acs) written.loss.acs->semantic.word_file.clear();
    if (!written.starts_from.run.empty()) written.starts_from.run = kOtherRun;
    for (config::TeacherRef& teacher : written.teachers) {
      if (!teacher.run.empty()) teacher.run = kOtherRun;
    }
  }
  return config::config_hash(decisive);
}

std::string clips_hash(const TrainingSetup& setup, const std::string& stage) {
  return hash_of_clips(setup, setup.split, uses_unlabeled(lineage_of(setup.experiment, stage)));
}

std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed) {
  ContentHasher hasher;
  hasher.add(stage_hash(setup.experiment, stage));
  hasher.add(clips_hash(setup, stage));
  add_meaning(hasher, setup.info);
  hasher.add(std::to_string(seed));
  add_environment(hasher);
  for (const auto& [name, config] : lineage_of(setup.experiment, stage)) {
    const auto words = setup.inputs.find(word_vectors_key(name));
    if (words != setup.inputs.end()) hasher.add(words->second);
    for (const OtherRef& other : other_stages(setup.experiment, config)) {
      hasher.add(open_other_stage(setup, seed, other).checkpoint.hash);
    }
  }
  return hasher.hex();
}

std::string teacher_outputs_key(const TrainingSetup& setup, const data::Split& split, bool with_unlabeled,
                                std::uint64_t seed, const std::string& weights) {
  ContentHasher hasher;
  hasher.add(weights);
  hasher.add(config::config_hash(views_of(setup.experiment)));
  hasher.add(hash_of_clips(setup, split, with_unlabeled));
  add_meaning(hasher, setup.info);
  hasher.add(std::to_string(seed));
  add_environment(hasher);
  return hasher.hex();
}

}  // namespace pskd::train
