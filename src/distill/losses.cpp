#include "pskd/distill/losses.hpp"

namespace pskd {
namespace {

namespace F = torch::nn::functional;

/// Cosines [N, N, N] at the middle clip j: out[j][i][k] = cos of the angle between x_i - x_j and x_k - x_j; 0 where i
/// or k is j.
torch::Tensor angle_cosines(const torch::Tensor& embeddings) {
  const torch::Tensor differences = embeddings.unsqueeze(0) - embeddings.unsqueeze(1);
  const torch::Tensor directions = F::normalize(differences, F::NormalizeFuncOptions().dim(2));
  return torch::bmm(directions, directions.transpose(1, 2));
}

}  // namespace

torch::Tensor label_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  return F::cross_entropy(logits, labels, F::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

torch::Tensor divergence(const torch::Tensor& learner_logits, const torch::Tensor& teacher_logits, double temperature) {
  const torch::Tensor learner = torch::log_softmax(learner_logits / temperature, 1);
  const torch::Tensor teacher = torch::log_softmax(teacher_logits.detach() / temperature, 1);
  return (teacher.exp() * (teacher - learner)).sum(1) * (temperature * temperature);
}

torch::Tensor relational_distance(const torch::Tensor& learner, const torch::Tensor& teacher) {
  const torch::Tensor learner_pairs = torch::pdist(learner);
  const torch::Tensor teacher_pairs = torch::pdist(teacher.detach());
  // Clips with one and the same embedding have no distance to compare in units of; the floor keeps them finite.
  return torch::smooth_l1_loss(learner_pairs / learner_pairs.mean().clamp_min(1e-8),
                               teacher_pairs / teacher_pairs.mean().clamp_min(1e-8));
}

torch::Tensor relational_angle(const torch::Tensor& learner, const torch::Tensor& teacher) {
  const auto n = static_cast<double>(learner.size(0));
  // Triplets with equal members have the same cosine on both sides and add nothing.
  const torch::Tensor sum =
      torch::smooth_l1_loss(angle_cosines(learner), angle_cosines(teacher.detach()), at::Reduction::Sum);
  return sum / (n * (n - 1) * (n - 2));
}

torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const torch::Tensor& labels) {
  const torch::Tensor targets = words.index_select(0, labels);
  return (1 - F::cosine_similarity(embeddings, targets, F::CosineSimilarityFuncOptions().dim(1))).mean();
}

}  // namespace pskd
