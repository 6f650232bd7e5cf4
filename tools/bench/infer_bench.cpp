// Inference: how long the student takes to recognize one clip, and a batch.
#include "base/quantile.hpp"
#include "benches.hpp"
#include "train/speed.hpp"

namespace {

void infer(benchmark::State& state, int batch) {
  constexpr int kMinRuns = 50;
  const torch::NoGradGuard no_grad;
  const pskd::model::DataShape shape = utd_shape();
  const auto network = pskd::model::make_network(measured_stage("student").model, shape, 1);
  network->eval();
  const pskd::model::Input input = pskd::model::example_input(shape, batch);
  std::vector<double> durations;
  for ([[maybe_unused]] auto once : state) {
    const auto more = pskd::train::time_runs([&] { network->forward(input); }, kMinRuns, 0.3);
    durations.insert(durations.end(), more.begin(), more.end());
  }
  state.counters["p50_s"] = pskd::quantile(durations, 0.5);
  state.counters["p99_s"] = pskd::quantile(durations, 0.99);
}

}  // namespace

void register_inference() {
  for (const int batch : {1, 256}) {
    register_bench("inference/student/" + std::to_string(batch), [batch](benchmark::State& state) {
      infer(state, batch);
    })->Iterations(1);
  }
}
