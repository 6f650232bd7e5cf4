// GEMM, the product of matrices, for operations that split their work among threads themselves: by oneDNN where there
// is one, else by LibTorch's own product.
#pragma once

#include <torch/torch.h>

#include <array>

namespace pskd::ops::cpu {

/// A batch of matrices of one shape in the memory of a tensor, which must outlive them.
struct Matrices {
  void* numbers;
  torch::ScalarType type;
  std::array<std::int64_t, 3> sizes, strides;  ///< of the batch, rows, columns

  Matrices transposed() const;
  /// `count` rows of each matrix, from `first` on.
  Matrices rows(std::int64_t first, std::int64_t count) const;
};

/// The matrices of a tensor [M, K] or [B, M, K].
Matrices matrices_of(const torch::Tensor& tensor);

/// out = a b for each a [M, K], b [K, N] and out [M, N] of the batch, summed in the precision of `out` or better. The
/// rows of `out` are contiguous, and so are the rows or the columns of a and of b. All are in float, all in double, or
/// a and b in bfloat16 and `out` in bfloat16 or float. Call it where LibTorch records no gradients. Inside
/// at::parallel_for it stays on its thread.
void multiply(const Matrices& a, const Matrices& b, const Matrices& out);

/// out += a b.
void add_product(const Matrices& a, const Matrices& b, const Matrices& out);

}  // namespace pskd::ops::cpu
