// Layers that some losses train beside the learner, to compare it with a teacher of another shape. They are no part of
// the model: nothing but the loss ever uses them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "pskd/config/experiment.hpp"

namespace pskd {

/// Size of the embedding of each stage that teaches, whichever of its snapshots does.
using TeacherSizes = std::map<std::string, int>;

/// FitNet's regressor and CRD's heads: linear layers from one embedding to another, of each stage that teaches its own.
class Adapters : public torch::nn::Module {
 public:
  /// For a learner whose embedding has the size `dimensions`.
  Adapters(const LossConfig& loss, int dimensions, const TeacherSizes& teachers);

  /// FitNet: the learner's embedding [N, D] in the space of `teacher`.
  torch::Tensor regress(const torch::Tensor& learner, const std::string& teacher);
  /// CRD: embeddings in the common space, [N, P].
  torch::Tensor project_learner(const torch::Tensor& learner);
  torch::Tensor project_teacher(const torch::Tensor& embedding, const std::string& teacher);

 private:
  std::map<std::string, torch::nn::Linear> regressors_, heads_;
  torch::nn::Linear learner_head_{nullptr};
};

/// Null where the loss needs none. The draw of the parameters depends on `key` only.
std::shared_ptr<Adapters> make_adapters(const LossConfig& loss, int dimensions, const TeacherSizes& teachers,
                                        std::uint64_t key);

}  // namespace pskd
