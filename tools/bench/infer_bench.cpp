// Inference: how long the student takes to recognize one clip, and a batch, in LibTorch and as `pskd predict` does.
#include <functional>
#include <variant>

#include "base/quantile.hpp"
#include "benches.hpp"
#include "deploy/sensor_network.hpp"
#include "train/speed.hpp"

namespace {

void measure(benchmark::State& state, const std::function<void()>& run) {
  constexpr int kMinRuns = 50;
  std::vector<double> durations;
  for ([[maybe_unused]] auto once : state) {
    const auto more = pskd::train::time_runs(run, kMinRuns, 0.3);
    durations.insert(durations.end(), more.begin(), more.end());
  }
  state.counters["p50_s"] = pskd::quantile(durations, 0.5);
  state.counters["p99_s"] = pskd::quantile(durations, 0.99);
}

void infer(benchmark::State& state, int batch) {
  const torch::NoGradGuard no_grad;
  const pskd::model::DataShape shape = utd_shape();
  const auto network = pskd::model::make_network(measured_stage("student").model, shape, 1);
  network->eval();
  const pskd::model::Input input = pskd::model::example_input(shape, batch);
  measure(state, [&] { network->forward(input); });
}

/// The student's sizes. How long it takes does not depend on the weights.
pskd::deploy::FoldedCnn student_sizes() {
  const pskd::model::DataShape shape = utd_shape();
  const auto config = std::get<pskd::config::SensorCnnConfig>(measured_stage("student").model);
  pskd::deploy::FoldedCnn cnn{
      config.kernel, config.segments, {{shape.sensor_channels, shape.sensor_frames}}, {}, {}, {}};
  const auto weights = [](int outputs, int inputs) {
    return pskd::deploy::FoldedWeights{std::vector<double>(static_cast<std::size_t>(outputs) * inputs, 0.01),
                                       std::vector<double>(static_cast<std::size_t>(outputs), 0.1)};
  };
  for (const int width : pskd::config::cnn_channels(config.width)) {
    const auto [channels, frames] = cnn.shapes.back();
    cnn.blocks.push_back(weights(width, channels * config.kernel));
    cnn.shapes.push_back({width, cnn.blocks.size() < 4 ? frames / 2 : frames});
  }
  cnn.semantic = weights(config.embedding, cnn.shapes.back().channels * config.segments);
  cnn.classifier = weights(shape.classes, config.embedding);
  return cnn;
}

void infer_natively(benchmark::State& state, int batch) {
  const pskd::deploy::SensorNetwork network(student_sizes());
  auto work = network.make_workspace();
  const auto clips = static_cast<std::size_t>(batch);
  const std::vector<float> windows(clips * network.channels() * network.frames(), 0.5F);
  std::vector<float> embeddings(clips * network.embedding_size()), logits(clips * network.classes());
  measure(state, [&] { network.forward(windows.data(), batch, embeddings.data(), logits.data(), work); });
}

}  // namespace

void register_inference() {
  for (const int batch : {1, 256}) {
    register_bench("inference/student/" + std::to_string(batch), [batch](benchmark::State& state) {
      infer(state, batch);
    })->Iterations(1);
    register_bench("inference/native/" + std::to_string(batch), [batch](benchmark::State& state) {
      infer_natively(state, batch);
    })->Iterations(1);
  }
}
