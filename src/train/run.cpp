#include "pskd/train/run.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "train/cost.hpp"
#include "train/environment.hpp"
#include "train/manifest.hpp"
#include "train/optimizer.hpp"
#include "train/stage.hpp"
#include "train/stage_key.hpp"

namespace pskd {
namespace {

std::string selected_snapshot(const TrainingSetup& setup) {
  return setup.experiment.protocol.selection == Selection::val ? "best" : "last";
}

/// While it lives, everything that is logged also goes to `file`.
class RunLog {
 public:
  explicit RunLog(const std::filesystem::path& file)
      : sink_(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string())) {
    spdlog::default_logger()->sinks().push_back(sink_);
    spdlog::flush_on(spdlog::level::info);
  }
  ~RunLog() {
    auto& sinks = spdlog::default_logger()->sinks();
    sinks.erase(std::remove(sinks.begin(), sinks.end(), sink_), sinks.end());
  }
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

 private:
  spdlog::sink_ptr sink_;
};

std::filesystem::path experiment_folder(const RunConfig& run, const std::string& hash) {
  return std::filesystem::path(run.root) / run.name / hash;
}

std::filesystem::path run_folder(const std::filesystem::path& experiment, std::uint64_t seed) {
  return experiment / ("seed-" + std::to_string(seed));
}

// Beside the run's folder, which --overwrite removes.
std::filesystem::path lock_path(const std::filesystem::path& experiment, std::uint64_t seed) {
  return experiment / (".seed-" + std::to_string(seed) + ".lock");
}

void start_folder(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const auto folder = run_folder(setup, seed);
  if (existing == Existing::overwrite) std::filesystem::remove_all(folder);
  if (existing == Existing::resume && std::filesystem::exists(folder / "manifest.json")) {
    require_same_data(folder / "manifest.json", setup);
    remove_unfinished_files(folder);
    return;
  }
  write_file_atomically(folder / "config.resolved.yaml", to_yaml(setup.experiment));
  write_file_atomically(folder / "manifest.json", run_manifest(setup, seed));
}

StageOutcome evaluate_stage(const TrainingSetup& setup, std::uint64_t seed, const StageConfig& stage,
                            const Position& position) {
  const auto [network, hash] = load_snapshot(setup, seed, stage.name, selected_snapshot(setup));
  StageOutcome outcome{stage.name, {}, {}, count_parameters(*network), position.epoch, position.seconds, hash};
  outcome.test = predict(setup, stage, *network, setup.split.test);
  outcome.val = predict(setup, stage, *network, setup.split.val);
  const Cost cost =
      measure_cost(*network, render_plain(setup.renderer, {setup.split.train.front()}, modalities(stage.sees)));
  outcome.macs = cost.macs;
  outcome.bytes = cost.bytes;
  outcome.latency = cost.latency;
  if (const auto adapters = stage_adapters(setup.experiment, stage, seed)) {
    outcome.adapters = count_parameters(*adapters);
  }
  const auto folder = stage_folder(setup, seed, stage.name);
  if (!outcome.test.empty()) write_predictions(folder / "predictions.csv", outcome.test, setup.split.classes);
  if (!outcome.val.empty()) write_predictions(folder / "predictions-val.csv", outcome.val, setup.split.classes);
  return outcome;
}

// In a shared stage's folder, once it is complete; says which stage the folder with the hashed name holds.
constexpr const char* kCompleteFile = "stage.json";

/// Puts the files of a shared stage into a run's folder: one file with two names, or a copy where the file system has
/// no such thing. Neither changes any more, since training replaces files and never writes into them.
void link_files(const std::filesystem::path& shared, const std::filesystem::path& own) {
  namespace fs = std::filesystem;
  fs::create_directories(own);
  for (const fs::directory_entry& entry : fs::directory_iterator(shared)) {
    const fs::path name = entry.path().filename(), target = own / name;
    if (name == kCompleteFile || (fs::exists(target) && fs::equivalent(entry.path(), target))) continue;
    fs::remove(target);
    std::error_code refused;
    fs::create_hard_link(entry.path(), target, refused);
    if (refused) write_file_atomically(target, read_file(entry.path()));
  }
}

Position train_in(const std::filesystem::path& folder, const TrainingSetup& setup, const StageConfig& stage,
                  std::uint64_t seed) {
  StageTrainer trainer(setup, stage, seed, folder);
  const int done = trainer.position().epoch;
  const auto& stages = setup.experiment.stages;
  spdlog::info("seed {}, stage {} ({} of {}): {} parameters, {} epochs{}", seed, stage.name, &stage - stages.data() + 1,
               stages.size(), count_parameters(trainer.network()), stage.epochs,
               done > 0 ? fmt::format(", {} of them done", done) : "");
  if (done < stage.epochs && stage.precision == Precision::bf16 && !environment().bfloat16) {
    spdlog::warn("this processor does not compute in bf16: stage {} would train faster with precision: fp32",
                 stage.name);
  }
  trainer.train();
  return trainer.position();
}

/// Trains `stage` in the store unless it is complete there, and links it into the run's folder.
Position train_shared(const TrainingSetup& setup, const StageConfig& stage, std::uint64_t seed) {
  const std::filesystem::path shared = setup.stage_store / stage_key(setup, stage.name, seed);
  const FileLock lock(shared.string() + ".lock", [&] {
    spdlog::info("another process trains stage {}, which this run shares: waiting for it", stage.name);
  });
  std::filesystem::create_directories(shared);
  remove_unfinished_files(shared);
  const bool complete = std::filesystem::exists(shared / kCompleteFile);
  spdlog::info("seed {}, stage {}: {} {}", seed, stage.name, complete ? "trained already in" : "trains in",
               shared.string());
  const Position position = train_in(shared, setup, stage, seed);
  const nlohmann::ordered_json description = {
      {"stage", stage.name}, {"stage_hash", stage_hash(setup.experiment, stage.name)}, {"seed", seed}};
  if (!complete) write_file_atomically(shared / kCompleteFile, description.dump(2) + "\n");
  link_files(shared, stage_folder(setup, seed, stage.name));
  return position;
}

/// Seconds of one training step of `stage` on a batch of real clips; teachers are drawn, not trained.
double time_step(const TrainingSetup& setup, const StageConfig& stage, Network& network) {
  const DataShape shape = data_shape(setup.renderer, static_cast<int>(setup.split.classes.size()));
  const auto count = std::min<std::size_t>(setup.split.train.size(), stage.batch);
  const std::vector<Clip> clips(setup.split.train.begin(),
                                setup.split.train.begin() + static_cast<std::ptrdiff_t>(count));
  const LossContext context = loss_context(setup, stage, 1);
  const std::vector<torch::Tensor> parameters = trained_parameters(network, context.adapters.get());
  const auto optimizer = make_optimizer(stage.optimizer, parameters);
  std::vector<std::shared_ptr<Network>> teachers;
  for (const TeacherRef& teacher : stage.teachers) {
    teachers.push_back(make_network(find_stage(setup.experiment, teacher.stage), shape, 1));
  }
  const Modalities both{true, true};
  double seconds = 0;
  for (const bool counted : {false, true, true}) {  // the first step pays for first-time set-up
    const auto start = std::chrono::steady_clock::now();
    const Input views =
        render_views(setup.renderer, clips, stage.teachers.empty() ? modalities(stage.sees) : both, 1, 0);
    std::vector<TeacherOutput> answers;
    for (std::size_t i = 0; i < teachers.size(); ++i) {
      answers.push_back(compute_output(*teachers[i], views));
      answers.back().stage = stage.teachers[i].stage;
    }
    const Objective result = objective(network.forward(views), label_tensor(clips), answers, stage.loss, context);
    descend(result.loss, stage.optimizer, parameters, *optimizer);
    if (counted) seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 2;
  }
  return seconds;
}

}  // namespace

