#include "train/optimizer/optimizer.hpp"

#include <cmath>
#include <numbers>

#include "train/optimizer/adamw.hpp"

namespace pskd::train {
namespace {

template <class Optimizer, class Options>
std::unique_ptr<torch::optim::Optimizer> with_groups(const Options& options, double weight_decay,
                                                     const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> decayed, plain;
  for (const torch::Tensor& parameter : parameters) (parameter.dim() > 1 ? decayed : plain).push_back(parameter);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(decayed, std::make_unique<Options>(Options(options).weight_decay(weight_decay)));
  groups.emplace_back(plain, std::make_unique<Options>(Options(options).weight_decay(0)));
  return std::make_unique<Optimizer>(groups, options);
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const config::OptimizerConfig& config,
                                                        const std::vector<torch::Tensor>& parameters) {
  if (config.name == config::OptimizerName::sgd) {
    return with_groups<torch::optim::SGD>(torch::optim::SGDOptions(config.lr).momentum(config.momentum),
                                          config.weight_decay, parameters);
  }
  return with_groups<AdamW>(torch::optim::AdamWOptions(config.lr), config.weight_decay, parameters);
}

double learning_rate(const config::OptimizerConfig& config, double epoch, int epochs) {
  if (epoch < config.warmup) return config.lr * epoch / config.warmup;
  if (config.schedule == config::LearningRateSchedule::constant) return config.lr;
  const double done = (epoch - config.warmup) / (epochs - config.warmup);
  return config.lr * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

void clip_gradients(const std::vector<torch::Tensor>& parameters, double max_norm) {
  std::vector<torch::Tensor> gradients, norms;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad().detach());
  }
  if (gradients.empty()) return;
  for (const torch::Tensor& gradient : gradients) norms.push_back(gradient.norm(2.0));
  const torch::Tensor norm = norms.size() == 1 ? norms[0] : torch::stack(norms).norm(2.0);
  const torch::Tensor factor = (max_norm / (norm + 1e-6)).clamp_max(1);
  for (torch::Tensor& gradient : gradients) gradient.mul_(factor);
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace pskd::train
