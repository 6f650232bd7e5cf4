// Confidence-aware multi-teacher KD (Zhang, Chen, Wang 2022).
#pragma once

#include <torch/torch.h>

#include <vector>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// The weights of J teachers for each clip, [N, J] (eq. 3): (1 - softmax over teachers of their cross-entropy with the
/// label) / (J - 1), rows sum to 1; 1 for a single teacher. At least one teacher; logits are [N, K].
torch::Tensor ca_mkd_weights(const std::vector<torch::Tensor>& teacher_logits, const torch::Tensor& labels);

/// CA-MKD's loss on the outputs (eq. 4): the sum over teachers of weight * tau^2 KL(teacher || student), mean over
/// clips. The authors' code divides by J once more, which the paper does not. The paper's part on features is left
/// out.
torch::Tensor ca_mkd(const torch::Tensor& logits, const std::vector<torch::Tensor>& teacher_logits,
                     const torch::Tensor& labels, double temperature);

LossTerm ca_mkd_term(const config::CaMkdConfig& config, const LossInput& input);

}  // namespace pskd::distill::losses
