// How fast this machine computes and how fast it trains: what `pskd bench` and tools/bench measure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/model/registry.hpp"
#include "train/train_step.hpp"

namespace pskd::train {

/// Seconds of each run of `action`: at least `fewest` runs, more until `seconds` have passed. One run before them,
/// which pays for first-time set-up, is not counted.
std::vector<double> time_runs(const std::function<void()>& action, int fewest, double seconds);

/// Work whose speed bounds that of training.
struct Workload {
  std::string name;
  bool copies;    ///< whether `amount` counts bytes (read and written) instead of floating-point operations
  double amount;  ///< of one run; a multiply-add is two operations
  std::function<void()> run;
};
/// A 9x1 convolution in plain and in channels-last memory, a matrix product, a copy; each too large for the caches.
std::vector<Workload> ceiling_workloads();

struct Ceiling {
  double flops = 0;  ///< of the fastest convolution or product, operations per second
  double bytes = 0;  ///< of the copy, bytes per second
};
/// The best run of each workload, some `seconds` spent on each.
Ceiling measure_ceiling(double seconds);

/// The training steps of one stage on made-up data, as the stage trainer takes them. What teachers say is made up once,
/// right and sure: computing it is not part of a step.
class StepBench {
 public:
  StepBench(const config::StageConfig& stage, const model::DataShape& shape, torch::Device device = torch::kCPU);
  /// One step on a batch of made-up clips.
  StepResult step() { return train_step(state_, stage_, batch_); }
  /// One step on these clips and labels [N] int64; N must be clips() where the stage has teachers.
  void step(const model::Input& input, const torch::Tensor& labels);

  model::Network& network() { return *state_.network; }
  std::int64_t clips() const { return batch_.labels.classes.size(0); }
  /// Floating-point operations of a step: two for each multiply-add of every convolution and product that the forward
  /// pass executes, three times those where the backward pass follows (gradients of inputs and of weights), once in a
  /// frozen branch. Batch norm, activations, loss and optimizer are left out.
  double flops() const { return flops_; }

 private:
  config::StageConfig stage_;
  TrainState state_;
  Batch batch_;
  double flops_ = 0;
};

}  // namespace pskd::train
