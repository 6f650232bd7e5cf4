// Batch norm, residual, ReLU and pooling in one pass over memory, in the channels-last layout.
#pragma once

#include <torch/torch.h>

namespace pskd::ops::cpu {

/// The mean and the variance (divided by the number of rows) of each channel of x [N, C, H, W] in channels-last memory.
struct Moments {
  torch::Tensor mean, variance;  ///< [C], in float where x is in bfloat16
};
Moments batch_moments(const torch::Tensor& x);

/// y = pool(relu((x - mean) inverse_deviation weight + bias + residual)).
struct NormRelu {
  torch::Tensor weight, bias, mean, inverse_deviation;  ///< [C]
  bool of_batch = false;  ///< mean and deviation are those of x: the gradient follows them
  bool relu = true;
  int pool = 1;  ///< 2: the larger of each two neighbors along W, which must be even; then there is no residual
};

/// y for x and residual in channels-last memory; the residual may be undefined.
torch::Tensor norm_relu(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& residual);

/// The same, written over x; without pooling.
void norm_relu_in_place(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& residual);

struct NormReluGradients {
  torch::Tensor x, weight, bias, residual;
};

/// The gradients from that of y. `y` is needed where a residual was added, and undefined where none was: then x tells
/// what the ReLU let through.
NormReluGradients norm_relu_backward(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& y,
                                     const torch::Tensor& grad_y);

}  // namespace pskd::ops::cpu
