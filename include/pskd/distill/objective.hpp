// The loss of a stage: what its config's `loss` says, put together.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/distill/acs.hpp"
#include "pskd/model/network.hpp"

namespace pskd {

struct Objective {
  torch::Tensor loss;        ///< scalar
  torch::Tensor assignment;  ///< [N, teachers + 1] of ACS; undefined without ACS
};

/// w_ce CE + branch CE + w_kd KD + w_ac L_ac + w_sem L_sem, each where configured. KD's target is the mean over
/// teachers, weighed by their weights.
Objective objective(const Output& learner, const torch::Tensor& labels, const std::vector<TeacherOutput>& teachers,
                    const LossConfig& config, const torch::Tensor& words);

}  // namespace pskd
