// A convolution over time by Winograd's algorithm: fewer products than the kernel has taps (winograd_transforms.hpp).
#pragma once

#include <torch/torch.h>

namespace pskd::ops::cpu {

/// Whether the algorithm has fewer products than the convolution as it is defined, of matrices that are worth
/// multiplying. Never in bfloat16: interpolation would add up its rounding errors.
bool winograd_saves_products(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride);

struct WinogradResult {
  torch::Tensor y;
  torch::Tensor filters;  ///< of the kernel, at the points: the backward pass needs them too
};

/// ops::temporal_convolution without a gradient; x in float or double and W of its type.
WinogradResult winograd_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride);

struct WinogradGradients {
  torch::Tensor x, weights;  ///< x stays undefined where it is not needed
};

/// The gradients from that of y and the filters of the forward pass.
WinogradGradients winograd_convolution_backward(const torch::Tensor& x, const torch::Tensor& weights,
                                                const torch::Tensor& filters, const torch::Tensor& grad_y,
                                                std::int64_t stride, bool needs_x);

}  // namespace pskd::ops::cpu
