#include "distill/losses/acs.hpp"

#include "distill/losses/kd.hpp"
#include "distill/losses/rkd.hpp"

namespace pskd::distill::losses {
namespace {

/// softmax(logits / tau_c) at the true class, [N].
torch::Tensor truth_confidence(const torch::Tensor& logits, const torch::Tensor& labels, double temperature) {
  return torch::softmax(logits.detach() / temperature, 1).gather(1, labels.unsqueeze(1)).squeeze(1);
}

/// Confidence in the truth [N, teachers]; 0 where the teacher is not eligible.
torch::Tensor eligible_confidence(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                                  const torch::Tensor& labels, const config::AcsConfig& config) {
  const torch::Tensor own = truth_confidence(student_logits, labels, config.confidence_temperature);
  const torch::Tensor threshold = config.threshold ? torch::full_like(own, *config.threshold) : own;
  std::vector<torch::Tensor> columns;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor confidence = truth_confidence(teacher.logits, labels, config.confidence_temperature);
    const torch::Tensor eligible = teacher.logits.argmax(1).eq(labels) & confidence.ge(threshold);
    columns.push_back(confidence * eligible.to(confidence.dtype()));
  }
  return torch::stack(columns, 1);
}

torch::Tensor relations(const torch::Tensor& student, const torch::Tensor& teacher,
                        const config::SemanticConfig& config) {
  torch::Tensor loss = torch::zeros({}, student.options());
  if (config.distance > 0) loss = loss + config.distance * relational_distance(student, teacher);
  if (config.angle > 0) loss = loss + config.angle * relational_angle(student, teacher);
  return loss;
}

}  // namespace

torch::Tensor acs_assignment(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                             const torch::Tensor& labels, const config::AcsConfig& config) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor confidence = eligible_confidence(student_logits, teachers, labels, config);
  std::vector<double> weights;
  for (const TeacherOutput& teacher : teachers) weights.push_back(teacher.weight);
  const torch::Tensor weighted = confidence * torch::tensor(weights, confidence.options());
  const torch::Tensor label_share = 1 - std::get<0>(confidence.max(1, true));
  if (config.selection == config::AcsSelection::soft) {
    const torch::Tensor all = torch::cat({weighted, label_share}, 1);
    return all / all.sum(1, true).clamp_min(1e-12);
  }
  const auto [highest, chosen] = weighted.max(1);
  const torch::Tensor target = torch::where(highest.gt(0), chosen, torch::full_like(chosen, weighted.size(1)));
  return torch::one_hot(target, weighted.size(1) + 1).to(confidence.dtype());
}

torch::Tensor acs_mimicry(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                          const torch::Tensor& labels, const torch::Tensor& assignment, double temperature) {
  std::vector<torch::Tensor> columns;
  for (const TeacherOutput& teacher : teachers) {
    columns.push_back(divergence(student_logits, teacher.logits, temperature));
  }
  columns.push_back(torch::cross_entropy_loss(student_logits, labels, {}, at::Reduction::None));
  return (assignment * torch::stack(columns, 1)).sum(1).mean();
}

torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const torch::Tensor& labels) {
  const torch::Tensor targets = words.index_select(0, labels);
  return (1 - torch::nn::functional::cosine_similarity(embeddings, targets,
                                                       torch::nn::functional::CosineSimilarityFuncOptions().dim(1)))
      .mean();
}

torch::Tensor acs_semantics(const torch::Tensor& student_embedding, const std::vector<TeacherOutput>& teachers,
                            const torch::Tensor& labels, const torch::Tensor& assignment,
                            const config::SemanticConfig& config, const torch::Tensor& words) {
  torch::Tensor loss = torch::zeros({}, student_embedding.options());
  for (std::size_t k = 0; k < teachers.size(); ++k) {
    const torch::Tensor column = assignment.select(1, static_cast<std::int64_t>(k));
    const torch::Tensor clips = column.gt(0).nonzero().squeeze(1);
    loss = loss + column.mean() * relations(student_embedding.index_select(0, clips),
                                            teachers[k].embedding.index_select(0, clips), config);
  }
  if (config.words > 0) loss = loss + config.words * word_distance(student_embedding, words, labels);
  return loss;
}

LossTerm acs_term(const config::AcsConfig& acs, const LossInput& input) {
  const auto& [student, labels, teachers, context] = input;
  const torch::Tensor assignment = acs_assignment(student.logits, teachers, labels, acs);
  const torch::Tensor mimicry = acs_mimicry(student.logits, teachers, labels, assignment, acs.temperature);
  const torch::Tensor semantics =
      acs_semantics(student.embedding, teachers, labels, assignment, acs.semantic, context.words);
  return {{acs.weight * mimicry, acs.semantic.weight * semantics}, assignment};
}

}  // namespace pskd::distill::losses
