#include "train/stage_key.hpp"

#include <set>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "distill/teacher_schedule.hpp"
#include "pskd/config/load.hpp"
#include "train/environment.hpp"
#include "train/inputs.hpp"

namespace pskd::train {
namespace {

/// The stage, its teachers, theirs, and so on.
void add_lineage(const config::Experiment& experiment, const std::string& stage, std::set<std::string>& names) {
  if (!names.insert(stage).second) return;
  const config::StageConfig& config = config::find_stage(experiment, stage);
  if (!config.starts_from.empty()) add_lineage(experiment, config.starts_from, names);
  for (const config::TeacherRef& teacher : config.teachers) add_lineage(experiment, teacher.stage, names);
}

std::set<std::string> lineage(const config::Experiment& experiment, const std::string& stage) {
  std::set<std::string> names;
  add_lineage(experiment, stage, names);
  return names;
}

}  // namespace

std::string stage_hash(const config::Experiment& experiment, const std::string& stage) {
  const std::set<std::string> names = lineage(experiment, stage);
  config::Experiment decisive = experiment;
  decisive.stages.clear();
  for (const config::StageConfig& one : experiment.stages) {
    if (!names.contains(one.name)) continue;
    config::StageConfig& written = decisive.stages.emplace_back(one);
    written.teachers = distill::schedule_teachers(one, experiment);
    written.snapshots = distill::snapshot_epochs(one.name, experiment);
  }
  decisive.progress = {};  // it is in the schedules
  return config::config_hash(decisive);
}

std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed) {
  const config::Experiment& experiment = setup.experiment;
  ContentHasher hasher;
  hasher.add(stage_hash(experiment, stage));
  hasher.add(std::to_string(seed));
  hasher.add(hash_of_recordings(setup.data_hash, setup.inputs));
  const Environment here = environment();
  hasher.add(std::to_string(here.threads));
  hasher.add(here.version);
  if (here.reference_ops) hasher.add("reference");  // absent otherwise, so that the keys of before stay
  for (const std::string& name : lineage(experiment, stage)) {
    const auto& acs = config::find_stage(experiment, name).loss.acs;
    if (acs && acs->semantic.words > 0) hasher.add(read_file(config::resolve_data_path(acs->semantic.word_file)));
  }
  return hasher.hex();
}

}  // namespace pskd::train
