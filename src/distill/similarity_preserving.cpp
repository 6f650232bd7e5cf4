#include "distill/baselines.hpp"
#include "distill/unit_rows.hpp"

namespace pskd {
namespace {

torch::Tensor similarities(const torch::Tensor& embeddings) { return unit_rows(torch::mm(embeddings, embeddings.t())); }

}  // namespace

torch::Tensor similarity_preserving(const torch::Tensor& learner, const torch::Tensor& teacher) {
  return torch::mse_loss(similarities(learner), similarities(teacher.detach()));
}

}  // namespace pskd
