#include "distill/losses/kd.hpp"

namespace pskd::distill::losses {

torch::Tensor divergence(const torch::Tensor& student_logits, const torch::Tensor& teacher_logits, double temperature) {
  const torch::Tensor student = torch::log_softmax(student_logits / temperature, 1);
  const torch::Tensor teacher = torch::log_softmax(teacher_logits.detach() / temperature, 1);
  return (teacher.exp() * (teacher - student)).sum(1) * (temperature * temperature);
}

LossTerm kd_term(const config::KdConfig& kd, const LossInput& input) {
  const auto loss = [&](const TeacherOutput& teacher) {
    if (kd.targets == config::KdTargets::hard) {
      return torch::cross_entropy_loss(input.student.logits, teacher.logits.argmax(1));
    }
    return divergence(input.student.logits, teacher.logits, kd.temperature).mean();
  };
  return {{kd.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
