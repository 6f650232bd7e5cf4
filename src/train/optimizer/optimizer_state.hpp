// What an optimizer remembers between steps, as tensors with names.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

namespace pskd::train {

/// By "<n>/<what>", n counting the parameters over all groups from 0. AdamW: exp_avg, exp_avg_sq, step ([] int64); SGD:
/// momentum. A parameter that never had a gradient has none.
using OptimizerState = std::map<std::string, torch::Tensor>;

OptimizerState optimizer_state(const torch::optim::Optimizer& optimizer);

/// Takes over `state`, whose tensors the optimizer then owns, each where its parameter is. Throws Error(checkpoint)
/// naming the tensor, and leaves the optimizer as it was, where one is missing, too many, or of another shape or type.
void set_optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerState& state);

}  // namespace pskd::train
