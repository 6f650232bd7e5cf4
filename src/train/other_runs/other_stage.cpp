#include "train/other_runs/other_stage.hpp"

#include <spdlog/fmt/fmt.h>

#include <optional>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "config/assembled.hpp"
#include "distill/teacher_schedule.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "train/checkpoint/model_description.hpp"
#include "train/other_runs/fit.hpp"
#include "train/stage_key.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

bool is_finished(const RunLayout& run) { return fs::exists(run.result()); }

/// What lies at `path`, where no run is that could be taken.
std::string found_at(const fs::path& path) {
  if (!fs::exists(path)) return "nothing";
  if (!fs::is_directory(path)) return "a file";
  if (fs::exists(RunLayout{path}.manifest())) return "a run that is not finished";
  std::set<std::string> runs;
  for (const RunLayout& run : finished_runs_in(path)) {
    runs.insert(run.folder.lexically_relative(path).generic_string());
  }
  if (runs.empty()) return "a folder without finished runs";
  return fmt::format("a folder with the finished runs {}", fmt::join(runs, ", "));
}

const eval::StageResult& find_result(const eval::RunRecord& record, const std::string& stage, const RunLayout& run) {
  std::vector<std::string> names;
  for (const eval::StageResult& one : record.stages) {
    if (one.name == stage) return one;
    names.push_back(one.name);
  }
  throw Error(ErrorKind::config, fmt::format("{}: expected one of the stages of this run, {}, found {}",
                                             run.folder.string(), fmt::join(names, ", "), stage));
}

/// The checkpoint, held to what its run says of it.
LoadedCheckpoint read_trained(const RunLayout& run, const OtherRef& reference, const fs::path& file) {
  const eval::RunRecord record = eval::read_finished_run(run);
  const eval::StageResult& result = find_result(record, reference.stage.stage, run);
  if (!fs::exists(file)) {
    throw Error(ErrorKind::config,
                file.string() + ": missing: the run keeps no snapshot " + reference.snapshot + " of this stage");
  }
  LoadedCheckpoint loaded = read_checkpoint(file);
  const bool is_scored = reference.snapshot == eval::selected_snapshot(record.selection);
  const bool other = loaded.manifest.stage != result.name ||
                     (is_scored && !result.checkpoint.empty() && result.checkpoint != loaded.hash);
  if (!other) return loaded;
  throw Error(ErrorKind::checkpoint, file.string() + ": not the checkpoint that its run was evaluated with: expected " +
                                         result.name + " of the hash " + result.checkpoint + ", found " +
                                         loaded.manifest.stage + " of the hash " + loaded.hash + "; restore it");
}

/// The stage, and how an error begins that is about it.
struct FoundStage {
  OtherStage stage;
  std::string place;
};

FoundStage find_in_run(const TrainingSetup& setup, std::uint64_t seed, const OtherRef& reference) {
  const RunLayout run = find_other_run(reference.stage.run, setup.fold, seed);
  const std::string& name = reference.stage.stage;
  const fs::path file = run.stage(name).checkpoint(reference.snapshot);
  LoadedCheckpoint checkpoint = read_trained(run, reference, file);
  return {{config::find_stage(config::load_experiment(run.config()), name), file, std::move(checkpoint)},
          "stage " + name + " of " + run.folder.string()};
}

FoundStage stage_in(const fs::path& file) {
  ExportedStage exported = read_exported_stage(file);
  const std::string name = exported.checkpoint.manifest.stage;
  return {{config::find_stage(exported.experiment, name), file, std::move(exported.checkpoint)},
          "stage " + name + " of " + file.string()};
}

FoundStage find_in_model_file(const OtherRef& reference) {
  const fs::path file = reference.stage.run;
  FoundStage found = stage_in(file);
  const std::string& name = found.stage.config.name;
  if (name != reference.stage.stage) {
    throw Error(ErrorKind::config,
                file.string() + ": expected a model file of stage " + reference.stage.stage + ", found stage " + name);
  }
  if (reference.snapshot != "last") {
    throw Error(ErrorKind::config,
                file.string() + ": holds one snapshot; expected none to be named, found " + reference.snapshot);
  }
  return found;
}

}  // namespace

