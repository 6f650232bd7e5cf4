#include "distill/label_loss.hpp"

namespace pskd::distill {

namespace F = torch::nn::functional;

torch::Tensor label_loss(const torch::Tensor& logits, const Labels& labels, double smoothing) {
  auto options = F::CrossEntropyFuncOptions().label_smoothing(smoothing);
  if (labels.all_known()) return F::cross_entropy(logits, labels.classes, options);
  return mean_over_labeled(F::cross_entropy(logits, labels.classes, options.reduction(torch::kNone)), labels);
}

}  // namespace pskd::distill