Experiment resolve_experiment(Experiment experiment) {
  experiment.protocol = resolve_protocol(experiment.protocol, dataset_info(experiment.data));
  return experiment;
}

TrainingSetup prepare_training(Experiment experiment) {
  if (experiment.run.device != Device::cpu) {
    throw Error(ErrorKind::config, "run.device: expected cpu, found " + word(experiment.run.device) +
                                       "; training on a graphics card is not there yet");
  }
  const DatasetInfo info = dataset_info(experiment.data);
  experiment = resolve_experiment(std::move(experiment));
  Dataset dataset = load_dataset(experiment.data);
  std::string data_hash = dataset.hash;
  Split split = make_split(std::move(dataset), experiment.protocol);
  if (split.train.size() < 2) throw Error(ErrorKind::data, "protocol.train: at least 2 clips are needed to train");
  Renderer renderer = make_renderer(experiment, info, split.train);
  std::string hash = config_hash(experiment);
  return {std::move(experiment), std::move(hash),     info, std::move(data_hash),
          std::move(split),      std::move(renderer), {}};
}

std::filesystem::path experiment_folder(const TrainingSetup& setup) {
  return experiment_folder(setup.experiment.run, setup.config_hash);
}

std::filesystem::path experiment_folder(const Experiment& resolved) {
  return experiment_folder(resolved.run, config_hash(resolved));
}

