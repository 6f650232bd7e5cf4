// Decoupled KD (Zhao et al. 2022).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// Decoupled KD (eq. 7): tau^2 (alpha TCKD + beta NCKD), mean over clips. TCKD is the divergence of (true class, any
/// other class), NCKD that of the other classes among themselves, all at temperature tau. tau^2 is the authors' code.
/// Logits are [N, K] with K >= 2. With alpha 1 and beta 1 - p_teacher(true class) it is KD.
torch::Tensor decoupled_kd(const torch::Tensor& logits, const torch::Tensor& teacher_logits,
                           const torch::Tensor& labels, double alpha, double beta, double temperature);

LossTerm dkd_term(const config::DkdConfig& dkd, const LossInput& input);

}  // namespace pskd::distill::losses
