// The 1-D CNN of model/sensor_cnn.hpp as products and sums: batch norm folded into the weights. What computes it and
// what writes it in another form begins here.
#pragma once

#include <string>
#include <vector>

#include "deploy/model_file.hpp"
#include "deploy/network_weights.hpp"

namespace pskd::deploy {

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

/// The same of a branch of a network: its weights begin with `branch`, "sensor.", or are all of them. Other weights may
/// be there.
FoldedCnn fold_sensor_branch(NetworkWeights& weights, const std::string& branch, const nlohmann::json& options,
                             const SensorInput& sensor, int classes);

/// What turns the embedding of a branch into logits: [classes, embedding].
FoldedWeights take_classifier(NetworkWeights& weights, const std::string& branch, int embedding, int classes);

}  // namespace pskd::deploy
