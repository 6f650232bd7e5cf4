#include <spdlog/fmt/fmt.h>
#include <stdlib.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/quantile.hpp"
#include "pskd/train/renderer.hpp"
#include "torch_verbs.hpp"
#include "train/device.hpp"
#include "train/environment.hpp"
#include "train/speed.hpp"

namespace {

struct BenchOptions {
  ConfigOptions config;
  std::optional<int> threads;
  double seconds = 0.5;
  bool json = false;
};

struct StageSpeed {
  std::string stage, model;
  pskd::config::Precision precision = pskd::config::Precision::fp32;
  double milliseconds = 0;  ///< of a step, median
  double clips = 0;         ///< trained a second
  double flops = 0;         ///< a second
};

/// The networks of the default chain, without the losses that need teachers.
pskd::config::Experiment default_experiment() {
  pskd::config::Experiment experiment;
  const auto add = [&](const char* name, const pskd::config::ModelConfig& model) {
    pskd::config::StageConfig stage;
    stage.name = name;
    stage.model = model;
    experiment.stages.push_back(stage);
  };
  add("skeleton", pskd::config::SkeletonGcnConfig{});
  add("fused", pskd::config::FusedConfig{});
  add("sensor", pskd::config::SensorCnnConfig{.width = 96});
  add("student", pskd::config::SensorCnnConfig{});
  return experiment;
}

// Measured before any work of ours: whoever else computes makes every number too low.
std::vector<std::string> load_advice(int cores) {
  double load = 0;
  if (::getloadavg(&load, 1) != 1 || load < 0.5) return {};
  return {fmt::format("other programs are running (load {:.1f} on {} cores): all numbers are too low", load, cores)};
}

StageSpeed measure(const pskd::config::StageConfig& stage, const pskd::model::DataShape& shape, torch::Device device,
                   double seconds) {
  pskd::train::choose_algorithms(device, stage.deterministic);
  pskd::train::StepBench bench(stage, shape, device);
  const int steps = device.is_cpu() ? 1 : 20;  // a card is waited for as seldom as in training
  const auto run = [&] {
    for (int step = 0; step < steps; ++step) bench.step();
    pskd::train::wait_for(device);
  };
  const double median = pskd::quantile(pskd::train::time_runs(run, 3, seconds), 0.5) / steps;
  return {stage.name,   pskd::config::model_name(stage.model),       stage.precision,
          1e3 * median, static_cast<double>(bench.clips()) / median, bench.flops() / median};
}

/// Nothing for a stage in bf16: the ceiling is that of fp32.
std::optional<double> share_of(const pskd::train::Ceiling& ceiling, const StageSpeed& stage) {
  if (stage.precision != pskd::config::Precision::fp32) return {};
  return stage.flops / ceiling.flops;
}

void print(const pskd::train::Environment& here, const std::vector<std::string>& advice,
           const pskd::train::Ceiling& ceiling, const std::vector<StageSpeed>& stages) {
  std::cout << fmt::format(
      "pskd {}, {}, {} cores, {} threads, {}\n"
      "ceiling: {:.1f} GFLOP/s (the fastest of convolution and matrix product), memory copy {:.1f} GB/s\n\n"
      "{:<16} {:<14} {:>10} {:>10} {:>10} {:>12}\n",
      here.version, here.cpu, here.cores, here.threads, here.blas, ceiling.flops / 1e9, ceiling.bytes / 1e9,
      "training step", "model", "ms", "clips/s", "GFLOP/s", "of ceiling");
  for (const StageSpeed& stage : stages) {
    const std::optional<double> share = share_of(ceiling, stage);
    std::cout << fmt::format("{:<16} {:<14} {:>10.2f} {:>10.0f} {:>10.1f} {:>12}\n", stage.stage, stage.model,
                             stage.milliseconds, stage.clips, stage.flops / 1e9,
                             share ? fmt::format("{:.0f} %", 100 * *share) : pskd::config::word(stage.precision));
  }
  std::cout << '\n';
  for (const std::string& line : advice) std::cout << "slow: " << line << '\n';
  if (advice.empty()) std::cout << "nothing here slows pskd down\n";
}

void print_json(const pskd::train::Environment& here, const std::vector<std::string>& advice,
                const pskd::train::Ceiling& ceiling, const std::vector<StageSpeed>& stages) {
  nlohmann::ordered_json out = {{"version", here.version},
                                {"cpu", here.cpu},
                                {"cores", here.cores},
                                {"threads", here.threads},
                                {"ceiling", {{"flops", ceiling.flops}, {"bytes", ceiling.bytes}}},
                                {"stages", nlohmann::ordered_json::array()},
                                {"advice", advice}};
  for (const StageSpeed& stage : stages) {
    const std::optional<double> share = share_of(ceiling, stage);
    out["stages"].push_back({{"stage", stage.stage},
                             {"precision", pskd::config::word(stage.precision)},
                             {"model", stage.model},
                             {"step_ms", stage.milliseconds},
                             {"clips_per_second", stage.clips},
                             {"flops", stage.flops},
                             {"share_of_ceiling", share ? nlohmann::ordered_json(*share) : nullptr}});
  }
  std::cout << out.dump(2) << '\n';
}

void bench(const BenchOptions& options) {
  const pskd::config::Experiment experiment =
      options.config.file.empty() ? default_experiment() : options.config.load();
  prepare(options.threads.value_or(experiment.run.threads));
  const torch::Device device = pskd::train::resolve_device(experiment.run.device);
  const pskd::train::Environment here = pskd::train::environment();
  std::vector<std::string> advice = pskd::train::speed_advice(here);
  for (std::string& line : load_advice(here.cores)) advice.push_back(std::move(line));
  std::vector<pskd::model::DataShape> shapes;
  for (const pskd::config::StageConfig& stage : experiment.stages) {
    shapes.push_back(pskd::train::data_shape(experiment, stage));
  }
  const pskd::train::Ceiling ceiling = pskd::train::measure_ceiling(options.seconds / 2);
  std::vector<StageSpeed> stages;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    stages.push_back(measure(experiment.stages[i], shapes[i], device, options.seconds));
  (options.json ? print_json : print)(here, advice, ceiling, stages);
}

}  // namespace

void add_bench(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* verb = add_torch_verb(app, "bench");
  options->config.add_to(*verb, false);
  verb->add_option("--threads", options->threads, "threads; 0: every core (default: run.threads of the config)")
      ->check(kNonNegativeNumber);
  verb->add_option("--seconds", options->seconds, "spent on each row")
      ->check(CLI::Range(0.0, 60.0))
      ->check(kFiniteNumber)
      ->capture_default_str();
  verb->add_flag("--json", options->json, "as JSON");
  verb->footer(
      "Trains on made-up clips, so no data set is needed; without --config, the networks of the default chain for the\n"
      "shape of UTD-MHAD. A step is forward, loss, backward and optimizer on one batch; teachers' outputs are given.\n"
      "GFLOP/s count the multiply-adds of convolutions and products, twice; the ceiling is the fastest of a large\n"
      "convolution and a large matrix product in the same process. Examples:\n"
      "  pskd bench\n"
      "  pskd bench --config configs/utd.yaml --threads 1\n"
      "  pskd bench --config configs/utd.yaml --set stages.skeleton.model.width=48");
  verb->callback([options] { bench(*options); });
}
