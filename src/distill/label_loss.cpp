#include "distill/label_loss.hpp"

namespace pskd::distill {

namespace F = torch::nn::functional;

torch::Tensor label_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  return F::cross_entropy(logits, labels, F::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

}  // namespace pskd::distill
