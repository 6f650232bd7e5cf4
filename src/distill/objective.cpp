#include "distill/objective.hpp"

#include "distill/label_loss.hpp"
#include "distill/losses/registry.hpp"

namespace pskd::distill {

Objective objective(const model::Output& student, const Labels& labels, const std::vector<TeacherOutput>& teachers,
                    const config::LossConfig& config, const losses::LossContext& context, double taught) {
  Objective result;
  result.loss = config.ce * label_loss(student.logits, labels, config.label_smoothing);
  for (const torch::Tensor& branch : student.branch_logits) {
    result.loss = result.loss + config.branches * label_loss(branch, labels, config.label_smoothing);
  }
  if (teachers.empty()) return result;
  for (const losses::TeacherLoss& loss : losses::teacher_losses()) {
    const losses::LossTerm term = loss.term(config, {student, labels, teachers, context});
    for (const torch::Tensor& summand : term.summands) {
      result.loss = result.loss + (taught < 1 ? taught * summand : summand);
    }
    if (term.assignment.defined()) result.assignment = term.assignment;
  }
  return result;
}

}  // namespace pskd::distill
