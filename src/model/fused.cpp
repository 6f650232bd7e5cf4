#include "pskd/model/fused.hpp"

namespace pskd {

Fused::Fused(const FusedConfig& config, const Topology& topology, int channels, int classes)
    : skeleton_(register_module("skeleton", std::make_shared<SkeletonGcn>(config.skeleton, topology, classes))),
      sensor_(register_module("sensor", std::make_shared<SensorCnn>(config.sensor, channels, classes))) {}

Output Fused::forward(const Input& input) {
  const Output skeleton = skeleton_->forward(input);
  const Output sensor = sensor_->forward(input);
  return {(skeleton.embedding + sensor.embedding) / 2,
          (skeleton.logits + sensor.logits) / 2,
          {skeleton.logits, sensor.logits}};
}

}  // namespace pskd
