// A graph convolution in one step: joints are mixed, then channels.
#pragma once

#include <torch/torch.h>

namespace pskd::ops {

/// y[n, c', t, v] = sum_k sum_c W[c', k C + c] sum_u A[k, v, u] x[n, c, t, u]
///
/// x [N, C, T, V] features of each frame and joint, A [K, V, V] the adjacency in K subsets, W [C', K C]; y [N, C', T,
/// V] in channels-last memory. The spatial graph convolution of Yan et al. 2018 (ST-GCN). All in float, all in double,
/// or x in bfloat16 with A and W in float; then W is rounded to bfloat16, and A too unless the processor lacks products
/// of bfloat16. Differentiable in all three. Throws c10::Error for other shapes and types.
torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights);

}  // namespace pskd::ops
