#include "ops/reference/graph_convolution.hpp"

namespace pskd::ops::reference {

torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const std::int64_t clips = x.size(0), channels = x.size(1), steps = x.size(2), joints = x.size(3);
  const std::int64_t subsets = adjacency.size(0);
  const torch::Tensor frames = x.permute({0, 2, 3, 1}).reshape({clips * steps, joints, channels});
  // The subsets of a joint lie side by side, so that one product mixes the joints and another the channels.
  const torch::Tensor mixing =
      adjacency.to(x.scalar_type()).transpose(0, 1).reshape({joints * subsets, joints}).expand({clips * steps, -1, -1});
  const torch::Tensor mixed = torch::bmm(mixing, frames).reshape({clips * steps * joints, subsets * channels});
  const torch::Tensor y = torch::mm(mixed, weights.to(x.scalar_type()).t());
  return y.reshape({clips, steps, joints, weights.size(0)}).permute({0, 3, 1, 2});
}

}  // namespace pskd::ops::reference
