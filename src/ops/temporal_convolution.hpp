// A convolution over time, with fewer products than it has taps where that is faster.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// y[n, c', t, v] = sum_k sum_c W[c', c, k] x[n, c, stride t + k - K / 2, v], where x is 0 before its first frame and
/// after its last: of x [N, C, T, V] and W [C', C, K], K odd, [N, C', ceil(T / stride), V] in channels-last memory.
/// Float, double, or x in bfloat16 with W in float, which then is rounded to it. Differentiable in both.
torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride = 1);

}  // namespace pskd
