#include "pskd/model/graph_convolution.hpp"

#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <vector>

#include "joint_mixing_bfloat16.hpp"
#include "matrix_product.hpp"

namespace pskd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Gradients of parameters are summed in so many groups of frames, added in order: threads do not change a bit.
constexpr std::int64_t kGroups = 8;

/// What each of `parts` gets of `all`, rounded up.
std::int64_t share(std::int64_t all, std::int64_t parts) { return (all + parts - 1) / parts; }

/// x as frames [N T, V, C] and the matrices it meets.
struct Graph {
  torch::Tensor frames;     ///< [F, V, C]
  torch::Tensor adjacency;  ///< [V K, V]: the subsets of a joint lie side by side, as channels of it
  torch::Tensor weights;    ///< [C', K C], of x's type
  FrameShape shape;

  std::int64_t count() const { return frames.size(0); }
  std::int64_t subsets() const { return shape.rows / shape.joints; }
  /// Of `all` frames so many at once that what they are mixed to stays in a core's cache.
  std::int64_t chunk(std::int64_t all) const {
    constexpr std::int64_t kBytes = 384 << 10;
    const std::int64_t most = std::max<std::int64_t>(1, kBytes / (shape.rows * shape.channels * frames.element_size()));
    return share(all, share(all, most));
  }
  /// [threads, chunk * V, K C]
  torch::Tensor room_for_mixed(std::int64_t chunk) const {
    return torch::empty({at::get_num_threads(), chunk * shape.joints, subsets() * shape.channels}, frames.options());
  }
};

torch::Tensor frames_of(const torch::Tensor& x) { return x.permute({0, 2, 3, 1}).contiguous().flatten(0, 1); }

/// [F, V, C] -> [N, C, T, V] in channels-last memory.
torch::Tensor unfold(const torch::Tensor& frames, std::int64_t clips) {
  return frames.unflatten(0, {clips, frames.size(0) / clips}).permute({0, 3, 1, 2});
}

Graph graph_of(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::int64_t subsets = adjacency.size(0), joints = adjacency.size(1);
  return {frames_of(x),
          adjacency.transpose(0, 1).reshape({joints * subsets, joints}),
          weights.to(x.scalar_type()).contiguous(),
          {joints * subsets, joints, x.size(1)}};
}

template <class Stored>
void mix(FrameShape shape, const Computed<Stored>* weights, const Stored* frames, Stored* mixed, std::int64_t count) {
#if PSKD_BFLOAT16_PRODUCTS
  if constexpr (std::is_same_v<Stored, c10::BFloat16>) {
    if (multiplies_bfloat16()) return mix_paired_frames(shape, weights, frames, mixed, count);
  }
#endif
  mix_frames(shape, weights, frames, mixed, count);
}

template <class Stored>
void correlate(FrameShape shape, const Stored* mixed, const Stored* frames, Computed<Stored>* sums,
               std::int64_t count) {
#if PSKD_BFLOAT16_PRODUCTS
  if constexpr (std::is_same_v<Stored, c10::BFloat16>) {
    if (multiplies_bfloat16()) return correlate_paired_frames(shape, mixed, frames, sums, count);
  }
#endif
  correlate_frames(shape, mixed, frames, sums, count);
}

/// Matrix products of a thread among several: neither recorded for gradients nor counted one by one.
struct Inside {
  c10::InferenceMode inference;
  at::DisableRecordFunctionGuard unrecorded;
};

torch::Tensor forward_frames(const Graph& graph) {
  const std::int64_t joints = graph.shape.joints, chunk = graph.chunk(graph.count());
  const torch::Tensor y = torch::empty({graph.count(), joints, graph.weights.size(0)}, graph.frames.options());
  const torch::Tensor room = graph.room_for_mixed(chunk);
  const auto run = [&](std::int64_t first, std::int64_t count) {
    const torch::Tensor own = room[at::get_thread_num()].narrow(0, 0, count * joints);
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, own.scalar_type(), "graph_convolution", [&] {
      mix(graph.shape, graph.adjacency.data_ptr<Computed<scalar_t>>(),
          graph.frames.data_ptr<scalar_t>() + first * joints * graph.shape.channels, own.data_ptr<scalar_t>(), count);
    });
    multiply(own, graph.weights.t(), y.narrow(0, first, count).flatten(0, 1));
  };
  at::parallel_for(0, share(graph.count(), chunk), 1, [&](std::int64_t begin, std::int64_t end) {
    const Inside inside;
    for (std::int64_t i = begin; i < end; ++i) run(i * chunk, std::min(chunk, graph.count() - i * chunk));
  });
  return y;
}

