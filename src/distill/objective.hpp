// The loss of a stage: what its config's `loss` says, put together.
#pragma once

#include <torch/torch.h>

#include <cstddef>
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

/// Clips of a batch that the same teachers can see.
struct SeenAlike {
  torch::Tensor clips;                ///< [n] int64, at least one
  std::vector<std::size_t> teachers;  ///< who see them, as indices; may be none
};

/// Each a mean over all clips of the batch; a clip without a label takes no part in cross-entropies.
/// w_ce CE + branch CE + the term of every loss in losses/registry.hpp that is configured. Without teachers (none is
/// active in this epoch) only the cross-entropies.
/// What is learned from teachers is multiplied by `taught`, 0 .. 1.
/// `groups` deals the clips by who sees them, where not all teachers see all: each group then has its own terms, of the
/// teachers that see it, and counts by its share of the batch; relations hold within a group. A group that nobody sees
/// learns from its labels: by the cross-entropy, and by acs where that is configured.
Objective objective(const model::Output& student, const Labels& labels, const std::vector<TeacherOutput>& teachers,
                    const config::LossConfig& config, const losses::LossContext& context, double taught = 1,
                    const std::vector<SeenAlike>& groups = {});

}  // namespace pskd::distill
