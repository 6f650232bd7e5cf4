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

/// The weights that small_manifest describes.
inline std::map<std::string, StoredTensor> small_weights() {
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
  for (const std::int64_t out : {6, 9, 12, 12}) {
    const std::string number = std::to_string(block++);
    weights["convolutions." + number + ".weight"] = drawn(stream, {out, in, 5}, -0.5, 0.5);
    norm("norms." + number, out);
    in = out;
  }
  weights["head.semantic.weight"] = drawn(stream, {10, 12 * 3}, -0.5, 0.5);
  norm("head.norm", 10);
  weights["head.classifier.weight"] = drawn(stream, {3, 10}, -1, 1);
  weights["head.classifier.bias"] = drawn(stream, {3}, -1, 1);
  return weights;
}

/// Both, as they are read from a file.
inline deploy::ModelFile small_model() { return deploy::checked_model(small_manifest(), small_weights(), "it"); }

}  // namespace pskd::testing
