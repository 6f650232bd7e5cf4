// The layers of a network in C, in floats or in 8-bit integers.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>

#include "deploy/c/c_text.hpp"
#include "deploy/folded_cnn.hpp"
#include "deploy/quantized_cnn.hpp"

namespace pskd::deploy {

/// What stands in the source between the names of the classes and the softmax: constants, and the functions up to
/// @name@_logits.
struct CLayers {
  std::string text;
  std::size_t memory = 0;  ///< static, in bytes
};

/// `values` replace @name@ and the like.
CLayers float_layers(const FoldedCnn& cnn, const SensorInput& sensor, Replacements values);
CLayers int8_layers(const QuantizedCnn& cnn, Replacements values);

/// The calls of the layers, which take turns between the arrays a and b, and how many numbers each must hold.
struct CPlan {
  std::string calls;
  std::array<std::size_t, 2> sizes{};
};
/// `weights`: what a call is given of the layer of this name, block0 and so on or semantic. `first`: how the first
/// call begins.
CPlan plan_of(const std::vector<FoldedCnn::Shape>& shapes, int segments, std::size_t embedding, std::string first,
              const std::function<std::string(const std::string& layer)>& weights);

}  // namespace pskd::deploy
