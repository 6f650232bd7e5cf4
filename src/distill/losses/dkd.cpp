#include "distill/losses/dkd.hpp"

#include "distill/losses/kd.hpp"

namespace pskd::distill::losses {
namespace {

/// Logits of the classes other than the true one, [N, K - 1].
torch::Tensor other_classes(const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor place = torch::arange(logits.size(1) - 1, labels.options());
  const torch::Tensor behind_truth = place.unsqueeze(0).ge(labels.unsqueeze(1));
  return logits.gather(1, place + behind_truth.to(torch::kInt64));
}

/// Logits of (true class, any other class), [N, 2].
torch::Tensor true_or_other(const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor truth = logits.gather(1, labels.unsqueeze(1)).squeeze(1);
  return torch::stack({truth, torch::logsumexp(other_classes(logits, labels), 1)}, 1);
}

}  // namespace

torch::Tensor decoupled_kd(const torch::Tensor& logits, const torch::Tensor& teacher_logits,
                           const torch::Tensor& labels, double alpha, double beta, double temperature) {
  const torch::Tensor student = logits / temperature, teacher = teacher_logits.detach() / temperature;
  const torch::Tensor target = divergence(true_or_other(student, labels), true_or_other(teacher, labels), 1);
  const torch::Tensor others = divergence(other_classes(student, labels), other_classes(teacher, labels), 1);
  return temperature * temperature * (alpha * target + beta * others).mean();
}

LossTerm dkd_term(const config::DkdConfig& dkd, const LossInput& input) {
  const torch::Tensor taken_for = known_or_taught(input.labels, input.teachers);
  const auto loss = [&](const TeacherOutput& teacher) {
    return decoupled_kd(input.student.logits, teacher.logits, taken_for, dkd.alpha, dkd.beta, dkd.temperature);
  };
  return {{dkd.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
