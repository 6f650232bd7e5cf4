// FitNet (Romero et al. 2015): the teacher's embedding is a hint for the student's.
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// FitNet's hint (eq. 3): (regressed - teacher)^2 / 2, mean over clips and features. `regressed` is the student's
/// embedding, brought to the teacher's size by a regressor that is trained as well; both are [N, D]. The paper sums
/// over features; a mean lets one weight suit teachers of different width.
torch::Tensor hint_loss(const torch::Tensor& regressed, const torch::Tensor& teacher);

LossTerm fitnet_term(const config::FitnetConfig& fitnet, const LossInput& input);

/// The regressor to the embedding of a teacher.
std::vector<AdapterLayer> fitnet_teacher_layers(const config::FitnetConfig& fitnet, int student,
                                                const TeacherSize& teacher);

}  // namespace pskd::distill::losses
