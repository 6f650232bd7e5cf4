// Matrix products for operations that split their work among threads by themselves.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// out = a b: of a [M, K], b [K, N] and out [M, N], summed in the precision of `out` or better. Rows or columns of a
/// and b are contiguous, rows of `out` are. All float, all double, or a and b in bfloat16 and `out` in it or in float.
/// To be called where LibTorch records no gradients; inside at::parallel_for it stays on its thread.
void multiply(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out);

/// out += a b.
void add_product(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out);

}  // namespace pskd
