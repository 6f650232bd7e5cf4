// The fused teacher: a skeleton branch and a sensor branch.
#pragma once

#include "pskd/model/network.hpp"
#include "pskd/model/sensor_cnn.hpp"
#include "pskd/model/skeleton_gcn.hpp"

namespace pskd {

/// e = (e_skeleton + e_sensor) / 2, z = (z_skeleton + z_sensor) / 2: a product of the branches' opinions. The branches' own logits are
/// returned as well, so that each can be trained by itself: the skeleton branch alone fits every training clip, and the sensor
/// branch would learn nothing from the fused loss.
class Fused : public Network {
 public:
  Fused(const FusedConfig& config, const Topology& topology, int channels, int classes);
  /// Sees both modalities.
  Output forward(const Input& input) override;

  Network& skeleton() { return *skeleton_; }
  Network& sensor() { return *sensor_; }

 private:
  std::shared_ptr<SkeletonGcn> skeleton_;
  std::shared_ptr<SensorCnn> sensor_;
};

}  // namespace pskd
