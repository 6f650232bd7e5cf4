// Optimizers and the learning-rate schedule.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::train {

/// AdamW or SGD over `parameters`; weight decay only on those with two dimensions and more.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const config::OptimizerConfig& config,
                                                        const std::vector<torch::Tensor>& parameters);

/// The learning rate at `epoch` (with its fraction) of `epochs`: linear from 0 over the warm-up, then half a cosine
/// down to 0, or constant.
double learning_rate(const config::OptimizerConfig& config, double epoch, int epochs);

/// Scales the gradients so that their global norm is at most `max_norm`, as torch::nn::utils::clip_grad_norm_ does, but
/// without reading the norm back.
void clip_gradients(const std::vector<torch::Tensor>& parameters, double max_norm);

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate);

}  // namespace pskd::train
