#include "distill/objective.hpp"

#include "distill/label_loss.hpp"
#include "distill/losses/registry.hpp"

namespace pskd::distill {
namespace {

model::Output select_clips(const model::Output& output, const torch::Tensor& clips) {
  const auto of = [&](const torch::Tensor& all) { return all.defined() ? all.index_select(0, clips) : all; };
  return {of(output.embedding), of(output.logits), {}, of(output.features)};
}

/// The terms of the teachers of `input`, each times `weight`, are added to `result`.
void add_terms(Objective& result, const losses::LossInput& input, const config::LossConfig& config, double weight) {
  for (const losses::TeacherLoss& loss : losses::teacher_losses()) {
    if (input.teachers.empty() && !loss.does_without) continue;
    const losses::LossTerm term = loss.term(config, input);
    for (const torch::Tensor& summand : term.summands) {
      result.loss = result.loss + (weight < 1 ? weight * summand : summand);
    }
    if (term.assignment.defined()) result.assignment = term.assignment;
  }
}

/// Puts the assignment of a group, [n, its teachers + 1], into that of the batch.
void put_assignment(torch::Tensor& all, const torch::Tensor& some, const SeenAlike& group, std::int64_t clips,
                    std::int64_t teachers) {
  if (!some.defined()) return;
  if (!all.defined()) all = torch::zeros({clips, teachers + 1}, some.options());
  torch::Tensor rows = torch::zeros({some.size(0), teachers + 1}, some.options());
  for (std::size_t k = 0; k < group.teachers.size(); ++k) {
    rows.select(1, static_cast<std::int64_t>(group.teachers[k])).copy_(some.select(1, static_cast<std::int64_t>(k)));
  }
  rows.select(1, teachers).copy_(some.select(1, some.size(1) - 1));
  all.index_copy_(0, group.clips, rows);
}

}  // namespace

Objective objective(const model::Output& student, const Labels& labels, const std::vector<TeacherOutput>& teachers,
                    const config::LossConfig& config, const losses::LossContext& context, double taught,
                    const std::vector<SeenAlike>& groups) {
  Objective result;
  result.loss = config.ce * label_loss(student.logits, labels, config.label_smoothing);
  for (const torch::Tensor& branch : student.branch_logits) {
    result.loss = result.loss + config.branches * label_loss(branch, labels, config.label_smoothing);
  }
  if (teachers.empty()) return result;
  if (groups.empty()) {
    add_terms(result, {student, labels, teachers, context}, config, taught);
    return result;
  }
  const std::int64_t clips = student.logits.size(0);
  torch::Tensor assignment;
  for (const SeenAlike& group : groups) {
    std::vector<TeacherOutput> seeing;
    for (const std::size_t teacher : group.teachers) seeing.push_back(select_clips(teachers[teacher], group.clips));
    const model::Output some = select_clips(student, group.clips);
    const Labels their_labels = select_clips(labels, group.clips);
    const double share = static_cast<double>(group.clips.size(0)) / static_cast<double>(clips);
    result.assignment = torch::Tensor();
    add_terms(result, {some, their_labels, seeing, context}, config, taught * share);
    put_assignment(assignment, result.assignment, group, clips, std::ssize(teachers));
  }
  result.assignment = assignment;
  return result;
}

}  // namespace pskd::distill
