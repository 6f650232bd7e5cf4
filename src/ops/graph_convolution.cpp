#include "ops/graph_convolution.hpp"

#include <ATen/OpMathType.h>
#include <ATen/record_function.h>

#include <vector>

#include "ops/backend.hpp"
#include "ops/cpu/graph_convolution.hpp"
#include "ops/reference/graph_convolution.hpp"

namespace pskd::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

class GraphConvolutionFunction : public torch::autograd::Function<GraphConvolutionFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& adjacency,
                               const torch::Tensor& weights) {
    context->save_for_backward({x, adjacency, weights});
    return cpu::graph_convolution(x, adjacency, weights);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_y) {
    const auto saved = context->get_saved_variables();
    const auto gradients =
        cpu::graph_convolution_backward(saved[0], saved[1], saved[2], grad_y[0], context->needs_input_grad(0));
    return {gradients.x, gradients.adjacency, gradients.weights};
  }
};

void check(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  TORCH_CHECK(x.dim() == 4, "graph_convolution: x must be [N, C, T, V], found ", x.sizes());
  const std::int64_t channels = x.size(1), joints = x.size(3);
  TORCH_CHECK(adjacency.dim() == 3 && adjacency.size(1) == joints && adjacency.size(2) == joints,
              "graph_convolution: the adjacency must be [K, ", joints, ", ", joints, "], found ", adjacency.sizes());
  const std::int64_t mixed = adjacency.size(0) * channels;
  TORCH_CHECK(weights.dim() == 2 && weights.size(1) == mixed, "graph_convolution: the weights must be [C', ", mixed,
              "], found ", weights.sizes());
  const auto type = at::toOpMathType(x.scalar_type());
  TORCH_CHECK(adjacency.scalar_type() == type && weights.scalar_type() == type, "graph_convolution: with x in ",
              x.scalar_type(), " adjacency and weights must be in ", type, ", found ", adjacency.scalar_type(), " and ",
              weights.scalar_type());
}

}  // namespace

torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  check(x, adjacency, weights);
  const std::vector<c10::IValue> inputs({x, adjacency, weights});  // observers read them when this function ends
  RECORD_FUNCTION("pskd::graph_convolution", inputs);
  if (backend_for(x) == Backend::reference) {
    // Observers count the operation as a whole; its products must not be counted once more.
    const at::DisableRecordFunctionGuard unrecorded;
    return reference::graph_convolution(x, adjacency, weights);
  }
  return GraphConvolutionFunction::apply(x, adjacency, weights);
}

}  // namespace pskd::ops
