// Training: the ceiling, one step of each stage, the views of an epoch, a whole epoch of the student.
#include <algorithm>
#include <memory>

#include "benches.hpp"
#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "epoch.hpp"
#include "train/speed.hpp"

namespace {

/// Measured once in the process, so that shares hold under the same conditions.
const pskd::train::Ceiling& ceiling() {
  static const pskd::train::Ceiling measured = pskd::train::measure_ceiling(0.3);
  return measured;
}

void note_speed(benchmark::State& state, const pskd::config::StageConfig& stage, const pskd::train::StepBench& bench) {
  const auto clips = state.iterations() * bench.clips();
  state.SetItemsProcessed(clips);
  state.counters["FLOP/s"] = {bench.flops(), benchmark::Counter::kIsIterationInvariantRate};
  if (stage.precision != pskd::config::Precision::fp32) return;  // the ceiling is that of fp32
  state.counters["share_of_ceiling"] = {bench.flops() / ceiling().flops, benchmark::Counter::kIsIterationInvariantRate};
}

void train_steps(benchmark::State& state, const pskd::config::StageConfig& stage) {
  pskd::train::StepBench bench(stage, utd_shape());
  bench.step();
  for ([[maybe_unused]] auto once : state) bench.step();
  note_speed(state, stage, bench);
}

struct Recordings {
  std::vector<pskd::data::Clip> clips;
  pskd::train::Renderer renderer;
};

/// The training clips of UTD-MHAD's cross-subject protocol.
std::shared_ptr<const Recordings> training_clips(const std::filesystem::path& folder) {
  pskd::config::Experiment experiment;
  experiment.data.root = std::filesystem::absolute(folder).string();
  pskd::data::Dataset dataset = pskd::data::readers::read_dataset(experiment.data);
  const pskd::data::DatasetInfo info = dataset.info;
  pskd::data::Split split =
      pskd::data::make_split(std::move(dataset), pskd::data::resolve_protocol(experiment.protocol, info));
  pskd::train::Renderer renderer = pskd::train::make_renderer(experiment, info, split.train);
  return std::make_shared<const Recordings>(Recordings{std::move(split.train), std::move(renderer)});
}

void train_student(benchmark::State& state, const Recordings& recordings) {
  Epochs epochs(measured_stage("student"), recordings.renderer, recordings.clips);
  epochs.train();
  for ([[maybe_unused]] auto once : state) epochs.train();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(recordings.clips.size()));
}

void render(benchmark::State& state, const Recordings& recordings) {
  int view = 0;
  for ([[maybe_unused]] auto once : state) {
    const pskd::model::Input views = pskd::train::render_augmented(
        recordings.renderer, pskd::train::recordings(recordings.clips), {true, true}, 1, view++);
    benchmark::DoNotOptimize(views.sensor.data_ptr<float>());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(recordings.clips.size()));
}

}  // namespace

pskd::model::DataShape utd_shape() { return pskd::train::data_shape(pskd::config::Experiment{}); }

std::vector<pskd::config::StageConfig> measured_stages() {
  std::vector<pskd::config::StageConfig> stages;
  const auto add = [&](const char* name, const pskd::config::ModelConfig& model,
                       pskd::config::Precision precision = pskd::config::Precision::fp32) {
    stages.emplace_back();
    stages.back().name = name;
    stages.back().model = model;
    stages.back().precision = precision;
  };
  const pskd::config::SkeletonGcnConfig reference{.width = 48, .kernel = 9};
  add("skeleton", pskd::config::SkeletonGcnConfig{});
  add("skeleton_reference", reference);
  add("skeleton_bf16", pskd::config::SkeletonGcnConfig{}, pskd::config::Precision::bf16);
  add("skeleton_reference_bf16", reference, pskd::config::Precision::bf16);
  add("fused", pskd::config::FusedConfig{});
  add("sensor", pskd::config::SensorCnnConfig{.width = 96});
  add("student", pskd::config::SensorCnnConfig{});
  add("student_acs", pskd::config::SensorCnnConfig{});
  stages.back().teachers.resize(3);
  stages.back().loss.acs = pskd::config::AcsConfig{};
  return stages;
}

pskd::config::StageConfig measured_stage(const std::string& name) {
  const auto stages = measured_stages();
  return *std::find_if(stages.begin(), stages.end(), [&](const auto& stage) { return stage.name == name; });
}

void register_ceiling() {
  for (const pskd::train::Workload& workload : pskd::train::ceiling_workloads()) {
    register_bench("ceiling/" + workload.name, [workload](benchmark::State& state) {
      const torch::NoGradGuard no_grad;
      workload.run();
      for ([[maybe_unused]] auto once : state) workload.run();
      state.counters[workload.copies ? "bytes/s" : "FLOP/s"] = {workload.amount,
                                                                benchmark::Counter::kIsIterationInvariantRate};
    });
  }
}

void register_training(const Folders& folders) {
  for (const pskd::config::StageConfig& stage : measured_stages()) {
    register_bench("step/" + stage.name, [stage](benchmark::State& state) { train_steps(state, stage); });
  }
  if (folders.utd.empty()) return;
  const auto recordings = training_clips(folders.utd);
  register_bench("views/both", [recordings](benchmark::State& state) { render(state, *recordings); });
  register_bench("epoch/student", [recordings](benchmark::State& state) { train_student(state, *recordings); });
}
