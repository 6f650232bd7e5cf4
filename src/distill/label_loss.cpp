#include "distill/label_loss.hpp"

namespace pskd::distill {

namespace F = torch::nn::functional;

torch::Tensor label_loss(const torch::Tensor& logits, const Labels& labels, double smoothing) {
  auto options = F::CrossEntropyFuncOptions().label_smoothing(smoothing);
  if (labels.all_known() && !labels.weights.defined()) return F::cross_entropy(logits, labels.classes, options);
  const torch::Tensor each = F::cross_entropy(logits, labels.classes, options.reduction(torch::kNone));
  return mean_over_labeled(weighed(each, labels), labels);
}

}  // namespace pskd::distill