std::filesystem::path run_folder(const TrainingSetup& setup, std::uint64_t seed) {
  return run_folder(experiment_folder(setup), seed);
}

std::filesystem::path run_folder(const Experiment& resolved, std::uint64_t seed) {
  return run_folder(experiment_folder(resolved), seed);
}

bool is_running(const Experiment& resolved, std::uint64_t seed) {
  return is_locked(lock_path(experiment_folder(resolved), seed));
}

void require_startable(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const auto folder = run_folder(setup, seed);
  if (existing != Existing::refuse || !std::filesystem::exists(folder / "manifest.json")) return;
  throw Error(ErrorKind::usage,
              folder.string() +
                  ": holds a run of this very config and seed; go on with --resume (a finished run is only "
                  "shown) or start anew with --overwrite");
}

std::vector<StageOutcome> train_run(const TrainingSetup& setup, std::uint64_t seed, Existing existing) {
  const FileLock lock(lock_path(experiment_folder(setup), seed), [&] {
    spdlog::info("another process trains {}: waiting for it", run_folder(setup, seed).string());
  });
  require_startable(setup, seed, existing);
  start_folder(setup, seed, existing);
  const RunLog log(run_folder(setup, seed) / "log.txt");
  std::vector<StageOutcome> outcomes;
  for (const StageConfig& stage : setup.experiment.stages) {
    const Position position = setup.stage_store.empty()
                                  ? train_in(stage_folder(setup, seed, stage.name), setup, stage, seed)
                                  : train_shared(setup, stage, seed);
    outcomes.push_back(evaluate_stage(setup, seed, stage, position));
    note_checkpoint(run_folder(setup, seed) / "manifest.json", stage.name, outcomes.back().checkpoint);
  }
  if (setup.stage_store.empty()) std::filesystem::remove_all(answers_folder(setup, seed));
  return outcomes;
}

void discard_answers(const std::filesystem::path& stage_store) {
  std::error_code in_use;  // by another sweep of this name, which will remove what it still writes
  std::filesystem::remove_all(stage_store / kAnswersFolder, in_use);
}

std::shared_ptr<Network> load_stage(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  return load_snapshot(setup, seed, stage, selected_snapshot(setup)).network;
}

std::vector<Prediction> predict(const TrainingSetup& setup, const StageConfig& stage, Network& network,
                                const std::vector<Clip>& clips) {
  std::vector<Prediction> predictions;
  if (clips.empty()) return predictions;
  const Input input = render_plain(setup.renderer, clips, modalities(stage.sees));
  const torch::Tensor probabilities = torch::softmax(compute_output(network, input).logits, 1).contiguous();
  const torch::Tensor classes = probabilities.argmax(1);
  const std::int64_t width = probabilities.size(1);
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const float* row = probabilities.data_ptr<float>() + static_cast<std::int64_t>(i) * width;
    predictions.push_back({clips[i].id, clips[i].subject, clips[i].label,
                           classes[static_cast<std::int64_t>(i)].item<int>(), std::vector<float>(row, row + width)});
  }
  return predictions;
}

std::vector<StageEstimate> estimate_run(const TrainingSetup& setup) {
  const DataShape shape = data_shape(setup.renderer, static_cast<int>(setup.split.classes.size()));
  std::vector<StageEstimate> estimates;
  for (const StageConfig& stage : setup.experiment.stages) {
    const auto network = make_network(stage, shape, 1);
    const auto clips = static_cast<int>(setup.split.train.size());
    const int steps = (clips + stage.batch - 1) / stage.batch * stage.epochs;
    estimates.push_back({stage.name, count_parameters(*network), steps, steps * time_step(setup, stage, *network)});
  }
  return estimates;
}

}  // namespace pskd
