// The 1-D CNN in 8-bit integers, as a microcontroller computes it: Jacob et al., CVPR 2018 (arXiv:1712.05877), with one
// scale for each output channel of a layer (Krishnamoorthi, arXiv:1806.08342).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "deploy/folded_cnn.hpp"
#include "deploy/model_file.hpp"

namespace pskd::deploy {

/// sum[o] = bias[o] + sum_i weights[o, i] x[i]. Whatever x is, a sum fits into 32 bits.
struct QuantizedSums {
  std::vector<std::int8_t> weights;  ///< [outputs, inputs], -127 .. 127
  std::vector<std::int32_t> bias;    ///< [outputs]

  std::size_t outputs() const { return bias.size(); }
  std::size_t inputs() const { return weights.size() / bias.size(); }
};

/// With ReLU: y[o] = sum[o] multiplier[o] / 2^shift, rounded, of 0 .. 255. It is computed in integers, so that no
/// compiler's way with floats decides about a bit.
struct QuantizedLayer {
  QuantizedSums sums;
  std::vector<std::int32_t> multiplier;  ///< [outputs], >= 0
  int shift = 0;                         ///< 1 .. 62
};

/// As FoldedCnn, but for these: the inputs are -127 .. 127, what layers give is 0 .. 255, means are rounded, and the
/// embedding is only there after its ReLU.
struct QuantizedCnn {
  int kernel = 0, segments = 0;
  std::vector<FoldedCnn::Shape> shapes;
  std::vector<float> mean, factor;  ///< of each channel: its input is (x - mean) factor, rounded
  std::vector<QuantizedLayer> blocks;
  QuantizedLayer semantic;
  QuantizedSums classifier;
  std::vector<float> logit_scale;  ///< logit[k] = logit_scale[k] times the classifier's sum
};

/// `windows` [N, channels, frames], in g and deg/s, are those that the network is calibrated on: the largest number
/// that they give in a layer becomes its 255. Throws Error(data) where there are none or their numbers are not finite,
/// Error(checkpoint) for weights that cannot be written so.
QuantizedCnn quantize(const FoldedCnn& cnn, const SensorInput& sensor, std::span<const float> windows);

/// The logits of one window [channels, frames]: the bits that the C source computes.
std::vector<float> logits_of(const QuantizedCnn& cnn, std::span<const float> window);

/// Bytes in C of the weights, with the biases and what scales the sums.
std::size_t weight_bytes(const FoldedCnn& cnn);
std::size_t weight_bytes(const QuantizedCnn& cnn);

}  // namespace pskd::deploy
