#include "train/manifest.hpp"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "train/device.hpp"
#include "train/environment.hpp"
#include "train/inputs.hpp"

namespace pskd::train {

namespace {

/// Throws Error(checkpoint) where a key has another type than run_manifest gives it.
nlohmann::ordered_json read_manifest(const std::filesystem::path& file) {
  auto json = nlohmann::ordered_json::parse(read_file(file), nullptr, false);
  const auto is = [&](const char* key, bool (nlohmann::ordered_json::*type)() const noexcept) {
    return !json.contains(key) || (json[key].*type)();
  };
  using Json = nlohmann::ordered_json;
  bool sound = json.is_object() && json.contains("data_hash") && json.contains("threads");
  for (const char* key : {"version", "config_hash", "cpu", "instruction_set", "card", "data_hash", "operations"}) {
    sound = sound && is(key, &Json::is_string);
  }
  for (const char* key : {"threads", "seed"}) sound = sound && is(key, &Json::is_number_unsigned);
  for (const char* key : {"checkpoints", "inputs", "libraries"}) {
    sound = sound && is(key, &Json::is_object);
    if (!sound || !json.contains(key)) continue;
    for (const auto& item : json[key].items()) sound = sound && item.value().is_string();
  }
  if (sound) return json;
  throw Error(ErrorKind::checkpoint, file.string() + ": not a run's manifest; start anew with --overwrite");
}

struct EnvironmentFact {
  std::string what, then, now;
};

/// Returns whether some of the facts are others now, which it warns of.
bool warn_of_others(const std::vector<EnvironmentFact>& facts, const char* consequence) {
  bool other = false;
  for (const auto& [what, then, now] : facts) {
    if (then == now) continue;
    spdlog::warn("the run was started with {}: {}, and goes on with {}: {}", what, then, now, consequence);
    other = true;
  }
  return other;
}

/// What is in the key of a stage. Returns whether it is the same now.
bool has_same_stage_keys(const nlohmann::ordered_json& then) {
  const Environment here = environment();
  const std::string operations = here.reference_ops ? "reference" : "fast";
  return !warn_of_others(
      {{"pskd", then.value("version", here.version), here.version},
       {"threads", std::to_string(then.value("threads", here.threads)), std::to_string(here.threads)},
       {"operations", then.value("operations", std::string("fast")), operations}},
      "its stages are trained anew");
}

/// Bits can differ then.
void warn_of_other_machine(const nlohmann::ordered_json& then, torch::Device device) {
  const Environment here = environment();
  const std::string none = "none";
  std::vector<EnvironmentFact> facts = {
      {"processor", then.value("cpu", here.cpu), here.cpu},
      {"instruction set", then.value("instruction_set", here.instruction_set), here.instruction_set},
      {"card", then.value("card", none), device.is_cpu() ? none : card_name(device)}};
  for (const auto& [name, version] : here.libraries) {
    facts.push_back({name, then.value("libraries", nlohmann::ordered_json::object()).value(name, version), version});
  }
  warn_of_others(facts, "it can differ from an uninterrupted one");
}

}  // namespace

std::string run_manifest(const TrainingSetup& setup, std::uint64_t seed) {
  const Environment here = environment();
  nlohmann::ordered_json manifest = {{"version", here.version},
                                     {"git_revision", here.git_revision},
                                     {"experiment", setup.experiment.run.name},
                                     {"config_hash", setup.config_hash},
                                     {"seed", seed},
                                     {"cpu", here.cpu},
                                     {"instruction_set", here.instruction_set},
                                     {"threads", here.threads},
                                     {"data", setup.info.name},
                                     {"data_hash", setup.data_hash},
                                     {"inputs", setup.inputs}};
  if (here.reference_ops) manifest["operations"] = "reference";
  if (!setup.device.is_cpu()) manifest["card"] = card_name(setup.device);
  for (const auto& [name, version] : here.libraries) manifest["libraries"][name] = version;
  std::set<Name> subjects;
  for (const data::Clip& clip : setup.split.train) subjects.insert(clip.subject);
  manifest["train_subjects"] = subjects;
  manifest["train_clips"] = setup.split.train.size();
  if (!setup.split.unlabeled.empty()) manifest["unlabeled_clips"] = setup.split.unlabeled.size();
  return manifest.dump(2) + "\n";
}

void note_checkpoint(const std::filesystem::path& manifest, const std::string& stage, const std::string& hash) {
  nlohmann::ordered_json json = read_manifest(manifest);
  json["checkpoints"][stage] = hash;
  write_file_atomically(manifest, json.dump(2) + "\n");
}

void require_noted_checkpoint(const std::filesystem::path& manifest, const std::string& stage,
                              const std::string& hash) {
  if (!std::filesystem::exists(manifest)) return;
  const std::string noted =
      read_manifest(manifest).value("checkpoints", nlohmann::ordered_json::object()).value(stage, hash);
  if (noted == hash) return;
  throw Error(ErrorKind::checkpoint, manifest.string() + ": names other weights of stage " + stage + " (hash " + noted +
                                         ") than its checkpoint holds (" + hash +
                                         "); restore the checkpoint, or start anew with --overwrite");
}

void require_same_experiment(const std::filesystem::path& manifest, const TrainingSetup& setup) {
  if (!std::filesystem::exists(manifest)) return;
  const nlohmann::ordered_json json = read_manifest(manifest);
  const std::string found = json.value("config_hash", setup.config_hash);
  if (found != setup.config_hash) {
    throw Error(ErrorKind::checkpoint, manifest.string() + ": of a run with another config: expected the hash " +
                                           setup.config_hash + ", found " + found +
                                           "; restore the run's own config.resolved.yaml and manifest.json");
  }
  eval::RunRecord then;
  then.data_hash = json["data_hash"].get<std::string>();
  const eval::Hashes inputs = json.value("inputs", eval::Hashes());
  const auto description = inputs.find(eval::kDescription);
  if (description != inputs.end()) then.inputs.insert(*description);
  require_same_data(manifest, then, setup.data_hash, setup.inputs);
}

bool require_same_run(const std::filesystem::path& manifest, const TrainingSetup& setup, std::uint64_t seed) {
  const nlohmann::ordered_json found = read_manifest(manifest);
  require_same_experiment(manifest, setup);
  if (found.value("seed", seed) != seed) {
    throw Error(ErrorKind::checkpoint, manifest.string() + ": of seed " + found["seed"].dump() + ", expected " +
                                           std::to_string(seed) + "; restore the run's own manifest.json");
  }
  require_same_inputs(manifest, found.value("inputs", eval::Hashes()), setup.inputs);
  warn_of_other_machine(found, setup.device);
  return has_same_stage_keys(found);
}

void require_same_data(const std::filesystem::path& file, const eval::RunRecord& record, const std::string& data_hash,
                       const eval::Hashes& inputs) {
  if (!record.data_hash.empty() && record.data_hash != data_hash) {
    throw Error(ErrorKind::checkpoint, file.string() + ": the run was trained on other data (hash " + record.data_hash +
                                           ", now " + data_hash +
                                           "); restore the files, give another run.root, or start anew with "
                                           "--overwrite");
  }
  require_same_inputs(file, record.inputs, inputs);
}

}  // namespace pskd::train
