// A convolution over time, by Winograd's algorithm where that is faster.
#pragma once

#include <torch/torch.h>

namespace pskd::ops {

/// y[n, c', t, v] = sum_k sum_c W[c', c, k] x[n, c, stride t + k - (K - 1) / 2, v]
///
/// x [N, C, T, V], 0 before its first frame and after its last, W [C', C, K] with K odd; y [N, C', ceil(T / stride), V]
/// in channels-last memory. Both in float, both in double, or x in bfloat16 with W in float, which is rounded to
/// bfloat16 then. Differentiable in both. Throws c10::Error for other shapes and types.
torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride = 1);

}  // namespace pskd::ops
