#include "train/stage_store.hpp"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "train/stage_key.hpp"
#include "train/stage_setup.hpp"
#include "train/stage_trainer.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

Position train_shared_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  const StageStoreLayout store{setup.stage_store};
  const std::string key = stage_key(setup, stage.name, seed);
  const StageLayout shared = store.stage(key);
  const FileLock lock(store.lock(key), [&] {
    spdlog::info("another process trains stage {}, which this run shares: waiting for it", stage.name);
  });
  fs::create_directories(shared.folder);
  remove_unfinished_files(shared.folder);
  const bool complete = fs::exists(shared.description());
  spdlog::info("seed {}, stage {}: {} {}", seed, stage.name, complete ? "trained already in" : "trains in",
               shared.folder.string());
  const Position position = train_stage(setup, stage, seed, shared);
  const nlohmann::ordered_json description = {
      {"stage", stage.name}, {"stage_hash", stage_hash(setup.experiment, stage.name)}, {"seed", seed}};
  if (!complete) write_file_atomically(shared.description(), description.dump(2) + "\n");
  link_files(shared, stage_layout(setup, seed, stage.name));
  return position;
}

void discard_teacher_outputs(const fs::path& stage_store) {
  std::error_code in_use;  // by another sweep of this name, which will remove what it still writes
  fs::remove_all(StageStoreLayout{stage_store}.teacher_outputs(), in_use);
}

}  // namespace pskd::train
