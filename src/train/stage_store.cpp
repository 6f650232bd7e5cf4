#include "train/stage_store.hpp"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "distill/teacher_output_cache.hpp"
#include "pskd/base/error.hpp"
#include "train/stage_key.hpp"
#include "train/stage_setup.hpp"
#include "train/stage_trainer.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

FileLock lock_stage(const StageStoreLayout& store, const std::string& key, const std::string& name) {
  return FileLock(store.lock(key), [&] {
    spdlog::info("another process trains stage {}, which this run shares: waiting for it", name);
  });
}

/// Puts the files of a shared stage into a run's folder: one file with two names, or a copy where the file system has
/// no such thing. Neither changes any more, since training replaces files and never writes into them.
void link_files(const StageLayout& shared, const StageLayout& own) {
  fs::create_directories(own.folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(shared.folder)) {
    const fs::path target = own.folder / entry.path().filename();
    const bool linked = fs::exists(target) && fs::equivalent(entry.path(), target);
    if (entry.path() == shared.description() || linked) continue;
    fs::remove(target);
    std::error_code refused;
    fs::create_hard_link(entry.path(), target, refused);
    if (refused) write_file_atomically(target, read_file(entry.path()));
  }
}

/// stage.json: what the stage is, and the content hash of what carries no seal.
std::string describe(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed,
                     const StageLayout& shared) {
  return nlohmann::ordered_json{{"stage", stage},
                                {"stage_hash", stage_hash(setup.experiment, stage)},
                                {"seed", seed},
                                {"metrics", content_hash(read_file(shared.metrics()))}}
             .dump(2) +
         "\n";
}

/// Throws Error(checkpoint) unless the metrics of a complete stage are those that it was described with. Checkpoints
/// have seals.
void require_sound(const StageLayout& shared) {
  const auto json = nlohmann::json::parse(read_file(shared.description()), nullptr, false);
  const bool says = json.is_object() && json.contains("metrics") && json["metrics"].is_string();
  const std::string found = fs::exists(shared.metrics()) ? content_hash(read_file(shared.metrics())) : "none";
  if (says && json["metrics"].get<std::string>() == found) return;
  throw Error(ErrorKind::checkpoint, shared.metrics().string() + ": damaged: not the file that " +
                                         shared.description().filename().string() + " was written beside");
}

/// A damaged file would meet every run that shares the stage.
Position train_in_store(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                        const StageLayout& shared) {
  try {
    if (fs::exists(shared.description())) require_sound(shared);
    return train_stage(setup, stage, seed, shared);
  } catch (const Error& error) {
    const bool of_store = std::string(error.what()).starts_with(shared.folder.string());
    if (error.kind() != ErrorKind::checkpoint || !of_store) throw;
    throw Error(error.kind(), std::string(error.what()) + "; without the folder " + shared.folder.string() +
                                  " --resume trains this stage anew");
  }
}

}  // namespace

Position train_shared_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  const StageStoreLayout store{setup.stage_store};
  const std::string key = stage_key(setup, stage.name, seed);
  const StageLayout shared = store.stage(key);
  const FileLock lock = lock_stage(store, key, stage.name);
  remove_folder(store.overwritten(key));
  fs::create_directories(shared.folder);
  remove_unfinished_files(shared.folder);
  const bool complete = fs::exists(shared.description());
  if (!complete && setup.experiment.run.teacher_outputs > 0) limit_teacher_outputs(setup);
  spdlog::info("seed {}, stage {}: {} {}", seed, stage.name, complete ? "trained already in" : "trains in",
               shared.folder.string());
  const Position position = train_in_store(setup, stage, seed, shared);
  if (!complete) write_file_atomically(shared.description(), describe(setup, stage.name, seed, shared));
  link_files(shared, stage_layout(setup, seed, stage.name));
  return position;
}

std::vector<std::string> complete_stages(const TrainingSetup& setup, std::uint64_t seed) {
  const StageStoreLayout store{setup.stage_store};
  std::vector<std::string> names;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    if (fs::exists(store.stage(stage_key(setup, stage.name, seed)).description())) names.push_back(stage.name);
  }
  return names;
}

void discard_stages(const TrainingSetup& setup, std::uint64_t seed) {
  const StageStoreLayout store{setup.stage_store};
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const std::string key = stage_key(setup, stage.name, seed);
    if (!fs::exists(store.stage(key).folder)) continue;
    const FileLock lock = lock_stage(store, key, stage.name);
    discard_folder(store.stage(key).folder, store.overwritten(key));
  }
  distill::limit_teacher_outputs(store.teacher_outputs(), 0);
}

void limit_teacher_outputs(const TrainingSetup& setup) {
  constexpr double kGigabyte = 1e9;
  distill::limit_teacher_outputs(StageStoreLayout{setup.stage_store}.teacher_outputs(),
                                 kGigabyte * setup.experiment.run.teacher_outputs);
}

}  // namespace pskd::train
