#include "pskd/train/run.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "base/unicode.hpp"
#include "data/data_check_text.hpp"
#include "data/readers/registry.hpp"
#include "distill/teacher_schedule.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "pskd/train/evaluation.hpp"
#include "train/device.hpp"
#include "train/estimate.hpp"
#include "train/inputs.hpp"
#include "train/logging/event_file.hpp"
#include "train/logging/run_log.hpp"
#include "train/manifest.hpp"
#include "train/memory_bound.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/revision.hpp"
#include "train/stage_store.hpp"

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

/// The runs of one folder are averaged. So the finished ones that this training leaves as they are must have seen the
/// same.
void require_same_data_as_finished_runs(const TrainingSetup& setup, const std::set<std::filesystem::path>& replaced) {
  const std::filesystem::path folder = experiment_of(setup).folder;
  if (!std::filesystem::exists(folder)) return;
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
void start_folder(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  remove_folder(run.overwritten());
  if (std::filesystem::exists(run.folder)) remove_unfinished_files(run.folder);
  std::filesystem::remove(run.error());
  if (std::filesystem::exists(run.manifest())) {
    const bool same_stages = require_same_run(run.manifest(), setup, seed);
    restore_config(setup, run);
    if (!same_stages) write_file_atomically(run.manifest(), run_manifest(setup, seed));
    return;
  }
  write_file_atomically(run.config(), config::to_yaml(setup.experiment));
  write_file_atomically(run.manifest(), run_manifest(setup, seed));
}

void say_waiting(const RunLayout& run) {
  spdlog::info("another process trains {}: waiting for it", run.folder.string());
}

/// Everything that result.json says but the stages.
eval::RunRecord describe_run(const TrainingSetup& setup, std::uint64_t seed) {
  const config::ProtocolConfig& protocol = setup.protocol;
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
  record.train_clips = std::ssize(setup.split.train);
  return record;
}

std::vector<eval::StageResult> train_stages(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  const RunLog log(run.log());
  std::vector<eval::StageResult> results;
  for (const config::StageConfig& stage : setup.experiment.stages) {
    const Position position = train_shared_stage(setup, stage, seed);
    eval::StageResult& result =
        results.emplace_back(evaluate_stage(setup, seed, stage, position.epoch, position.seconds));
    if (setup.protocol.selection != config::Selection::val) continue;
    result.best_epoch = position.best_epoch;
    result.tied_epochs = position.tied_epochs;
  }
  limit_teacher_outputs(setup);
  return results;
}

/// The hash of the weights of a stage of another run; empty where it is gone, or can no longer be used.
std::string weights_there(const TrainingSetup& setup, std::uint64_t seed, const OtherRef& other) {
  try {
    return open_other_stage(setup, seed, other).checkpoint.hash;
  } catch (const Error&) {
    return "";
  }
}

/// Of a stage that a finished run has trained: the weights of other runs that it began with and learned from must be
/// those that lie there now. Other runs may be gone.
void require_same_others(const TrainingSetup& setup, std::uint64_t seed, const config::StageConfig& stage,
                         const eval::StageResult& result, const std::filesystem::path& file) {
  const auto require_same = [&](const config::StageRef& other, const std::string& snapshot, const std::string& noted) {
    if (other.run.empty() || noted.empty()) return;
    const std::string found = weights_there(setup, seed, {other, snapshot});
    if (found.empty() || found == noted) return;
    throw Error(ErrorKind::checkpoint, file.string() + ": its stage " + stage.name +
                                           " was trained with other weights of stage " + other.stage + " of " +
                                           other.run + " (hash " + noted + ") than lie there now (" + found +
                                           "); restore them, or start anew with --overwrite");
  };
  require_same(stage.starts_from, "last", result.start);
  for (const config::TeacherRef& teacher : distill::schedule_teachers(stage, setup.experiment)) {
    const std::string snapshot = config::word(teacher.snapshot);
    const auto noted = result.teachers.find(distill::teacher_name(stage, teacher) + "/" + snapshot);
    if (noted != result.teachers.end()) require_same({teacher.stage, teacher.run}, snapshot, noted->second);
  }
}

/// Only where it is of the setup's recordings, and of what the stages of other runs are now. A config that is missing
/// is written again, if it is the one that the record was written beside.
void show_finished(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  const eval::RunRecord record = eval::read_finished_run(run);
  require_same_data(run.result(), record, setup.data_hash, setup.inputs);
  for (const eval::StageResult& result : record.stages) {
    require_same_others(setup, seed, config::find_stage(setup.experiment, result.name), result, run.result());
  }
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
    spdlog::warn("the classes {} are probably one: if so, give their recordings one label",
                 data::alike_text(names, counts, " and "));
  }
}

/// What no validation clip is of cannot lower an epoch's place.
void warn_of_classes_without_validation(const data::Split& split, config::Selection selection) {
  if (selection != config::Selection::val) return;
  const std::vector<std::string> absent = data::classes_without_clips(split.val, split.classes);
  if (absent.empty()) return;
  spdlog::warn("protocol.val has no clip of {}: with selection: val the best epoch is chosen without {}",
               fmt::join(absent, ", "), absent.size() == 1 ? "this class" : "these classes");
}

const data::Fold& find_fold(const std::vector<data::Fold>& folds, const std::string& name) {
  std::string names;
  for (const data::Fold& fold : folds) {
    if (fold.name == name) return fold;
    names.append(" ").append(fold.name);
  }
  throw Error(ErrorKind::usage,
              folds.front().name.empty()
                  ? "the protocol of this experiment has one split, found a run of fold '" + name + "'"
                  : "expected a run of one of the folds" + names + ", which lies in fold-<name>/; found " +
                        (name.empty() ? "none" : "'" + name + "'"));
}

