// Logit distillation (Hinton, Vinyals, Dean 2015).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// tau^2 KL(softmax(teacher / tau) || softmax(student / tau)) for each clip, [N]. Logits are [N, K].
torch::Tensor divergence(const torch::Tensor& student_logits, const torch::Tensor& teacher_logits, double temperature);

/// Of the mean over teachers: with soft targets the divergence, with hard ones the cross-entropy with what each says.
LossTerm kd_term(const config::KdConfig& kd, const LossInput& input);

}  // namespace pskd::distill::losses
