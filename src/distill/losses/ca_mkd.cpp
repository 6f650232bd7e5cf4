#include "distill/losses/ca_mkd.hpp"

#include "distill/losses/kd.hpp"

namespace pskd::distill::losses {

torch::Tensor ca_mkd_weights(const std::vector<torch::Tensor>& teacher_logits, const torch::Tensor& labels) {
  std::vector<torch::Tensor> errors;
  for (const torch::Tensor& logits : teacher_logits) {
    errors.push_back(torch::cross_entropy_loss(logits.detach(), labels, {}, at::Reduction::None));
  }
  const torch::Tensor error = torch::stack(errors, 1);
  if (errors.size() == 1) return torch::ones_like(error);
  return (1 - torch::softmax(error, 1)) / static_cast<double>(errors.size() - 1);
}

torch::Tensor ca_mkd(const torch::Tensor& logits, const std::vector<torch::Tensor>& teacher_logits,
                     const torch::Tensor& labels, double temperature) {
  std::vector<torch::Tensor> divergences;
  for (const torch::Tensor& teacher : teacher_logits) divergences.push_back(divergence(logits, teacher, temperature));
  return (ca_mkd_weights(teacher_logits, labels) * torch::stack(divergences, 1)).sum(1).mean();
}

LossTerm ca_mkd_term(const config::CaMkdConfig& config, const LossInput& input) {
  std::vector<torch::Tensor> logits;
  for (const TeacherOutput& teacher : input.teachers) logits.push_back(teacher.logits);
  const torch::Tensor taken_for = known_or_taught(input.labels, input.teachers);
  return {{config.weight * ca_mkd(input.student.logits, logits, taken_for, config.temperature)}};
}

}  // namespace pskd::distill::losses
