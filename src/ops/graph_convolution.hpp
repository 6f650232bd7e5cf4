// A graph convolution in one step, a few frames at a time: what joints are mixed to never leaves a core's cache.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// y[n, c', t, v] = sum_k sum_c W[c', k * C + c] sum_u A[k, v, u] x[n, c, t, u]: of x [N, C, T, V], A [K, V, V] and
/// W [C', K * C], [N, C', T, V] in channels-last memory. Float, double, or x in bfloat16 with A and W in float; then W
/// is rounded to bfloat16, and so is A where the processor multiplies bfloat16 by itself. Differentiable in all three.
torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights);

}  // namespace pskd
