// DIST (Huang et al. 2022).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// DIST (eq. 6-9): tau^2 (beta inter + gamma intra) of p = softmax(logits / tau), [N, K]; inter is the mean over clips
/// of 1 - Pearson's correlation of the student's and the teacher's row of p, intra the mean over classes of the same
/// for columns. tau^2 is the authors' code. Pearson's denominator is at least 1e-8 (the authors add 1e-8), so what
/// hardly varies counts as uncorrelated. One clip has no columns to compare: intra is then 0.
torch::Tensor dist_loss(const torch::Tensor& logits, const torch::Tensor& teacher_logits, double beta, double gamma,
                        double temperature);

LossTerm dist_term(const config::DistConfig& dist, const LossInput& input);

}  // namespace pskd::distill::losses
