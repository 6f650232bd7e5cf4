#include "pskd/train/run.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <set>
#include <utility>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "base/unicode.hpp"
#include "data/readers/registry.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "pskd/train/evaluation.hpp"
#include "train/estimate.hpp"
#include "train/inputs.hpp"
#include "train/logging/event_file.hpp"
#include "train/logging/run_log.hpp"
#include "train/manifest.hpp"
#include "train/memory_bound.hpp"
#include "train/revision.hpp"
#include "train/stage_setup.hpp"
#include "train/stage_store.hpp"
#include "train/stage_trainer.hpp"

namespace pskd::train {
namespace {

ExperimentLayout experiment_layout(const config::RunConfig& run, const std::string& hash) {
  return ExperimentLayout::of(run.root, run.name, hash);
}
ExperimentLayout experiment_of(const TrainingSetup& setup) {
  if (!setup.folder.empty()) return {setup.folder};
  return experiment_layout(setup.experiment.run, setup.config_hash);
}
RunLayout run_of(const TrainingSetup& setup, std::uint64_t seed) { return experiment_of(setup).run(seed, setup.fold); }

bool is_finished(const RunLayout& run) { return std::filesystem::exists(run.result()); }

/// Seeds of one folder are averaged. So the finished ones that this training leaves as they are must have seen the
/// same.
void require_same_data_as_other_seeds(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const std::filesystem::path folder = experiment_of(setup).folder;
  if (!std::filesystem::exists(folder)) return;
  std::set<std::filesystem::path> replaced = {run_of(setup, seed).folder};
  if (existing == Existing::overwrite) {
    for (const std::uint64_t other : setup.experiment.seeds) replaced.insert(run_of(setup, other).folder);
  }
  for (const RunLayout& run : finished_runs_in(folder)) {
    if (replaced.contains(run.folder)) continue;
    try {
      require_same_data(run.result(), eval::read_finished_run(run), setup.data_hash, setup.inputs);
    } catch (const Error&) {
      if (is_finished(run)) throw;  // else another process began to overwrite it while it was read
    }
  }
}

/// Writes the config again where it is missing; one of another run is refused.
void restore_config(const TrainingSetup& setup, const RunLayout& run) {
  if (!std::filesystem::exists(run.config())) {
    write_file_atomically(run.config(), config::to_yaml(setup.experiment));
    return;
  }
  const std::string remedy = "; delete the file: --resume writes it again";
  std::string found;
  try {
    found = config::config_hash(config::load_experiment(run.config()));
  } catch (const Error& error) {
    throw Error(ErrorKind::checkpoint, error.what() + remedy);
  }
  if (found == setup.config_hash) return;
  throw Error(ErrorKind::checkpoint, run.config().string() + ": of another run: its hash is " + found + remedy);
}

/// Makes the run's folder ready for its owner, who holds its lock: what killed owners left is removed.
void start_folder(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const RunLayout run = run_of(setup, seed);
  if (existing == Existing::overwrite) discard_folder(run.folder, run.overwritten());
  remove_folder(run.overwritten());
  if (std::filesystem::exists(run.folder)) remove_unfinished_files(run.folder);
  std::filesystem::remove(run.error());
  if (existing == Existing::resume && std::filesystem::exists(run.manifest())) {
    require_same_run(run.manifest(), setup, seed);
    restore_config(setup, run);
    return;
  }
  write_file_atomically(run.config(), config::to_yaml(setup.experiment));
  write_file_atomically(run.manifest(), run_manifest(setup, seed));
}

/// Everything that result.json says but the stages.
eval::RunRecord describe_run(const TrainingSetup& setup, std::uint64_t seed) {
  const config::ProtocolConfig& protocol = setup.experiment.protocol;
  eval::RunRecord record;
  record.experiment = setup.experiment.run.name;
  record.dataset = setup.info.name;
  record.config_hash = setup.config_hash;
  record.protocol = data::describe(protocol);
  record.selection = config::word(protocol.selection);
  record.fold = setup.fold;
  record.seed = seed;
  record.shared_subjects = protocol.allow_shared_subjects;
  record.data_hash = setup.data_hash;
  record.version = program_version();
  record.git_revision = git_revision();
  record.inputs = setup.inputs;
  return record;
}

/// Nothing needs them any more; that they stay is no reason to lose the result.
void remove_teacher_outputs(const std::filesystem::path& folder) {
  try {
    remove_folder(folder);
  } catch (const Error& error) {
    spdlog::warn("{}", error.what());
  }
}

std::vector<eval::StageResult> train_stages(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  const RunLog log(run.log());
  std::vector<eval::StageResult> results;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const Position position = setup.stage_store.empty() ? train_stage(setup, stage, seed, run.stage(stage.name))
                                                        : train_shared_stage(setup, stage, seed);
    results.push_back(evaluate_stage(setup, seed, stage, position.epoch, position.seconds));
  }
  if (setup.stage_store.empty()) remove_teacher_outputs(run.teacher_outputs());
  return results;
}

/// Only where it is of the setup's recordings. A config that is missing is written again, if it is the one that the
/// record was written beside.
void show_finished(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  const eval::RunRecord record = eval::read_finished_run(run);
  require_same_data(run.result(), record, setup.data_hash, setup.inputs);
  const std::string config = config::to_yaml(setup.experiment);
  const auto noted = record.files.find(run.config().filename().string());
  const bool same = noted == record.files.end() || noted->second == content_hash(config);
  if (!std::filesystem::exists(run.config()) && same) write_file_atomically(run.config(), config);
  spdlog::info("seed {} is finished: {}", seed, run.result().string());
  if (setup.event_files) write_event_files(run);
}

// Classes whose names a reader takes for one; each is trained as a class of its own.
void warn_of_alike_classes(const data::Split& split) {
  std::map<std::string, std::size_t> counts;
  for (const auto* part : {&split.train, &split.val, &split.test}) {
    for (const data::Clip& clip : *part) ++counts[split.classes[static_cast<std::size_t>(clip.label)]];
  }
  for (const std::vector<std::string>& names : alike_names(split.classes)) {
    std::string list;
    for (const std::string& name : names) {
      list += fmt::format("{}'{}' ({} clips)", list.empty() ? "" : " and ", with_hidden_shown(name), counts[name]);
    }
    spdlog::warn("the classes {} are probably one: if so, give their recordings one label", list);
  }
}

}  // namespace

