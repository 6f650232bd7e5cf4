// A model file of a small 1-D CNN with drawn weights, made without LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/tensor_file.hpp"
#include "deploy/model_file.hpp"

namespace pskd::testing {

inline nlohmann::json small_manifest() {
  return {{"stage", "student"},
          {"model",
           {{"model",
             {{"name", "sensor-cnn"},
              {"width", 6},
              {"kernel", 5},
              {"segments", 3},
              {"embedding", 10},
              {"dropout", 0.3},
              {"classifier_dropout", 0.3}}},
            {"precision", "fp32"},
            {"classes", {"wave", "gr\u00fc\u00dfen", "none"}},
            {"data", "utd-mhad"},
            {"sensor",
             {{"channels", {"ax", "ay", "az"}},
              {"rate", 50},
              {"units", {{"acceleration", "g"}, {"angular_rate", "deg/s"}}},
              {"frames", 37},
              {"mean", {0.5, -0.25, 0.125}},
              {"deviation", {1.5, 0.5, 0.75}},
              {"median_samples", 175},
              {"sensors", nlohmann::json::array()}}}}}};
}

inline StoredTensor drawn(RandomStream& stream, const std::vector<std::int64_t>& shape, double low, double high) {
  StoredTensor tensor{Dtype::f32, shape, ""};
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto number = static_cast<float>(stream.uniform(low, high));
    tensor.bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  return tensor;
}

/// Those of small_manifest, unless said otherwise.
struct Sizes {
  std::int64_t width = 6, kernel = 5, segments = 3, embedding = 10, classes = 3;
  double most = 0.5;  ///< of a weight
};

inline std::map<std::string, StoredTensor> drawn_weights(const Sizes& sizes) {
  RandomStream stream(7);
  std::map<std::string, StoredTensor> weights;
  const auto norm = [&](const std::string& name, std::int64_t size) {
    weights[name + ".weight"] = drawn(stream, {size}, -1.5, 1.5);
    weights[name + ".bias"] = drawn(stream, {size}, -0.5, 0.5);
    weights[name + ".running_mean"] = drawn(stream, {size}, -0.5, 0.5);
    weights[name + ".running_var"] = drawn(stream, {size}, 0.5, 2);
    weights[name + ".num_batches_tracked"] = {Dtype::i64, {}, std::string(8, '\1')};
  };
  std::int64_t in = 3;
  int block = 0;
  for (const std::int64_t out : {sizes.width, sizes.width * 3 / 2, sizes.width * 2, sizes.width * 2}) {
    const std::string number = std::to_string(block++);
    weights["convolutions." + number + ".weight"] = drawn(stream, {out, in, sizes.kernel}, -sizes.most, sizes.most);
    norm("norms." + number, out);
    in = out;
  }
  weights["head.semantic.weight"] = drawn(stream, {sizes.embedding, in * sizes.segments}, -sizes.most, sizes.most);
  norm("head.norm", sizes.embedding);
  weights["head.classifier.weight"] = drawn(stream, {sizes.classes, sizes.embedding}, -2 * sizes.most, 2 * sizes.most);
  weights["head.classifier.bias"] = drawn(stream, {sizes.classes}, -1, 1);
  return weights;
}

/// The weights that small_manifest describes.
inline std::map<std::string, StoredTensor> small_weights() { return drawn_weights({}); }

/// Both, as they are read from a file.
inline deploy::ModelFile small_model() { return deploy::checked_model(small_manifest(), small_weights(), "it"); }

/// As large as the student of UTD-MHAD.
inline deploy::ModelFile utd_sized_model() {
  const Sizes sizes{.width = 48, .kernel = 7, .segments = 4, .embedding = 300, .classes = 27, .most = 0.1};
  nlohmann::json manifest = small_manifest();
  nlohmann::json& said = manifest["model"];
  said["model"] = {{"name", "sensor-cnn"},
                   {"width", sizes.width},
                   {"kernel", sizes.kernel},
                   {"segments", sizes.segments},
                   {"embedding", sizes.embedding}};
  said["sensor"]["frames"] = 128;
  said["classes"] = nlohmann::json::array();
  for (int k = 0; k < sizes.classes; ++k) said["classes"].push_back("action " + std::to_string(k));
  return deploy::checked_model(manifest, drawn_weights(sizes), "it");
}

/// `count` windows [channels, frames] in a model's units.
inline std::vector<float> drawn_windows(const deploy::SensorInput& sensor, int count, std::uint64_t seed) {
  RandomStream stream(seed);
  std::vector<float> windows;
  for (int i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < sensor.channels.size(); ++c) {
      for (int t = 0; t < sensor.frames; ++t) {
        windows.push_back(static_cast<float>(stream.normal(sensor.mean[c], sensor.deviation[c])));
      }
    }
  }
  return windows;
}

}  // namespace pskd::testing
