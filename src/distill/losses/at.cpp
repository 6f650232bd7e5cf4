#include "distill/losses/at.hpp"

#include <algorithm>

#include "distill/losses/unit_rows.hpp"
#include "pskd/model/network.hpp"

namespace pskd::distill::losses {
namespace {

/// Maps [N, T] averaged down to [N, length].
torch::Tensor shorten(const torch::Tensor& maps, std::int64_t length) {
  return model::segment_means(maps.unsqueeze(1), length).squeeze(1);
}

}  // namespace

torch::Tensor temporal_attention(const torch::Tensor& features) {
  const torch::Tensor over_channels = features.square().sum(1);
  return features.dim() == 4 ? over_channels.sum(2) : over_channels;
}

torch::Tensor attention_transfer(const torch::Tensor& student, const torch::Tensor& teacher) {
  const std::int64_t length = std::min(student.size(1), teacher.size(1));
  const torch::Tensor difference = unit_rows(shorten(student, length)) - unit_rows(shorten(teacher.detach(), length));
  return difference.square().sum(1).mean();
}

LossTerm at_term(const config::AtConfig& at, const LossInput& input) {
  const auto loss = [&](const TeacherOutput& teacher) {
    return attention_transfer(temporal_attention(input.student.features), teacher.attention);
  };
  return {{at.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
