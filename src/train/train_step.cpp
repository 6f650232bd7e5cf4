#include "train/train_step.hpp"

#include <algorithm>
#include <utility>

#include "train/optimizer/optimizer.hpp"

namespace pskd::train {
namespace {

std::vector<torch::Tensor> trained_parameters(const torch::nn::Module& network, const torch::nn::Module* adapters) {
  std::vector<torch::Tensor> parameters = network.parameters();
  if (adapters != nullptr) {
    const std::vector<torch::Tensor> beside = adapters->parameters();
    parameters.insert(parameters.end(), beside.begin(), beside.end());
  }
  return parameters;
}

}  // namespace

TrainState make_train_state(std::shared_ptr<model::Network> network, distill::losses::LossContext context,
                            const config::OptimizerConfig& config) {
  TrainState state{std::move(network), std::move(context), {}, nullptr};
  state.parameters = trained_parameters(*state.network, state.context.adapters.get());
  state.optimizer = make_optimizer(config, state.parameters);
  return state;
}

StepResult train_step(TrainState& state, const config::StageConfig& stage, const Batch& batch) {
  const model::Output output = state.network->forward(batch.input);
  const distill::Objective result =
      distill::objective(output, batch.labels, batch.teachers, stage.loss, state.context, batch.taught, batch.groups);
  result.loss.backward();
  if (stage.optimizer.clip_norm > 0) {
    clip_gradients(state.parameters, stage.optimizer.clip_norm);
  }
  state.optimizer->step();
  // Dropped, not zeroed: the next backward pass then writes its gradients instead of adding to zeros.
  for (const torch::Tensor& parameter : state.parameters) parameter.mutable_grad().reset();
  return {result.loss.detach(), output.logits.detach(), result.assignment};
}

double warmed_up(const config::LossConfig& loss, double epochs) {
  return loss.warmup > 0 ? std::min(1.0, epochs / loss.warmup) : 1;
}

int steps_per_epoch(std::int64_t clips, int batch) {
  return std::max(1, (static_cast<int>(clips) + batch - 1) / batch);
}

torch::Tensor batch_rows(const torch::Tensor& order, int step, int steps) {
  const std::int64_t clips = order.size(0);
  const std::int64_t first = clips * step / steps, end = clips * (step + 1) / steps;
  return order.narrow(0, first, end - first);
}

}  // namespace pskd::train
