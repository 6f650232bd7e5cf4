// The fused teacher: a trained skeleton teacher, and a sensor branch that learns to complete it.
#pragma once

#include "model/sensor_cnn.hpp"
#include "model/skeleton_gcn.hpp"
#include "pskd/model/network.hpp"

namespace pskd::model {

/// Both branches map into one semantic space: e = (e_skeleton + e_sensor) / 2, classified by the sensor branch's
/// classifier, which starts as the skeleton teacher's. The skeleton branch stays frozen, always in evaluation mode: it
/// fits every training clip already. The sensor branch's own logits are returned as well, so that it is trained by
/// itself, too: from the fused loss alone it would learn little.
class Fused : public Network {
 public:
  /// Throws Error(config) when the branches' embeddings differ in size.
  Fused(const config::FusedConfig& config, const DataShape& shape);
  /// Sees both modalities; the skeleton branch does not run when input.skeleton_embedding is there.
  Output forward(const Input& input) override;
  void train(bool on = true) override;
  void use_bfloat16() override;

  /// Takes over the parameters of a trained skeleton teacher, and its classifier for the fused embedding.
  void start_from_skeleton(const Network& teacher);
  /// Whether the frozen skeleton branch computes what `network` does, to the bit, so that the output of either
  /// serves for both.
  bool branch_equals(const Network& network) const;
  SensorCnn& sensor() { return *sensor_; }

 private:
  std::shared_ptr<SkeletonGcn> skeleton_;
  std::shared_ptr<SensorCnn> sensor_;
};

}  // namespace pskd::model
