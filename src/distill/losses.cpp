#include "distill/losses.hpp"

namespace pskd {
namespace {

namespace F = torch::nn::functional;

/// Distances of the pairs i < j in units of their mean over the pairs that are apart.
torch::Tensor relative_distances(const torch::Tensor& embeddings) {
  const torch::Tensor pairs = torch::pdist(embeddings);
  const torch::Tensor apart = pairs.detach().gt(0).sum().clamp_min(1);
  const torch::Tensor mean = pairs.sum() / apart;
  // Where all embeddings are equal every distance is 0, in any unit.
  return pairs / torch::where(mean.detach().gt(0), mean, torch::ones_like(mean));
}

/// Cosines [N, N, N] at the middle clip j: out[j][i][k] = cos of the angle between x_i - x_j and x_k - x_j for
/// different i, j and k; 0 elsewhere and where two embeddings are equal.
torch::Tensor angle_cosines(const torch::Tensor& embeddings) {
  const torch::Tensor differences = embeddings.unsqueeze(0) - embeddings.unsqueeze(1);
  const torch::Tensor directions = F::normalize(differences, F::NormalizeFuncOptions().dim(2));
  const torch::Tensor different = 1 - torch::eye(embeddings.size(0), embeddings.options());
  return torch::bmm(directions, directions.transpose(1, 2)) * different;
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
  if (learner.size(0) < 2) return torch::zeros({}, learner.options());
  return torch::smooth_l1_loss(relative_distances(learner), relative_distances(teacher.detach()));
}

torch::Tensor relational_angle(const torch::Tensor& learner, const torch::Tensor& teacher) {
  if (learner.size(0) < 3) return torch::zeros({}, learner.options());
  const auto n = static_cast<double>(learner.size(0));
  const torch::Tensor sum =
      torch::smooth_l1_loss(angle_cosines(learner), angle_cosines(teacher.detach()), at::Reduction::Sum);
  return sum / (n * (n - 1) * (n - 2));
}

torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const torch::Tensor& labels) {
  const torch::Tensor targets = words.index_select(0, labels);
  return (1 - F::cosine_similarity(embeddings, targets, F::CosineSimilarityFuncOptions().dim(1))).mean();
}

}  // namespace pskd
