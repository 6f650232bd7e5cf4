#include "distill/labels.hpp"

namespace pskd::distill {

Labels select_clips(const Labels& labels, const torch::Tensor& clips) {
  const auto of = [&](const torch::Tensor& all) { return all.defined() ? all.index_select(0, clips) : all; };
  Labels selected(of(labels.classes), of(labels.known));
  selected.weights = of(labels.weights);
  return selected;
}

torch::Tensor weighed(const torch::Tensor& values, const Labels& labels) {
  return labels.weights.defined() ? values * labels.weights : values;
}

torch::Tensor mean_over_labeled(const torch::Tensor& values, const Labels& labels) {
  if (labels.all_known()) return values.mean();
  return (values * labels.known.to(values.dtype())).mean();
}

torch::Tensor known_or_taught(const Labels& labels, const std::vector<TeacherOutput>& teachers) {
  if (labels.all_known()) return labels.classes;
  torch::Tensor sum;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor weighed = teacher.weight * torch::softmax(teacher.logits.detach(), 1);
    sum = sum.defined() ? sum + weighed : weighed;
  }
  return torch::where(labels.known, labels.classes, sum.argmax(1));
}

Vote vote(const std::vector<TeacherOutput>& teachers) {
  torch::Tensor votes;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor one = torch::one_hot(teacher.logits.argmax(1), teacher.logits.size(1));
    votes = votes.defined() ? votes + one : one;
  }
  const torch::Tensor most = std::get<0>(votes.topk(2, 1));
  return {votes.argmax(1), most.select(1, 0).gt(most.select(1, 1))};
}

}  // namespace pskd::distill
