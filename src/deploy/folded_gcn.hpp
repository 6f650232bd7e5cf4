// The graph convolution network of model/skeleton_gcn.hpp with batch norm folded into its weights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/folded_cnn.hpp"
#include "deploy/model_file.hpp"
#include "deploy/network_weights.hpp"
#include "pskd/config/models.hpp"

namespace pskd::deploy {

/// How a window of the skeleton becomes the input of the network.
struct SkeletonInput {
  int frames = 0;            ///< poses that a window is resampled to
  std::vector<int> parents;  ///< of each joint, -1: none
  int center = 0;            ///< joint whose mean position is the origin
  int dimensions = 3;        ///< 2: the third number of a joint is its confidence, which is not moved
};

/// Graph convolution, ReLU, convolution over time, residual, ReLU.
struct FoldedGcnBlock {
  std::vector<double> adjacency;          ///< [K, V, V], of K subsets
  FoldedWeights graph;                    ///< inputs: [K, channels]
  FoldedWeights temporal;                 ///< inputs: [channels, kernel]
  int stride = 1;                         ///< frames
  bool residual = false;                  ///< whether the input is added to the output
  std::optional<FoldedWeights> shortcut;  ///< through which it is added where the shapes differ; inputs: [channels]
};

struct FoldedGcn {
  SkeletonInput skeleton;
  std::vector<config::SkeletonStream> streams;  ///< in the order in which they are the first block's channels
  FoldedNorm input;                             ///< of each channel of each joint, [channels, V]
  int kernel = 0;                               ///< frames, odd
  std::vector<FoldedGcnBlock> blocks;
  std::vector<double> parts;  ///< [V, P], column p averages the joints of part p
  int segments = 0;           ///< parts of time, as those of FoldedCnn
  FoldedWeights semantic;     ///< inputs: [channels, P, segments]
  FoldedWeights classifier;   ///< on ReLU(e)
};

/// A network of any kind: e is the mean of those that the branches give, and the last branch's classifier turns it into
/// logits.
struct FoldedNetwork {
  std::optional<FoldedGcn> skeleton;
  std::optional<FoldedCnn> sensor;
};

/// Throws Error(checkpoint) for a network that is not known, by its name, and for weights that are not those of its
/// options.
FoldedNetwork fold_network(const ModelFile& model);

}  // namespace pskd::deploy