ExportedStage read_exported_stage(const fs::path& file) {
  ExportedStage exported;
  exported.checkpoint = read_model_file(file);
  const CheckpointManifest& said = exported.checkpoint.manifest;
  try {
    exported.experiment = config::parse_experiment(said.config, "its config");
    config::find_stage(exported.experiment, said.stage);
  } catch (const Error& error) {
    throw Error(ErrorKind::checkpoint, file.string() + ": " + error.what());
  }
  return exported;
}

std::vector<OtherRef> other_stages(const config::Experiment& experiment, const config::StageConfig& stage) {
  std::vector<OtherRef> others;
  if (!stage.starts_from.run.empty()) others.push_back({stage.starts_from, "last"});
  for (const config::TeacherRef& teacher : distill::schedule_teachers(stage, experiment)) {
    if (!teacher.run.empty()) others.push_back({{teacher.stage, teacher.run}, config::word(teacher.snapshot)});
  }
  return others;
}

RunLayout find_other_run(const fs::path& path, const std::string& fold, std::uint64_t seed) {
  const RunLayout run{full_path(path)};
  if (is_finished(run)) return run;
  const ExperimentLayout experiment{run.folder};
  for (const std::string& one : {fold, std::string()}) {
    if (is_finished(experiment.run(seed, one))) return experiment.run(seed, one);
  }
  throw Error(ErrorKind::config,
              run.folder.string() +
                  ": expected a finished run, which has a result.json, a model file, or the folder of an "
                  "experiment with a finished run of seed " +
                  std::to_string(seed) + (fold.empty() ? "" : ", of fold " + fold + " or of none") + "; found " +
                  found_at(run.folder));
}

OtherStage open_other_stage(const TrainingSetup& setup, std::uint64_t seed, const OtherRef& reference) {
  const bool exported = fs::is_regular_file(reference.stage.run);
  FoundStage found = exported ? find_in_model_file(reference) : find_in_run(setup, seed, reference);
  const std::string& place = found.place;
  const std::optional<Seen>& seen = found.stage.checkpoint.manifest.seen;
  if (!seen) {
    throw Error(ErrorKind::config, place +
                                       ": does not say on which recordings it was trained, as an older pskd made it; "
                                       "train that run again with --overwrite");
  }
  require_fit(describe_input(setup, found.stage.config), found.stage.checkpoint.manifest.model, place);
  require_unseen(setup, *seen, place);
  return std::move(found.stage);
}

config::StageConfig config_of(const TrainingSetup& setup, std::uint64_t seed, const config::TeacherRef& teacher) {
  if (teacher.run.empty()) return config::find_stage(setup.experiment, teacher.stage);
  return open_other_stage(setup, seed, {{teacher.stage, teacher.run}, config::word(teacher.snapshot)}).config;
}

OtherStage open_asked_stage(const TrainingSetup& setup, const fs::path& file) {
  OtherStage stage = stage_in(file).stage;
  require_fit(stage.checkpoint.manifest.model, describe_input(setup, stage.config), setup.experiment.data.root);
  return stage;
}

void require_other_stages(const TrainingSetup& setup) {
  for (const config::StageConfig& stage : setup.experiment.stages) {
    for (const OtherRef& other : other_stages(setup.experiment, stage)) {
      for (const std::uint64_t seed : setup.experiment.seeds) open_other_stage(setup, seed, other);
    }
  }
}

Seen seen_by(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  const Lineage lineage = lineage_of(setup.experiment, stage);
  Modalities sees;
  for (const auto& [name, config] : lineage) sees = sees | modalities(config.sees);
  Seen seen = own_recordings(setup, sees, uses_unlabeled(lineage));
  for (const auto& [name, config] : lineage) {
    for (const OtherRef& other : other_stages(setup.experiment, config)) {
      add_seen(seen, *open_other_stage(setup, seed, other).checkpoint.manifest.seen);
    }
  }
  return seen;
}

}  // namespace pskd::train
