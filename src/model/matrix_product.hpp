// Matrix products of one thread among several, for operations that split their work into pieces by themselves.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// out = a b, or out += a b: of a [M, K], b [K, N] and out [M, N]. Rows or columns of a and b are contiguous, rows of
/// `out` are. Float or bfloat16 in any mixture, summed in float; or all double. Must be called where LibTorch records
/// no gradients.
void multiply(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out, bool add = false);

}  // namespace pskd
