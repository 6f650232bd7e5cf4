// Attention transfer (Zagoruyko, Komodakis 2017), with attention over time.
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// Attention over time, [N, T]: the sum over channels (and joints) of the squared features [N, C, T] or [N, C, T, V]
/// (F_sum^2 of the paper, there over the positions of an image). Not normalized.
torch::Tensor temporal_attention(const torch::Tensor& features);

/// Attention transfer (eq. 2): squared L2 distance between maps of length 1 each, mean over clips; 0 to 2. `student` is
/// [N, T] and `teacher` [N, T'], not negative (temporal_attention); the longer is averaged down to the length of the
/// shorter first. A map of zeros stays zeros. The square is the authors' code, eq. 2 has the distance itself; their
/// code also divides by T, which would make the weight depend on the length.
torch::Tensor attention_transfer(const torch::Tensor& student, const torch::Tensor& teacher);

LossTerm at_term(const config::AtConfig& at, const LossInput& input);

}  // namespace pskd::distill::losses
