// Relational knowledge distillation (Park et al. 2019).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// Relational distance (eq. 5-7): distances between embeddings, in units of the mean over the pairs that are apart,
/// compared by smooth L1; mean over the pairs. Student and teacher are [N, D] each, with D of their own. 0 for N < 2.
torch::Tensor relational_distance(const torch::Tensor& student, const torch::Tensor& teacher);

/// Relational angle (eq. 8-9): cosines of the angles at j in triples (i, j, k), compared by smooth L1; mean over the
/// triples of different clips. 0 for N < 3.
torch::Tensor relational_angle(const torch::Tensor& student, const torch::Tensor& teacher);

/// The same over the pairs and triples of those clips only that the mask `clips` ([N], bool) has, at the full shape: no
/// row is picked out. Equal to the above on the picked rows but for rounding: sums are taken in another order.
torch::Tensor relational_distance_among(const torch::Tensor& student, const torch::Tensor& teacher,
                                        const torch::Tensor& clips);
torch::Tensor relational_angle_among(const torch::Tensor& student, const torch::Tensor& teacher,
                                     const torch::Tensor& clips);

LossTerm rkd_term(const config::RkdConfig& rkd, const LossInput& input);

}  // namespace pskd::distill::losses
