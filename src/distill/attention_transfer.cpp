#include <algorithm>

#include "distill/baselines.hpp"
#include "distill/unit_rows.hpp"

namespace pskd {
namespace {

/// Maps [N, T] averaged down to [N, length].
torch::Tensor shorten(const torch::Tensor& maps, std::int64_t length) {
  return torch::adaptive_avg_pool1d(maps.unsqueeze(1), length).squeeze(1);
}

}  // namespace

torch::Tensor temporal_attention(const torch::Tensor& features) {
  const torch::Tensor over_channels = features.square().sum(1);
  return features.dim() == 4 ? over_channels.sum(2) : over_channels;
}

torch::Tensor attention_transfer(const torch::Tensor& learner, const torch::Tensor& teacher) {
  const std::int64_t length = std::min(learner.size(1), teacher.size(1));
  const torch::Tensor difference = unit_rows(shorten(learner, length)) - unit_rows(shorten(teacher.detach(), length));
  return difference.square().sum(1).mean();
}

}  // namespace pskd