TrainingSetup make_setup(const LoadedExperiment& loaded, data::Dataset dataset, const data::Fold& fold) {
  const config::Experiment& experiment = loaded.experiment;
  TrainingSetup setup;
  setup.experiment = experiment;
  setup.config_hash = loaded.config_hash;
  setup.info = dataset.info;
  setup.data_hash = dataset.hash;
  setup.split = data::make_split(std::move(dataset), fold.protocol);
  setup.stage_store = StageStoreLayout::of(experiment.run.root).folder;
  setup.inputs = loaded.inputs;
  setup.device = loaded.device;
  setup.fold = fold.name;
  setup.protocol = fold.protocol;
  if (setup.split.train.size() == 1)
    throw Error(ErrorKind::data, "protocol.train: at least 2 clips are needed to train");
  if (&fold == &loaded.folds.front()) warn_of_alike_classes(setup.split);
  warn_of_classes_without_validation(setup.split, fold.protocol.selection);
  require_memory(experiment, setup.info, setup.split.train.size() + setup.split.unlabeled.size(), memory_of_machine());
  setup.renderer = make_renderer(experiment, setup.info, setup.split.train);
  if (setup.split.unlabeled.empty()) return setup;
  setup.unlabeled_statistics =
      signal::fit_sensor_statistics(recordings(setup.split.unlabeled), setup.renderer.sensor_columns);
  if (setup.split.train.empty()) setup.renderer.statistics = setup.unlabeled_statistics;
  return setup;
}

}  // namespace

LoadedExperiment load_for_training(config::Experiment experiment) {
  const torch::Device device = resolve_device(experiment.run.device);
  const data::Reader reader = data::readers::make_reader(experiment.data);
  experiment.protocol = data::resolve_protocol(experiment.protocol, reader.info);
  LoadedExperiment loaded;
  loaded.device = device;
  loaded.config_hash = config::config_hash(experiment);
  loaded.folds = data::resolve_folds(experiment.protocol, reader.info);
  data::store::StoredDataset stored = data::store::load_stored(reader, experiment.data);
  loaded.dataset = std::move(stored.dataset);
  loaded.warnings = std::move(stored.warnings);
  loaded.inputs = hash_inputs(experiment, reader);
  loaded.experiment = std::move(experiment);
  return loaded;
}

TrainingSetup prepare_fold(const LoadedExperiment& loaded, const std::string& fold) {
  return make_setup(loaded, loaded.dataset, find_fold(loaded.folds, fold));
}

TrainingSetup prepare_training(config::Experiment experiment, const std::string& fold) {
  LoadedExperiment loaded = load_for_training(std::move(experiment));
  data::Dataset dataset = std::move(loaded.dataset);
  return make_setup(loaded, std::move(dataset), find_fold(loaded.folds, fold));
}

std::filesystem::path experiment_folder(const TrainingSetup& setup) { return experiment_of(setup).folder; }
std::filesystem::path experiment_folder(const config::Experiment& resolved) {
  return experiment_layout(resolved.run, config::config_hash(resolved)).folder;
}
std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed) { return run_of(setup, seed).folder; }

void require_absent(const std::vector<std::filesystem::path>& folders, Existing existing) {
  for (const std::filesystem::path& folder : folders) {
    if (existing != Existing::refuse || !std::filesystem::exists(RunLayout{folder}.manifest())) continue;
    throw Error(ErrorKind::usage,
                folder.string() +
                    ": holds a run of this very config and seed; go on with --resume (a finished run is only "
                    "shown) or start anew with --overwrite");
  }
}

void require_startable(const TrainingSetup& setup, const std::vector<std::filesystem::path>& folders,
                       Existing existing) {
  const bool all_shown =
      existing == Existing::resume &&
      std::all_of(folders.begin(), folders.end(), [](const auto& folder) { return is_finished({folder}); });
  if (all_shown) return;
  std::set<std::filesystem::path> replaced;
  if (existing == Existing::overwrite) replaced.insert(folders.begin(), folders.end());
  require_same_data_as_finished_runs(setup, replaced);
  require_trainable(setup);
}

void discard_run(const TrainingSetup& setup, std::uint64_t seed) {
  const RunLayout run = run_of(setup, seed);
  {
    const FileLock lock(run.lock(), [&] { say_waiting(run); });
    discard_folder(run.folder, run.overwritten());
  }
  discard_stages(setup, seed);
}

bool train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  if (existing == Existing::overwrite) discard_run(setup, seed);
  const RunLayout run = run_of(setup, seed);
  // After the old run was discarded, another process may have trained it anew.
  const auto is_shown = [&] { return existing != Existing::refuse && is_finished(run); };
  const std::filesystem::path lock_file = run.lock();
  if (is_shown() && !is_locked(lock_file)) {  // no lock is made: the folder may be read-only
    try {
      show_finished(setup, seed);
      return false;
    } catch (const Error&) {
      if (!is_locked(lock_file)) throw;  // else another process began to overwrite the run while it was read
    }
  }
  require_absent({run.folder}, existing);
  const FileLock lock(lock_file, [&] { say_waiting(run); });
  require_absent({run.folder}, existing);  // whom it waited for may have made the run, or finished it
  if (is_shown()) {
    show_finished(setup, seed);
    return false;
  }
  start_folder(setup, seed);
  eval::RunRecord record = describe_run(setup, seed);
  record.stages = train_stages(setup, seed);
  record.files = eval::hash_files(run, record.stages);
  eval::write_run_record(run.result(), record);
  return true;
}

}  // namespace pskd::train
