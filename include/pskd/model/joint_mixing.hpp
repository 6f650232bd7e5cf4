// Mixing joints by an adjacency: the small matrix products of a graph convolution, for which libraries need copies.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// y[n, k * C + c, t, v] = sum_u A[k, v, u] x[n, c, t, u]: [N, C, T, V] and [K, V, V] -> [N, K * C, T, V], both in
/// channels-last memory; float, double, or x in bfloat16 with A in float. Differentiable in both.
torch::Tensor mix_joints(const torch::Tensor& x, const torch::Tensor& adjacency);

}  // namespace pskd
