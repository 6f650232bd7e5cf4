// Networks of drawn weights in LibTorch, and their model files.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/tensor_file.hpp"
#include "deploy/small_model.hpp"
#include "model/stored_tensors.hpp"
#include "pskd/config/models.hpp"
#include "pskd/model/registry.hpp"

namespace pskd::testing {

/// A network of drawn weights, whose batch norms have seen something.
inline std::shared_ptr<model::Network> drawn_network(const config::ModelConfig& config, const model::DataShape& shape) {
  auto network = model::make_network(config, shape, 3);
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().uniform_(-0.5, 0.5);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2);
  }
  for (auto& item : network->named_parameters()) {  // also scales below 0
    if (item.key().find("norm") != std::string::npos) item.value().uniform_(-1.5, 1.5);
  }
  network->eval();
  return network;
}

inline std::string numbered(const char* name, int number) { return std::string(name).append(std::to_string(number)); }

/// Of a 1-D CNN.
inline nlohmann::json manifest_of(const config::SensorCnnConfig& config, const model::DataShape& shape) {
  nlohmann::json manifest = small_manifest();
  nlohmann::json& said = manifest["model"];
  said["model"] = {{"name", "sensor-cnn"},
                   {"width", config.width},
                   {"kernel", config.kernel},
                   {"segments", config.segments},
                   {"embedding", config.embedding}};
  nlohmann::json& sensor = said["sensor"];
  sensor["frames"] = shape.sensor_frames;
  for (const char* key : {"channels", "mean", "deviation"}) sensor[key] = nlohmann::json::array();
  said["classes"] = nlohmann::json::array();
  for (int channel = 0; channel < shape.sensor_channels; ++channel) {
    sensor["channels"].push_back(numbered("c", channel));
    sensor["mean"].push_back(0.0);
    sensor["deviation"].push_back(1.0);
  }
  for (int one = 0; one < shape.classes; ++one) said["classes"].push_back(numbered("class ", one));
  return manifest;
}

inline TensorFile content_of(const nlohmann::json& manifest, const model::Network& network) {
  TensorFile content;
  content.metadata = {{"manifest", manifest.dump()}};
  for (const auto& item : network.named_parameters())
    content.tensors[std::string("network/").append(item.key())] = model::to_stored(item.value());
  for (const auto& item : network.named_buffers())
    content.tensors[std::string("network/").append(item.key())] = model::to_stored(item.value());
  return content;
}

}  // namespace pskd::testing
