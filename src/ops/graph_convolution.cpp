#include "ops/graph_convolution.hpp"

#include <algorithm>
#include <vector>

#include "ops/cpu/gemm.hpp"
#include "ops/cpu/joint_mixing_bfloat16.hpp"
#include "ops/cpu/shared_work.hpp"

namespace pskd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// x as frames [N T, V, C] and the matrices it meets.
struct Operands {
  torch::Tensor frames;     ///< [F, V, C]
  torch::Tensor adjacency;  ///< [V K, V]: the subsets of a joint lie side by side, as channels of it
  torch::Tensor weights;    ///< [C', K C], of x's type
  FrameShape shape;

  std::int64_t count() const { return frames.size(0); }
  std::int64_t subsets() const { return shape.rows / shape.joints; }
  /// Of `all` frames so many at once that what they are mixed to stays in an L2 cache of half a megabyte or more.
  std::int64_t chunk(std::int64_t all) const {
    constexpr std::int64_t kBytes = 384 << 10;
    return even_chunk(all, kBytes / (shape.rows * shape.channels * frames.element_size()));
  }
  /// Room for a chunk, [chunk * V, K C].
  torch::Tensor workspace(std::int64_t chunk) const {
    return torch::empty({chunk * shape.joints, subsets() * shape.channels}, frames.options());
  }
};

Operands operands_of(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::int64_t subsets = adjacency.size(0), joints = adjacency.size(1);
  return {frames_of(x).flatten(0, 1),
          adjacency.transpose(0, 1).reshape({joints * subsets, joints}),
          weights.to(x.scalar_type()).contiguous(),
          {joints * subsets, joints, x.size(1)}};
}

/// What the joints of a chunk of frames are mixed to.
void mix_chunk(const Operands& operands, const Chunk& chunk, const torch::Tensor& mixed) {
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, mixed.scalar_type(), "graph_convolution", [&] {
    mix(operands.shape, operands.adjacency.data_ptr<Computed<scalar_t>>(),
        operands.frames[chunk.first].data_ptr<scalar_t>(), mixed.data_ptr<scalar_t>(), chunk.count);
  });
}

torch::Tensor forward_frames(const Operands& operands) {
  const std::int64_t joints = operands.shape.joints, chunk = operands.chunk(operands.count());
  const torch::Tensor y = torch::empty({operands.count(), joints, operands.weights.size(0)}, operands.frames.options());
  const Matrices weights = matrices_of(operands.weights), all = matrices_of(y.flatten(0, 1));
  const auto start = [&] { return operands.workspace(chunk); };
  for_chunks(operands.count(), chunk, chunk, start, [&](const torch::Tensor& own, const Chunk& some) {
    mix_chunk(operands, some, own);
    multiply(matrices_of(own).rows(0, some.count * joints), weights.transposed(),
             all.rows(some.first * joints, some.count * joints));
  });
  return y;
}

struct Gradients {
  torch::Tensor frames, adjacency, weights;
};

Gradients backward_frames(const Operands& operands, const torch::Tensor& gradient, bool of_frames) {
  const FrameShape shape = operands.shape, transposed{shape.joints, shape.rows, shape.channels};
  const auto sums_type = operands.adjacency.options();
  const torch::Tensor weight_sums =
      torch::zeros({kMostGroups, operands.weights.size(0), operands.weights.size(1)}, sums_type);
  const torch::Tensor sums = torch::zeros({kMostGroups, shape.rows, shape.joints, kSumLanes}, sums_type);
  const torch::Tensor of_x = of_frames ? torch::empty_like(operands.frames) : torch::Tensor();
  const std::int64_t group_frames = std::max<std::int64_t>(1, share(operands.count(), kMostGroups));
  const std::int64_t chunk = operands.chunk(group_frames);
  const torch::Tensor back = operands.adjacency.t().contiguous();
  const Matrices weights = matrices_of(operands.weights), all = matrices_of(gradient.flatten(0, 1));
  const auto start = [&] { return operands.workspace(chunk); };
  for_chunks(operands.count(), group_frames, chunk, start, [&](const torch::Tensor& own, const Chunk& some) {
    const Matrices mixed = matrices_of(own).rows(0, some.count * shape.joints);
    const Matrices of_y = all.rows(some.first * shape.joints, some.count * shape.joints);
    mix_chunk(operands, some, own);
    add_product(of_y.transposed(), mixed, matrices_of(weight_sums[some.group]));
    multiply(of_y, weights, mixed);  // from here on the gradient of what was mixed
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, own.scalar_type(), "graph_convolution_backward", [&] {
      using Number = Computed<scalar_t>;
      const auto* of_mixed = own.data_ptr<scalar_t>();
      correlate(shape, of_mixed, operands.frames[some.first].data_ptr<scalar_t>(), sums[some.group].data_ptr<Number>(),
                some.count);
      if (!of_frames) return;
      mix(transposed, back.data_ptr<Number>(), of_mixed, of_x[some.first].data_ptr<scalar_t>(), some.count);
    });
  });
  return {of_x, sums.sum(at::IntArrayRef{0, 3}), weight_sums.sum(0)};
}

class GraphConvolutionFunction : public torch::autograd::Function<GraphConvolutionFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& adjacency,
                               const torch::Tensor& weights) {
    context->save_for_backward({x, adjacency, weights});
    return unfold(forward_frames(operands_of(x, adjacency, weights)).unflatten(0, {x.size(0), x.size(2)}));
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Operands operands = operands_of(saved[0], saved[1], saved[2]);
    const Gradients found =
        backward_frames(operands, frames_of(gradients[0]).flatten(0, 1), context->needs_input_grad(0));
    const std::int64_t joints = operands.shape.joints, clips = saved[0].size(0), steps = saved[0].size(2);
    return {found.frames.defined() ? unfold(found.frames.unflatten(0, {clips, steps})) : torch::Tensor(),
            found.adjacency.reshape({joints, operands.subsets(), joints}).transpose(0, 1), found.weights};
  }
};

}  // namespace

torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::vector<c10::IValue> inputs({x, adjacency, weights});  // looked at when this function ends
  RECORD_FUNCTION("pskd::graph_convolution", inputs);
  return GraphConvolutionFunction::apply(x, adjacency, weights);
}

}  // namespace pskd
