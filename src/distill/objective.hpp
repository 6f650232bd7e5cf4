// The loss of a stage: what its config's `loss` says, put together.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "distill/labels.hpp"
#include "distill/losses/teacher_loss.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::distill {

struct Objective {
  torch::Tensor loss;        ///< scalar
  torch::Tensor assignment;  ///< [N, teachers + 1] of the loss that chooses teachers (ACS); undefined without one
};

/// Each a mean over all clips of the batch; a clip without a label takes no part in cross-entropies.
/// w_ce CE + branch CE + the term of every loss in losses/registry.hpp that is configured. Without teachers (none is
/// active in this epoch) only the cross-entropies.
/// What is learned from teachers is multiplied by `taught`, 0 .. 1.
Objective objective(const model::Output& student, const Labels& labels, const std::vector<TeacherOutput>& teachers,
                    const config::LossConfig& config, const losses::LossContext& context, double taught = 1);

}  // namespace pskd::distill