struct Gradients {
  torch::Tensor frames, adjacency, weights;
};

Gradients backward_frames(const Graph& graph, const torch::Tensor& gradient, bool of_frames) {
  const FrameShape shape = graph.shape, transposed{shape.joints, shape.rows, shape.channels};
  const auto sums_type = graph.adjacency.options();
  const torch::Tensor weight_sums = torch::zeros({kGroups, graph.weights.size(0), graph.weights.size(1)}, sums_type);
  const torch::Tensor sums = torch::zeros({kGroups, shape.rows, shape.joints, kSumLanes}, sums_type);
  const torch::Tensor of_x = of_frames ? torch::empty_like(graph.frames) : torch::Tensor();
  const std::int64_t group_frames = share(graph.count(), kGroups), chunk = graph.chunk(group_frames);
  const torch::Tensor back = graph.adjacency.t().contiguous(), room = graph.room_for_mixed(chunk);
  const auto run = [&](std::int64_t group, std::int64_t first, std::int64_t count) {
    const torch::Tensor own = room[at::get_thread_num()].narrow(0, 0, count * shape.joints);
    const torch::Tensor of_y = gradient.narrow(0, first, count).flatten(0, 1);
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, own.scalar_type(), "graph_convolution_backward", [&] {
      using Number = Computed<scalar_t>;
      const std::int64_t at = first * shape.joints * shape.channels;
      const scalar_t* frames = graph.frames.data_ptr<scalar_t>() + at;
      auto* mixed = own.data_ptr<scalar_t>();
      mix(shape, graph.adjacency.data_ptr<Number>(), frames, mixed, count);
      multiply(of_y.t(), own, weight_sums[group], true);
      multiply(of_y, graph.weights, own);  // from here on the gradient of what was mixed
      correlate(shape, mixed, frames, sums[group].data_ptr<Number>(), count);
      if (of_frames) mix(transposed, back.data_ptr<Number>(), mixed, of_x.data_ptr<scalar_t>() + at, count);
    });
  };
  at::parallel_for(0, kGroups, 1, [&](std::int64_t begin, std::int64_t end) {
    const Inside inside;
    for (std::int64_t group = begin; group < end; ++group) {
      const std::int64_t last = std::min((group + 1) * group_frames, graph.count());
      for (std::int64_t first = group * group_frames; first < last; first += chunk) {
        run(group, first, std::min(chunk, last - first));
      }
    }
  });
  return {of_x, sums.sum(at::IntArrayRef{0, 3}), weight_sums.sum(0)};
}

class GraphProduct : public torch::autograd::Function<GraphProduct> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& adjacency,
                               const torch::Tensor& weights) {
    context->save_for_backward({x, adjacency, weights});
    return unfold(forward_frames(graph_of(x, adjacency, weights)), x.size(0));
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Graph graph = graph_of(saved[0], saved[1], saved[2]);
    const Gradients found = backward_frames(graph, frames_of(gradients[0]), context->needs_input_grad(0));
    const std::int64_t joints = graph.shape.joints, clips = saved[0].size(0);
    return {found.frames.defined() ? unfold(found.frames, clips) : torch::Tensor(),
            found.adjacency.reshape({joints, graph.subsets(), joints}).transpose(0, 1), found.weights};
  }
};

}  // namespace

torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::vector<c10::IValue> inputs({x, adjacency, weights});  // looked at when this function ends
  RECORD_FUNCTION("pskd::graph_convolution", inputs);
  return GraphProduct::apply(x, adjacency, weights);
}

}  // namespace pskd
