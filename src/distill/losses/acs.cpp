#include "distill/losses/acs.hpp"

#include <optional>

#include "distill/losses/kd.hpp"
#include "distill/losses/rkd.hpp"
#include "ops/backend.hpp"

namespace pskd::distill::losses {
namespace {

/// softmax(logits / tau_c) at the class of each clip, [N].
torch::Tensor confidence_in(const torch::Tensor& logits, const torch::Tensor& classes, double temperature) {
  return torch::softmax(logits.detach() / temperature, 1).gather(1, classes.unsqueeze(1)).squeeze(1);
}

/// The class that a teacher must say to be eligible, and how sure it must be of it.
struct Required {
  torch::Tensor classes;    ///< [N]
  torch::Tensor threshold;  ///< [N]; above 1: no teacher is eligible
};

Required required(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers, const Labels& labels,
                  const config::AcsConfig& config) {
  const auto threshold_of = [&](const torch::Tensor& classes, const std::optional<double>& fixed) {
    const torch::Tensor own = confidence_in(student_logits, classes, config.confidence_temperature);
    return fixed ? torch::full_like(own, *fixed) : own;
  };
  const torch::Tensor labeled = threshold_of(labels.classes, config.threshold);
  if (labels.all_known()) return {labels.classes, labeled};
  const Vote voted = vote(teachers);
  const torch::Tensor unlabeled = threshold_of(voted.classes, config.unlabeled_threshold);
  return {torch::where(labels.known, labels.classes, voted.classes),
          torch::where(labels.known, labeled, torch::where(voted.agreed, unlabeled, torch::full_like(unlabeled, 2)))};
}

/// Confidence in the required class [N, teachers]; 0 where the teacher is not eligible.
torch::Tensor eligible_confidence(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                                  const Labels& labels, const config::AcsConfig& config) {
  const auto [classes, threshold] = required(student_logits, teachers, labels, config);
  std::vector<torch::Tensor> columns;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor confidence = confidence_in(teacher.logits, classes, config.confidence_temperature);
    const torch::Tensor eligible = teacher.logits.argmax(1).eq(classes) & confidence.ge(threshold);
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

/// The relational terms among the clips that the mask `clips` [N] has, at the full shape.
torch::Tensor relations_among(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& clips,
                              const config::SemanticConfig& config) {
  torch::Tensor loss = torch::zeros({}, student.options());
  if (config.distance > 0) loss = loss + config.distance * relational_distance_among(student, teacher, clips);
  if (config.angle > 0) loss = loss + config.angle * relational_angle_among(student, teacher, clips);
  return loss;
}

/// The relational terms over the clips that learn from a teacher. The processor picks them out where all labels are
/// known: so the order of the sums, and the bits, stay what they were. A card would have to be asked which clips they
/// are.
torch::Tensor relations_of_learners(const torch::Tensor& student, const torch::Tensor& teacher,
                                    const torch::Tensor& learns, bool all_known, const config::SemanticConfig& config) {
  if (!all_known || ops::backend_for(student) == ops::Backend::reference) {
    return relations_among(student, teacher, learns, config);
  }
  const torch::Tensor clips = learns.nonzero().squeeze(1);
  return relations(student.index_select(0, clips), teacher.index_select(0, clips), config);
}

}  // namespace

torch::Tensor acs_assignment(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                             const Labels& labels, const config::AcsConfig& config) {
  const torch::NoGradGuard no_grad;
  if (teachers.empty()) {
    const torch::Tensor known = labels.all_known() ? torch::ones_like(labels.classes) : labels.known;
    return known.unsqueeze(1).to(student_logits.dtype());
  }
  const torch::Tensor confidence = eligible_confidence(student_logits, teachers, labels, config);
  std::vector<double> weights;
  for (const TeacherOutput& teacher : teachers) weights.push_back(teacher.weight);
  const torch::Tensor weighted = confidence * torch::tensor(weights, confidence.options());
  torch::Tensor label_share = 1 - std::get<0>(confidence.max(1, true));
  if (!labels.all_known()) label_share = label_share * labels.known.unsqueeze(1);
  if (config.selection == config::AcsSelection::soft) {
    const torch::Tensor all = torch::cat({weighted, label_share}, 1);
    return all / all.sum(1, true).clamp_min(1e-12);
  }
  const auto [highest, chosen] = weighted.max(1);
  const torch::Tensor target = torch::where(highest.gt(0), chosen, torch::full_like(chosen, weighted.size(1)));
  const torch::Tensor columns = torch::arange(weighted.size(1) + 1, target.options());
  const torch::Tensor assignment = target.unsqueeze(1).eq(columns).to(confidence.dtype());
  if (labels.all_known()) return assignment;
  const torch::Tensor taught = labels.known | highest.gt(0);
  return assignment * taught.unsqueeze(1);
}

torch::Tensor acs_mimicry(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                          const Labels& labels, const torch::Tensor& assignment, double temperature) {
  std::vector<torch::Tensor> columns;
  for (const TeacherOutput& teacher : teachers) {
    columns.push_back(divergence(student_logits, teacher.logits, temperature));
  }
  columns.push_back(
      weighed(torch::cross_entropy_loss(student_logits, labels.classes, {}, at::Reduction::None), labels));
  return (assignment * torch::stack(columns, 1)).sum(1).mean();
}

torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const Labels& labels) {
  const torch::Tensor targets = words.index_select(0, labels.classes);
  return mean_over_labeled(1 - torch::nn::functional::cosine_similarity(
                                   embeddings, targets, torch::nn::functional::CosineSimilarityFuncOptions().dim(1)),
                           labels);
}

torch::Tensor acs_semantics(const torch::Tensor& student_embedding, const std::vector<TeacherOutput>& teachers,
                            const Labels& labels, const torch::Tensor& assignment, const config::SemanticConfig& config,
                            const torch::Tensor& words) {
  torch::Tensor loss = torch::zeros({}, student_embedding.options());
  for (std::size_t k = 0; k < teachers.size(); ++k) {
    const torch::Tensor column = assignment.select(1, static_cast<std::int64_t>(k));
    const torch::Tensor related =
        relations_of_learners(student_embedding, teachers[k].embedding, column.gt(0), labels.all_known(), config);
    loss = loss + column.mean() * related;
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
