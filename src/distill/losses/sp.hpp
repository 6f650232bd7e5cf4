// Similarity-preserving distillation (Tung, Mori 2019).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// |G_teacher - G_student|^2 / N^2 (Frobenius; eq. 2-4), G [N, N] the products of the embeddings with each other, each
/// row scaled to length 1 (a row of zeros stays zeros). Student and teacher are [N, D] each, with D of their own.
torch::Tensor similarity_preserving(const torch::Tensor& student, const torch::Tensor& teacher);

LossTerm sp_term(const config::SpConfig& sp, const LossInput& input);

}  // namespace pskd::distill::losses
