#include "train/manifest.hpp"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "train/environment.hpp"

namespace pskd::train {

std::string run_manifest(const TrainingSetup& setup, std::uint64_t seed) {
  const Environment here = environment();
  nlohmann::ordered_json manifest = {{"version", here.version},
                                     {"git_revision", here.git_revision},
                                     {"experiment", setup.experiment.run.name},
                                     {"config_hash", setup.config_hash},
                                     {"seed", seed},
                                     {"cpu", here.cpu},
                                     {"threads", here.threads},
                                     {"data", setup.info.name},
                                     {"data_hash", setup.data_hash}};
  if (here.reference_ops) manifest["operations"] = "reference";
  for (const auto& [name, version] : here.libraries) manifest["libraries"][name] = version;
  std::set<int> subjects;
  for (const data::Clip& clip : setup.split.train) subjects.insert(clip.subject);
  manifest["train_subjects"] = subjects;
  manifest["train_clips"] = setup.split.train.size();
  return manifest.dump(2) + "\n";
}

void note_checkpoint(const std::filesystem::path& manifest, const std::string& stage, const std::string& hash) {
  auto json = nlohmann::ordered_json::parse(read_file(manifest));
  json["checkpoints"][stage] = hash;
  write_file_atomically(manifest, json.dump(2) + "\n");
}

void require_same_data(const std::filesystem::path& manifest, const TrainingSetup& setup) {
  const auto found = nlohmann::json::parse(read_file(manifest), nullptr, false);
  if (!found.is_object() || !found.contains("data_hash") || !found.contains("threads")) {
    throw Error(ErrorKind::checkpoint, manifest.string() + ": not a run's manifest; start anew with --overwrite");
  }
  if (found["data_hash"] != setup.data_hash) {
    throw Error(ErrorKind::checkpoint, manifest.string() + ": the run was started on other data (hash " +
                                           found["data_hash"].dump() + ", now " + setup.data_hash +
                                           "); restore the files or start anew with --overwrite");
  }
  const auto [version, threads] = [] {
    const Environment here = environment();
    return std::pair(here.version, here.threads);
  }();
  if (found.value("version", "") != version) {
    spdlog::warn("the run was started with pskd {} and goes on with {}: it will differ from an uninterrupted one",
                 found.value("version", "unknown"), version);
  }
  if (found["threads"] != threads) {
    spdlog::warn(
        "the run was started with {} threads and goes on with {}: its last bits will differ from an uninterrupted one",
        found["threads"].dump(), threads);
  }
}

}  // namespace pskd::train
