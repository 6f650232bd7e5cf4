#include "distill/objective.hpp"

#include <functional>

#include "distill/baselines.hpp"
#include "distill/losses.hpp"

namespace pskd {
namespace {

using TeacherTerm = std::function<torch::Tensor(const TeacherOutput&)>;

torch::Tensor mean_over(const std::vector<TeacherOutput>& teachers, const TeacherTerm& term) {
  torch::Tensor sum;
  double weights = 0;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor weighed = teacher.weight * term(teacher);
    sum = sum.defined() ? sum + weighed : weighed;
    weights += teacher.weight;
  }
  return sum / weights;
}

/// The terms for a single teacher that `config` has, each with its weight.
std::vector<std::pair<double, TeacherTerm>> teacher_terms_of(const Output& learner, const torch::Tensor& labels,
                                                             const LossConfig& config, const LossContext& context) {
  std::vector<std::pair<double, TeacherTerm>> terms;
  const auto add = [&terms](const auto& part, auto loss) {
    if (part) terms.emplace_back(part->weight, [=](const TeacherOutput& teacher) { return loss(teacher, *part); });
  };
  const torch::Tensor &logits = learner.logits, &embedding = learner.embedding;
  add(config.kd, [=](const TeacherOutput& teacher, const KdConfig& kd) {
    return divergence(logits, teacher.logits, kd.temperature).mean();
  });
  add(config.fitnet, [=](const TeacherOutput& teacher, const FitnetConfig&) {
    return hint_loss(context.adapters->regress(embedding, teacher.stage), teacher.embedding);
  });
  add(config.at, [=](const TeacherOutput& teacher, const AttentionConfig&) {
    return attention_transfer(temporal_attention(learner.features), teacher.attention);
  });
  add(config.sp, [=](const TeacherOutput& teacher, const SimilarityConfig&) {
    return similarity_preserving(embedding, teacher.embedding);
  });
  add(config.rkd, [=](const TeacherOutput& teacher, const RelationalConfig& rkd) {
    return rkd.distance * relational_distance(embedding, teacher.embedding) +
           rkd.angle * relational_angle(embedding, teacher.embedding);
  });
  add(config.crd, [=](const TeacherOutput& teacher, const ContrastiveConfig& crd) {
    return contrastive(context.adapters->project_learner(embedding),
                       context.adapters->project_teacher(teacher.embedding, teacher.stage), labels, crd.temperature);
  });
  add(config.dkd, [=](const TeacherOutput& teacher, const DecoupledConfig& dkd) {
    return decoupled_kd(logits, teacher.logits, labels, dkd.alpha, dkd.beta, dkd.temperature);
  });
  add(config.dist, [=](const TeacherOutput& teacher, const DistConfig& dist) {
    return dist_loss(logits, teacher.logits, dist.beta, dist.gamma, dist.temperature);
  });
  return terms;
}

torch::Tensor confidence_kd(const torch::Tensor& logits, const std::vector<TeacherOutput>& teachers,
                            const torch::Tensor& labels, double temperature) {
  std::vector<torch::Tensor> answers;
  for (const TeacherOutput& teacher : teachers) answers.push_back(teacher.logits);
  return ca_mkd(logits, answers, labels, temperature);
}

}  // namespace

Objective objective(const Output& learner, const torch::Tensor& labels, const std::vector<TeacherOutput>& teachers,
                    const LossConfig& config, const LossContext& context) {
  Objective result;
  result.loss = config.ce * label_loss(learner.logits, labels, config.label_smoothing);
  for (const torch::Tensor& branch : learner.branch_logits) {
    result.loss = result.loss + config.branches * label_loss(branch, labels, config.label_smoothing);
  }
  if (teachers.empty()) return result;
  for (const auto& [weight, term] : teacher_terms_of(learner, labels, config, context)) {
    result.loss = result.loss + weight * mean_over(teachers, term);
  }
  if (config.ca_mkd) {
    result.loss = result.loss +
                  config.ca_mkd->weight * confidence_kd(learner.logits, teachers, labels, config.ca_mkd->temperature);
  }
  if (config.acs) {
    const AcsConfig& acs = *config.acs;
    result.assignment = acs_assignment(learner.logits, teachers, labels, acs);
    result.loss =
        result.loss + acs.weight * acs_mimicry(learner.logits, teachers, labels, result.assignment, acs.temperature) +
        acs.semantic.weight *
            acs_semantics(learner.embedding, teachers, labels, result.assignment, acs.semantic, context.words);
  }
  return result;
}

}  // namespace pskd
