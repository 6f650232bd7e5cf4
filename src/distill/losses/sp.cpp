#include "distill/losses/sp.hpp"

#include "distill/losses/unit_rows.hpp"

namespace pskd::distill::losses {
namespace {

torch::Tensor similarities(const torch::Tensor& embeddings) { return unit_rows(torch::mm(embeddings, embeddings.t())); }

}  // namespace

torch::Tensor similarity_preserving(const torch::Tensor& student, const torch::Tensor& teacher) {
  return torch::mse_loss(similarities(student), similarities(teacher.detach()));
}

LossTerm sp_term(const config::SpConfig& sp, const LossInput& input) {
  const auto loss = [&](const TeacherOutput& teacher) {
    return similarity_preserving(input.student.embedding, teacher.embedding);
  };
  return {{sp.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