config::Experiment resolve_experiment(config::Experiment experiment) {
  experiment.protocol = data::resolve_protocol(experiment.protocol, data::readers::dataset_info(experiment.data));
  return experiment;
}

TrainingSetup prepare_training(config::Experiment experiment) {
  if (experiment.run.device != config::Device::cpu) {
    throw Error(ErrorKind::config, "run.device: expected cpu, found " + config::word(experiment.run.device) +
                                       "; training on a graphics card is not there yet");
  }
  const data::Reader reader = data::readers::make_reader(experiment.data);
  experiment.protocol = data::resolve_protocol(experiment.protocol, reader.info);
  data::Dataset dataset = data::store::load_dataset(reader, experiment.data);
  std::string data_hash = dataset.hash;
  eval::Hashes inputs = hash_inputs(experiment, reader);
  data::Split split = data::make_split(std::move(dataset), experiment.protocol);
  if (split.train.size() < 2) throw Error(ErrorKind::data, "protocol.train: at least 2 clips are needed to train");
  warn_of_alike_classes(split);
  require_memory(experiment, reader.info, split.train.size(), memory_of_machine());
  Renderer renderer = make_renderer(experiment, reader.info, split.train);
  std::string hash = config::config_hash(experiment);
  return {std::move(experiment),
          std::move(hash),
          reader.info,
          std::move(data_hash),
          std::move(split),
          std::move(renderer),
          {},
          false,
          {},
          std::move(inputs)};
}

std::filesystem::path experiment_folder(const TrainingSetup& setup) { return experiment_of(setup).folder; }
std::filesystem::path experiment_folder(const config::Experiment& resolved) {
  return experiment_layout(resolved.run, config::config_hash(resolved)).folder;
}
std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed) { return run_of(setup, seed).folder; }
bool is_running(const TrainingSetup& setup, std::uint64_t seed) { return is_locked(run_of(setup, seed).lock()); }

void require_startable(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const RunLayout run = run_of(setup, seed);
  if (existing != Existing::refuse || !std::filesystem::exists(run.manifest())) return;
  throw Error(ErrorKind::usage,
              run.folder.string() +
                  ": holds a run of this very config and seed; go on with --resume (a finished run is only "
                  "shown) or start anew with --overwrite");
}

bool train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const RunLayout run = run_of(setup, seed);
  const auto is_shown = [&] { return existing == Existing::resume && is_finished(run); };
  const std::filesystem::path lock_file = run.lock();
  if (is_shown() && !is_locked(lock_file)) {  // no lock is made: the folder may be read-only
    try {
      show_finished(setup, seed);
      return false;
    } catch (const Error&) {
      if (!is_locked(lock_file)) throw;  // else another process began to overwrite the run while it was read
    }
  }
  require_startable(setup, seed, existing);
  require_same_data_as_other_seeds(setup, seed, existing);
  require_trainable(setup);
  const FileLock lock(lock_file,
                      [&] { spdlog::info("another process trains {}: waiting for it", run.folder.string()); });
  require_startable(setup, seed, existing);  // whom it waited for may have made the run, or finished it
  if (is_shown()) {
    show_finished(setup, seed);
    return false;
  }
  start_folder(setup, seed, existing);
  eval::RunRecord record = describe_run(setup, seed);
  record.stages = train_stages(setup, seed);
  record.files = eval::hash_files(run, record.stages);
  eval::write_run_record(run.result(), record);
  return true;
}

}  // namespace pskd::train
