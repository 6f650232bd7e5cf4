#include "train/stage_key.hpp"

#include <set>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "distill/teacher_schedule.hpp"
#include "pskd/config/load.hpp"
#include "train/environment.hpp"

namespace pskd {
namespace {

/// The stage, its teachers, theirs, and so on.
std::set<std::string> lineage(const Experiment& experiment, const std::string& stage) {
  const StageConfig& config = find_stage(experiment, stage);
  std::set<std::string> names = {stage};
  if (!config.starts_from.empty()) names.merge(lineage(experiment, config.starts_from));
  for (const TeacherRef& teacher : config.teachers) names.merge(lineage(experiment, teacher.stage));
  return names;
}

}  // namespace

std::string stage_hash(const Experiment& experiment, const std::string& stage) {
  const std::set<std::string> names = lineage(experiment, stage);
  Experiment decisive = experiment;
  decisive.stages.clear();
  for (const StageConfig& one : experiment.stages) {
    if (!names.contains(one.name)) continue;
    StageConfig& written = decisive.stages.emplace_back(one);
    written.teachers = schedule_teachers(one, experiment);
    written.snapshots = snapshot_epochs(one.name, experiment);
  }
  decisive.progress = {};  // it is in the schedules
  return config_hash(decisive);
}

std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed) {
  const Experiment& experiment = setup.experiment;
  ContentHasher hasher;
  hasher.add(stage_hash(experiment, stage));
  hasher.add(std::to_string(seed));
  hasher.add(setup.data_hash);
  const Environment here = environment();
  hasher.add(std::to_string(here.threads));
  hasher.add(here.version);
  for (const std::string& name : lineage(experiment, stage)) {
    const auto& acs = find_stage(experiment, name).loss.acs;
    if (acs && acs->semantic.words > 0) hasher.add(read_file(resolve_data_path(acs->semantic.word_file)));
  }
  return hasher.hex();
}

}  // namespace pskd
