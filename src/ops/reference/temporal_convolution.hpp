// A convolution over time as LibTorch's convolution of images.
#pragma once

#include <torch/torch.h>

namespace pskd::ops::reference {

/// ops::temporal_convolution on any device.
torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride);

}  // namespace pskd::ops::reference
