// The loss of a stage: what its config's `loss` says, put together.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "distill/acs.hpp"
#include "distill/adapters.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd {

/// What some terms need beside the batch; the others do without.
struct LossContext {
  torch::Tensor words = {};                      ///< [K, D], ACS with word vectors
  std::shared_ptr<Adapters> adapters = nullptr;  ///< FitNet, CRD
};

struct Objective {
  torch::Tensor loss;        ///< scalar
  torch::Tensor assignment;  ///< [N, teachers + 1] of ACS; undefined without ACS
};

/// w_ce CE + branch CE + the weighed terms that learn from teachers, each where configured. Terms for a single teacher
/// are the mean over teachers, weighed by their weights.
Objective objective(const Output& learner, const torch::Tensor& labels, const std::vector<TeacherOutput>& teachers,
                    const LossConfig& config, const LossContext& context);

}  // namespace pskd
