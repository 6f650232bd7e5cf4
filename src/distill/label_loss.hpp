// What a network learns from labels.
#pragma once

#include <torch/torch.h>

#include "distill/labels.hpp"

namespace pskd::distill {

/// Mean of the weighed cross-entropies of logits [N, K] with the labels of N clips, 0 for those without one; label
/// smoothing in [0, 1): the target is 1 - smoothing on the truth and smoothing / K on every class.
torch::Tensor label_loss(const torch::Tensor& logits, const Labels& labels, double smoothing);

}  // namespace pskd::distill
