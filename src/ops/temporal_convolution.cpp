#include "ops/temporal_convolution.hpp"

#include <ATen/OpMathType.h>
#include <ATen/record_function.h>

#include <vector>

#include "ops/backend.hpp"
#include "ops/cpu/winograd.hpp"
#include "ops/reference/temporal_convolution.hpp"

namespace pskd::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

class WinogradFunction : public torch::autograd::Function<WinogradFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weights,
                               std::int64_t stride) {
    const auto [y, filters] = cpu::winograd_convolution(x, weights, stride);
    context->saved_data["stride"] = stride;
    context->save_for_backward({x, weights, filters});
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_y) {
    const auto saved = context->get_saved_variables();
    const std::int64_t stride = context->saved_data["stride"].toInt();
    const auto gradients = cpu::winograd_convolution_backward(saved[0], saved[1], saved[2], grad_y[0], stride,
                                                              context->needs_input_grad(0));
    return {gradients.x, gradients.weights, {}};
  }
};

void check(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  TORCH_CHECK(x.dim() == 4, "temporal_convolution: x must be [N, C, T, V], found ", x.sizes());
  TORCH_CHECK(weights.dim() == 3 && weights.size(1) == x.size(1) && weights.size(2) % 2 == 1,
              "temporal_convolution: the weights must be [C', ", x.size(1), ", K] with an odd K, found ",
              weights.sizes());
  TORCH_CHECK(stride >= 1, "temporal_convolution: the stride must be at least 1, found ", stride);
  const auto type = at::toOpMathType(x.scalar_type());
  TORCH_CHECK(weights.scalar_type() == type, "temporal_convolution: with x in ", x.scalar_type(),
              " the weights must be in ", type, ", found ", weights.scalar_type());
}

}  // namespace

torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  check(x, weights, stride);
  // Where Winograd's algorithm saves nothing, LibTorch's convolution is the fastest that the processor has.
  if (backend_for(x) == Backend::reference || !cpu::winograd_saves_products(x, weights, stride)) {
    return reference::temporal_convolution(x, weights, stride);
  }
  const std::vector<c10::IValue> inputs({x, weights, stride});  // observers read them when this function ends
  RECORD_FUNCTION("pskd::temporal_convolution", inputs);
  return WinogradFunction::apply(x, weights, stride);
}

}  // namespace pskd::ops
