#include "distill/losses/rkd.hpp"

namespace pskd::distill::losses {
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

/// Of the pairs i < j, in the order of pdist, those whose clips are both in `clips`: [N (N - 1) / 2], 1 or 0.
torch::Tensor pairs_among(const torch::Tensor& clips, const torch::TensorOptions& options) {
  const torch::Tensor pairs =
      torch::triu_indices(clips.size(0), clips.size(0), 1, clips.options().dtype(torch::kInt64));
  return (clips.index_select(0, pairs[0]) & clips.index_select(0, pairs[1])).to(options);
}

/// relative_distances of the pairs that `among` has, over the mean of these.
torch::Tensor relative_distances_among(const torch::Tensor& embeddings, const torch::Tensor& among) {
  const torch::Tensor pairs = torch::pdist(embeddings) * among;
  const torch::Tensor mean = pairs.sum() / pairs.detach().gt(0).sum().clamp_min(1);
  return pairs / torch::where(mean.detach().gt(0), mean, torch::ones_like(mean));
}

}  // namespace

torch::Tensor relational_distance_among(const torch::Tensor& student, const torch::Tensor& teacher,
                                        const torch::Tensor& clips) {
  const torch::Tensor among = pairs_among(clips, student.options());
  const torch::Tensor sum = torch::smooth_l1_loss(
      relative_distances_among(student, among), relative_distances_among(teacher.detach(), among), at::Reduction::Sum);
  return sum / among.sum().clamp_min(1);
}

torch::Tensor relational_angle_among(const torch::Tensor& student, const torch::Tensor& teacher,
                                     const torch::Tensor& clips) {
  const torch::Tensor one = clips.to(student.dtype());
  const torch::Tensor among = one.view({-1, 1, 1}) * one.view({1, -1, 1}) * one.view({1, 1, -1});
  const torch::Tensor sum = torch::smooth_l1_loss(angle_cosines(student) * among,
                                                  angle_cosines(teacher.detach()) * among, at::Reduction::Sum);
  const torch::Tensor n = one.sum();
  return sum / (n * (n - 1) * (n - 2)).clamp_min(1);
}

torch::Tensor relational_distance(const torch::Tensor& student, const torch::Tensor& teacher) {
  if (student.size(0) < 2) return torch::zeros({}, student.options());
  return torch::smooth_l1_loss(relative_distances(student), relative_distances(teacher.detach()));
}

torch::Tensor relational_angle(const torch::Tensor& student, const torch::Tensor& teacher) {
  if (student.size(0) < 3) return torch::zeros({}, student.options());
  const auto n = static_cast<double>(student.size(0));
  const torch::Tensor sum =
      torch::smooth_l1_loss(angle_cosines(student), angle_cosines(teacher.detach()), at::Reduction::Sum);
  return sum / (n * (n - 1) * (n - 2));
}

LossTerm rkd_term(const config::RkdConfig& rkd, const LossInput& input) {
  const torch::Tensor& student = input.student.embedding;
  const auto loss = [&](const TeacherOutput& teacher) {
    return rkd.distance * relational_distance(student, teacher.embedding) +
           rkd.angle * relational_angle(student, teacher.embedding);
  };
  return {{rkd.weight * mean_over(input.teachers, loss)}};
}

}  // namespace pskd::distill::losses
