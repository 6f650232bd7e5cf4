// Matrix products for operations that split their work among threads by themselves.
#pragma once

#include <torch/torch.h>

#include <array>

namespace pskd {

/// Some matrices of equal shape in the memory of a tensor, which has to outlive them.
struct Matrices {
  void* numbers;
  torch::ScalarType type;
  std::array<std::int64_t, 3> sizes, strides;  ///< of matrices, rows, columns

  Matrices transposed() const;
  /// Of each matrix `count` rows from `first` on.
  Matrices rows(std::int64_t first, std::int64_t count) const;
};

/// A tensor [M, K] or [B, M, K].
Matrices matrices_of(const torch::Tensor& tensor);

/// out = a b: of each a [M, K], b [K, N] and out [M, N], summed in the precision of `out` or better. Rows or columns of
/// a and b are contiguous, rows of `out` are. All float, all double, or a and b in bfloat16 and `out` in it or in
/// float. To be called where LibTorch records no gradients; inside at::parallel_for it stays on its thread.
void multiply(const Matrices& a, const Matrices& b, const Matrices& out);

/// out += a b.
void add_product(const Matrices& a, const Matrices& b, const Matrices& out);

}  // namespace pskd
