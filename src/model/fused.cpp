#include "model/fused.hpp"

#include <algorithm>

#include "pskd/base/error.hpp"
#include "pskd/model/registry.hpp"

namespace pskd::model {

Fused::Fused(const config::FusedConfig& config, const DataShape& shape)
    : skeleton_(register_module("skeleton", std::make_shared<SkeletonGcn>(config.skeleton, shape))),
      sensor_(register_module("sensor", std::make_shared<SensorCnn>(config.sensor, shape))) {
  if (config.skeleton.embedding != config.sensor.embedding) {
    throw Error(ErrorKind::config,
                "model.sensor.embedding: a fused model's branches share one semantic space; expected " +
                    std::to_string(config.skeleton.embedding) + " as in the skeleton branch, found " +
                    std::to_string(config.sensor.embedding));
  }
  for (torch::Tensor& parameter : skeleton_->parameters()) parameter.requires_grad_(false);
  skeleton_->eval();
}

Output Fused::forward(const Input& input) {
  const torch::Tensor skeleton =
      input.skeleton_embedding.defined() ? input.skeleton_embedding : skeleton_->forward(input).embedding;
  const Output sensor = sensor_->forward(input);
  const torch::Tensor embedding = (skeleton + sensor.embedding) / 2;
  return {embedding, sensor_->head()->classify(embedding), {sensor.logits}, sensor.features};
}

void Fused::train(bool on) {
  Network::train(on);
  skeleton_->eval();
}

void Fused::use_bfloat16() {
  Network::use_bfloat16();
  skeleton_->use_bfloat16();
  sensor_->use_bfloat16();
}

bool Fused::branch_equals(const Network& network) const {
  const auto equal = [](const auto& ours, const auto& theirs) {
    return ours.size() == theirs.size() && std::all_of(ours.begin(), ours.end(), [&](const auto& item) {
             const torch::Tensor* other = theirs.find(item.key());
             return other != nullptr && torch::equal(item.value(), *other);
           });
  };
  return skeleton_->uses_bfloat16() == network.uses_bfloat16() &&
         equal(skeleton_->named_parameters(), network.named_parameters()) &&
         equal(skeleton_->named_buffers(), network.named_buffers());
}

void Fused::start_from_skeleton(const Network& teacher) {
  copy_parameters(*skeleton_, teacher);
  sensor_->head()->copy_classifier(*skeleton_->head());
}

}  // namespace pskd::model
