// One layer of a network that is only used: products of rows with weights, plus a bias. Batch norm is folded into both,
// and the weights are packed once in the order in which they are read.
#pragma once

#include <cstdint>
#include <vector>

namespace pskd::deploy {

/// What is done with a layer's sums before they are stored.
enum class Finish { nothing, relu, relu_pool };  ///< relu_pool: the larger of each two rows, after ReLU

/// y[r, o] = bias[o] + sum_i weights[o, i] x[r, i], for rows x of `inputs` numbers that may overlap in memory: so a
/// convolution over time is one, whose rows begin one frame apart and are as long as the kernel.
class FoldedLayer {
 public:
  FoldedLayer() = default;
  /// `weights` is [outputs, inputs], `bias` [outputs].
  FoldedLayer(const std::vector<double>& weights, const std::vector<double>& bias);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }

  /// Computes `rows` rows, of which each begins `stride` numbers after the one before, to rows of y that follow one
  /// another; with relu_pool half as many, and an odd last one is left out.
  void apply(const float* x, std::int64_t stride, std::int64_t rows, Finish finish, float* y) const;

 private:
  int inputs_ = 0, outputs_ = 0;
  std::vector<float> packed_;  ///< [panels of 48 outputs][inputs][48], filled up with zeros
  std::vector<float> bias_;    ///< filled up likewise
};

}  // namespace pskd::deploy
