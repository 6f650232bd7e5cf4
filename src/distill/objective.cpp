#include "pskd/distill/objective.hpp"

#include "pskd/distill/losses.hpp"

namespace pskd {
namespace {

torch::Tensor kd_loss(const torch::Tensor& logits, const std::vector<TeacherOutput>& teachers, double temperature) {
  torch::Tensor loss = torch::zeros({}, logits.options());
  double weights = 0;
  for (const TeacherOutput& teacher : teachers) {
    loss = loss + teacher.weight * divergence(logits, teacher.logits, temperature).mean();
    weights += teacher.weight;
  }
  return loss / weights;
}

}  // namespace

Objective objective(const Output& learner, const torch::Tensor& labels, const std::vector<TeacherOutput>& teachers,
                    const LossConfig& config, const torch::Tensor& words) {
  Objective result;
  result.loss = config.ce * label_loss(learner.logits, labels, config.label_smoothing);
  for (const torch::Tensor& branch : learner.branch_logits) {
    result.loss = result.loss + config.branches * label_loss(branch, labels, config.label_smoothing);
  }
  if (teachers.empty()) return result;
  if (config.kd) {
    result.loss = result.loss + config.kd->weight * kd_loss(learner.logits, teachers, config.kd->temperature);
  }
  if (config.acs) {
    const AcsConfig& acs = *config.acs;
    result.assignment = acs_assignment(learner.logits, teachers, labels, acs);
    result.loss = result.loss +
                  acs.weight * acs_mimicry(learner.logits, teachers, labels, result.assignment, acs.temperature) +
                  acs.semantic.weight *
                      acs_semantics(learner.embedding, teachers, labels, result.assignment, acs.semantic, words);
  }
  return result;
}

}  // namespace pskd
