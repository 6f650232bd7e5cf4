// Batch norm, residual, ReLU and pooling as one operation: separate ones would move each tensor through memory again.
#pragma once

#include <torch/torch.h>

namespace pskd::ops {

/// relu(norm(x) + residual) of [N, C, H, W], in channels-last memory. x is in float or double with a norm of its type,
/// or in bfloat16 with a norm in float; `residual` may be undefined. The norm has a learned scale and shift and running
/// statistics; in training mode these follow the batch as those of LibTorch's batch norm do.
/// Where no gradients are recorded, x itself may become the result: do not read x afterwards.
torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual = {});

/// norm(x): the same without residual and ReLU.
torch::Tensor batch_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm);

/// The larger of each two neighbors along the last dimension of relu(norm(x)): [N, C, H, W] -> [N, C, H, W / 2].
torch::Tensor norm_relu_pool(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm);

}  // namespace pskd::ops
