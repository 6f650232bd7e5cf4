// Layers that some losses train beside the learner, to compare it with a teacher of another shape. They are no part of
// the model: nothing but the loss ever uses them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd {

/// FitNet's regressor and CRD's heads: linear layers from one embedding to another, of each teacher its own.
class Adapters : public torch::nn::Module {
 public:
  /// For a learner whose embedding has `dimensions`, and teachers with those of `teachers`, in their order.
  Adapters(const LossConfig& loss, int dimensions, const std::vector<int>& teachers);

  /// FitNet: the learner's embedding [N, D] in the space of teacher `place`.
  torch::Tensor regress(const torch::Tensor& learner, std::size_t place);
  /// CRD: embeddings in the common space, [N, P].
  torch::Tensor project_learner(const torch::Tensor& learner);
  torch::Tensor project_teacher(const torch::Tensor& teacher, std::size_t place);

 private:
  std::vector<torch::nn::Linear> regressors_, heads_;
  torch::nn::Linear learner_head_{nullptr};
};

/// Null where the loss needs none. The draw of the parameters depends on `key` only.
std::shared_ptr<Adapters> make_adapters(const LossConfig& loss, int dimensions, const std::vector<int>& teachers,
                                        std::uint64_t key);

}  // namespace pskd
