#include "ops/cpu/gemm.hpp"

#include <ATen/OpMathType.h>

#include "ops/cpu/onednn.hpp"

namespace pskd::ops::cpu {
namespace {

torch::Tensor tensor_of(const Matrices& matrices) {
  return torch::from_blob(matrices.numbers, matrices.sizes, matrices.strides, matrices.type);
}

/// The product by LibTorch's own matmul.
void libtorch_product(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  const auto type = at::toOpMathType(out.type);
  const torch::Tensor left = tensor_of(a).to(type), right = tensor_of(b).to(type);
  torch::Tensor result = tensor_of(out);
  if (out.type == type) {
    add ? result.baddbmm_(left, right) : at::bmm_out(result, left, right);
  } else {
    add ? result.add_(torch::bmm(left, right)) : result.copy_(torch::bmm(left, right));
  }
}

void run(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  if (!onednn_product(a, b, out, add)) libtorch_product(a, b, out, add);
}

}  // namespace

Matrices Matrices::transposed() const {
  return {numbers, type, {sizes[0], sizes[2], sizes[1]}, {strides[0], strides[2], strides[1]}};
}

Matrices Matrices::rows(std::int64_t first, std::int64_t count) const {
  const auto bytes = static_cast<std::int64_t>(c10::elementSize(type));
  return {static_cast<char*>(numbers) + first * strides[1] * bytes, type, {sizes[0], count, sizes[2]}, strides};
}

Matrices matrices_of(const torch::Tensor& tensor) {
  const torch::Tensor all = tensor.dim() == 2 ? tensor.unsqueeze(0) : tensor;
  return {all.data_ptr(),
          all.scalar_type(),
          {all.size(0), all.size(1), all.size(2)},
          {all.stride(0), all.stride(1), all.stride(2)}};
}

void multiply(const Matrices& a, const Matrices& b, const Matrices& out) { run(a, b, out, false); }

void add_product(const Matrices& a, const Matrices& b, const Matrices& out) { run(a, b, out, true); }

}  // namespace pskd::ops::cpu
