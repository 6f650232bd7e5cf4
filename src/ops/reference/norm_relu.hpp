// Batch norm, residual, ReLU and pooling as LibTorch's separate operations.
#pragma once

#include <torch/torch.h>

namespace pskd::ops::reference {

/// pool(relu(norm(x) + residual)) on any device: the residual may be undefined, the ReLU is left out unless `relu`, and
/// the larger of each two neighbors along the last dimension is taken where `pool` is 2 instead of 1. Computed in float
/// where x is in bfloat16, and rounded once.
torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual,
                        bool relu, int pool);

}  // namespace pskd::ops::reference
