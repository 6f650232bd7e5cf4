#include "distill/losses/dist.hpp"

namespace pskd::distill::losses {
namespace {

constexpr double kMinDeviation = 1e-8;

/// Mean over the rows of 1 - Pearson's correlation between a row of `a` and the same row of `b`.
torch::Tensor pearson_distance(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor x = a - a.mean(1, /*keepdim=*/true), y = b - b.mean(1, /*keepdim=*/true);
  return 1 - ((x * y).sum(1) / (x.norm(2, 1) * y.norm(2, 1)).clamp_min(kMinDeviation)).mean();
}

}  // namespace

torch::Tensor dist_loss(const torch::Tensor& logits, const torch::Tensor& teacher_logits, double beta, double gamma,
                        double temperature) {
  const torch::Tensor student = torch::softmax(logits / temperature, 1);
  const torch::Tensor teacher = torch::softmax(teacher_logits.detach() / temperature, 1);
  torch::Tensor loss = beta * pearson_distance(student, teacher);
  if (logits.size(0) > 1) loss = loss + gamma * pearson_distance(student.t(), teacher.t());
  return temperature * temperature * loss;
}

LossTerm dist_term(const config::DistConfig& dist, const LossInput& input) {
  const auto loss = [&](const TeacherOutput& teacher) {
    return dist_loss(input.student.logits, teacher.logits, dist.beta, dist.gamma, dist.temperature);
  };
  return {{dist.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
