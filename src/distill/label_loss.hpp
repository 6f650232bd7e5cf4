// What a network learns from labels.
#pragma once

#include <torch/torch.h>

namespace pskd::distill {

/// Mean cross-entropy of logits [N, K] with labels [N] (int64), label smoothing in [0, 1): the target is 1 - smoothing
/// on the truth and smoothing / K on every class.
torch::Tensor label_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing);

}  // namespace pskd::distill
