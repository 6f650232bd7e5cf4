// One step of training: what the stage trainer, the estimate of a dry run and the benchmarks all repeat.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "distill/objective.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::train {

/// A network in training, what its loss needs and trains beside it, and the optimizer of both.
struct TrainState {
  std::shared_ptr<model::Network> network;
  distill::losses::LossContext context;
  std::vector<torch::Tensor> parameters;  ///< all that are trained
  std::unique_ptr<torch::optim::Optimizer> optimizer;
};

/// The state before the first step. The network is left in its mode, training or evaluation.
TrainState make_train_state(std::shared_ptr<model::Network> network, distill::losses::LossContext context,
                            const config::OptimizerConfig& config);

struct Batch {
  model::Input input;                            ///< of N clips
  distill::Labels labels;                        ///< of each, where it has one
  std::vector<distill::TeacherOutput> teachers;  ///< what each teacher says about these clips
  double taught = 1;                             ///< how much of the weight of what they say counts by now
  std::vector<distill::SeenAlike> groups = {};   ///< of the clips, where not every teacher sees all
};

struct StepResult {
  torch::Tensor loss;        ///< scalar
  torch::Tensor logits;      ///< [N, K], before the step
  torch::Tensor assignment;  ///< [N, teachers + 1] of ACS; undefined without ACS
};

/// Forward, loss, backward, gradient clipping and optimizer, as `stage` configures them. Leaves no gradients behind.
/// The loss may come out as infinite or NaN; the parameters then are as well. Nothing is read back: a card may still be
/// computing when this returns.
StepResult train_step(TrainState& state, const config::StageConfig& stage, const Batch& batch);

/// The share of the weight of what teachers say that counts after `epochs` epochs, a fraction within one: it rises over
/// loss.warmup epochs.
double warmed_up(const config::LossConfig& loss, double epochs);

/// Steps of an epoch over `clips` clips in batches of at most `batch`.
int steps_per_epoch(std::int64_t clips, int batch);

/// The part of `order` [N] that step `step` of `steps` trains on. Batches have nearly equal sizes: a last batch of one
/// clip would have no batch statistics.
torch::Tensor batch_rows(const torch::Tensor& order, int step, int steps);

}  // namespace pskd::train
