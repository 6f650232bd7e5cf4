// Layers that some losses train beside the student, to compare it with a teacher of another shape. They are no part of
// the model: nothing but the loss ever uses them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::distill {

/// Size of the embedding of each stage that teaches, whichever of its snapshots does.
using TeacherSizes = std::map<std::string, int>;

/// A linear layer from `in` to `out` features. Its name is part of checkpoints.
struct AdapterLayer {
  std::string name;
  int in = 0, out = 0;
};

/// The layers of all losses of a stage, by name.
class Adapters : public torch::nn::Module {
 public:
  /// Draws the layers in this order.
  explicit Adapters(const std::vector<AdapterLayer>& layers);

  /// What the layer `name` makes of [N, in]: [N, out].
  torch::Tensor project(const std::string& name, const torch::Tensor& features);

 private:
  std::map<std::string, torch::nn::Linear> layers_;
};

/// The adapters that `loss` needs for a student whose embedding has the size `student`; null where it needs none. The
/// draw of the parameters depends on `key` only.
std::shared_ptr<Adapters> make_adapters(const config::LossConfig& loss, int student, const TeacherSizes& teachers,
                                        std::uint64_t key);

}  // namespace pskd::distill
