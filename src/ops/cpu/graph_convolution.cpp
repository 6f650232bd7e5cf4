#include "ops/cpu/graph_convolution.hpp"

#include <algorithm>

#include "ops/cpu/chunks.hpp"
#include "ops/cpu/gemm.hpp"
#include "ops/cpu/joint_mixing_bfloat16.hpp"

namespace pskd::ops::cpu {
namespace {

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

/// Writes what the joints of a chunk of frames are mixed to.
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

GraphConvolutionGradients backward_frames(const Operands& operands, const torch::Tensor& grad_y, bool needs_x) {
  const FrameShape shape = operands.shape, transposed{shape.joints, shape.rows, shape.channels};
  const auto sums_type = operands.adjacency.options();
  const torch::Tensor weight_sums =
      torch::zeros({kMaxGroups, operands.weights.size(0), operands.weights.size(1)}, sums_type);
  const torch::Tensor sums = torch::zeros({kMaxGroups, shape.rows, shape.joints, kSumLanes}, sums_type);
  const torch::Tensor grad_x = needs_x ? torch::empty_like(operands.frames) : torch::Tensor();
  const std::int64_t group_frames = std::max<std::int64_t>(1, ceil_div(operands.count(), kMaxGroups));
  const std::int64_t chunk = operands.chunk(group_frames);
  const torch::Tensor back = operands.adjacency.t().contiguous();
  const Matrices weights = matrices_of(operands.weights), all = matrices_of(grad_y.flatten(0, 1));
  const auto start = [&] { return operands.workspace(chunk); };
  for_chunks(operands.count(), group_frames, chunk, start, [&](const torch::Tensor& own, const Chunk& some) {
    const Matrices mixed = matrices_of(own).rows(0, some.count * shape.joints);
    const Matrices grad_rows = all.rows(some.first * shape.joints, some.count * shape.joints);
    mix_chunk(operands, some, own);
    add_product(grad_rows.transposed(), mixed, matrices_of(weight_sums[some.group]));
    multiply(grad_rows, weights, mixed);  // the workspace now holds the gradient of what was mixed
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, own.scalar_type(), "graph_convolution_backward", [&] {
      using Number = Computed<scalar_t>;
      const auto* grad_mixed = own.data_ptr<scalar_t>();
      correlate(shape, grad_mixed, operands.frames[some.first].data_ptr<scalar_t>(),
                sums[some.group].data_ptr<Number>(), some.count);
      if (!needs_x) return;
      mix(transposed, back.data_ptr<Number>(), grad_mixed, grad_x[some.first].data_ptr<scalar_t>(), some.count);
    });
  });
  return {grad_x, sums.sum(at::IntArrayRef{0, 3}), weight_sums.sum(0)};
}

}  // namespace

torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  return unfold(forward_frames(operands_of(x, adjacency, weights)).unflatten(0, {x.size(0), x.size(2)}));
}

GraphConvolutionGradients graph_convolution_backward(const torch::Tensor& x, const torch::Tensor& adjacency,
                                                     const torch::Tensor& weights, const torch::Tensor& grad_y,
                                                     bool needs_x) {
  const Operands operands = operands_of(x, adjacency, weights);
  const GraphConvolutionGradients found = backward_frames(operands, frames_of(grad_y).flatten(0, 1), needs_x);
  const std::int64_t joints = operands.shape.joints;
  return {needs_x ? unfold(found.x.unflatten(0, {x.size(0), x.size(2)})) : torch::Tensor(),
          found.adjacency.reshape({joints, operands.subsets(), joints}).transpose(0, 1), found.weights};
}

}  // namespace pskd::ops::cpu
