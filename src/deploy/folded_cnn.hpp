// The 1-D CNN of model/sensor_cnn.hpp as products and sums: batch norm folded into the weights. What computes it and
// what writes it in another form begins here.
#pragma once

#include <vector>

#include "deploy/model_file.hpp"

namespace pskd::deploy {

/// y[o] = bias[o] + sum_i weights[o, i] x[i]
struct FoldedWeights {
  std::vector<double> weights;  ///< [outputs, inputs]
  std::vector<double> bias;     ///< [outputs]

  std::size_t outputs() const { return bias.size(); }
  std::size_t inputs() const { return weights.size() / bias.size(); }
};

/// Four convolutions over time, zeros around, each followed by ReLU, and the first three by the larger of each two
/// frames; the mean of each part of time; the embedding e; the classifier, on ReLU(e).
struct FoldedCnn {
  struct Shape {
    int channels, frames;
  };
  int kernel = 0;             ///< frames, odd
  int segments = 0;           ///< parts of time; part s of T frames is s T / segments .. ceil((s + 1) T / segments) - 1
  std::vector<Shape> shapes;  ///< of what enters each convolution, and of what leaves the last
  std::vector<FoldedWeights> blocks;   ///< inputs: [kernel, channels], the channels of a frame side by side
  FoldedWeights semantic, classifier;  ///< inputs of semantic: [segments, channels]
};

/// Throws Error(checkpoint) for another network, by its name, and for weights that are not those of its options.
FoldedCnn fold_sensor_cnn(const ModelFile& model);

}  // namespace pskd::deploy
