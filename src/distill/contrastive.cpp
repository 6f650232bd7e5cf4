#include "distill/baselines.hpp"
#include "distill/unit_rows.hpp"

namespace pskd {
namespace {

/// The loss of each clip as anchor, [N]: row i of `similarity` (s . t / tau) compares anchor i with every candidate,
/// row i of `negative` is 1 at its negatives and 0 elsewhere.
torch::Tensor anchor_loss(const torch::Tensor& similarity, const torch::Tensor& negative) {
  const torch::Tensor noise = negative.sum(1, true).clamp_min(1);
  // e^x / (e^x + c) is the sigmoid of x - log c, whose logarithm cannot overflow.
  const torch::Tensor score = similarity - noise.log();
  return -torch::log_sigmoid(score).diagonal() - (torch::log_sigmoid(-score) * negative).sum(1);
}

}  // namespace

torch::Tensor contrastive(const torch::Tensor& learner, const torch::Tensor& teacher, const torch::Tensor& labels,
                          double temperature) {
  const torch::Tensor similarity = torch::mm(unit_rows(learner), unit_rows(teacher).t()) / temperature;
  const torch::Tensor negative = labels.unsqueeze(1).ne(labels.unsqueeze(0)).to(similarity.dtype());
  const torch::Tensor loss = anchor_loss(similarity, negative) + anchor_loss(similarity.t(), negative);
  // A batch of one label compares nothing; times 0 it still gives both projection heads a gradient, of zeros.
  return (loss * negative.amax(1)).mean();
}

}  // namespace pskd
