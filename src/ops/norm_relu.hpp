// Batch norm, residual, ReLU and pooling in one step, in channels-last memory: they are bound by memory traffic.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// relu(norm(x) + residual), of [N, C, H, W]; float, double, or bfloat16 with a norm in float; `residual` may be
/// undefined. Everything else, running statistics included, is as in `norm`, a batch norm with learned scale and shift.
/// Where no gradients are recorded, x itself becomes the result when its memory is channels-last.
torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual = {});

/// norm(x): the same without residual and ReLU.
torch::Tensor batch_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm);

/// The larger of each two neighbours along the last dimension of relu(norm(x)): [N, C, H, W] -> [N, C, H, W / 2].
torch::Tensor norm_relu_pool(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm);

}  // namespace pskd
