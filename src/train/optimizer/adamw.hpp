// AdamW in one pass over each parameter.
#pragma once

#include <torch/torch.h>

namespace pskd::train {

/// As torch::optim::AdamW, state and checkpoints included, but reads and writes each number once a step instead of a
/// dozen times; for contiguous float parameters, without amsgrad. On another device than the processor, in a dozen
/// operations over all parameters.
class AdamW : public torch::optim::AdamW {
 public:
  using torch::optim::AdamW::AdamW;
  torch::Tensor step(LossClosure closure = nullptr) override;
};

}  // namespace pskd::train
