// What every network takes and returns. Symbols: N clips, T frames, V joints, S sensor channels, D embedding, K
// classes.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "pskd/data/topology.hpp"

namespace pskd::model {

/// What the data decides about a network.
struct DataShape {
  int sensor_channels = 3, sensor_frames = 128;
  int skeleton_frames = 64;
  data::Topology topology;
  int classes = 27;
};

/// A batch of clips. A modality a network does not see may be undefined.
struct Input {
  torch::Tensor skeleton;  ///< [N, 9, T, V], the streams of signal/skeleton.hpp
  torch::Tensor sensor;    ///< [N, S, T], standardized
  /// [N, D], the embedding of `skeleton` by the frozen branch of a fused network, where it is known already.
  torch::Tensor skeleton_embedding = {};
};

/// The clips `first` .. `first + count` of a batch.
Input narrow(const Input& input, std::int64_t first, std::int64_t count);
/// The clips `rows` ([n], int64) of a batch.
Input select_clips(const Input& input, const torch::Tensor& rows);

/// A batch in the memory of `device`; the batch itself where it is there already.
Input on_device(const Input& input, torch::Device device);

struct Output {
  torch::Tensor embedding;                   ///< [N, D], the semantic layer
  torch::Tensor logits;                      ///< [N, K]
  std::vector<torch::Tensor> branch_logits;  ///< [N, K] each; of a fused network's branches, else empty
  /// [N, C, T'] or [N, C, T', V], what the semantic layer pools; of a fused network, its sensor branch's.
  torch::Tensor features = {};
};

class Network : public torch::nn::Module {
 public:
  virtual Output forward(const Input& input) = 0;
  /// From now on the convolutions, and what lies between them, compute in bfloat16. Parameters, statistics and the
  /// semantic head stay in float.
  virtual void use_bfloat16() { bfloat16_ = true; }
  bool uses_bfloat16() const { return bfloat16_; }

 private:
  bool bfloat16_ = false;
};

/// The semantic layer and the classifier, which every network ends in:
/// e = BN(W dropout(x)), z = U dropout(ReLU(e)) + b.
class SemanticHeadImpl : public torch::nn::Module {
 public:
  SemanticHeadImpl(int features, int embedding, int classes, double dropout, double classifier_dropout);
  /// `features` is [N, F].
  Output forward(const torch::Tensor& features);
  /// Logits [N, K] of an embedding [N, D].
  torch::Tensor classify(const torch::Tensor& embedding);
  /// Takes over the classifier (U, b) of `other`.
  void copy_classifier(const SemanticHeadImpl& other);

 private:
  torch::nn::Linear semantic_{nullptr}, classifier_{nullptr};
  torch::nn::BatchNorm1d norm_{nullptr};
  double dropout_, classifier_dropout_;  ///< probabilities
};
TORCH_MODULE(SemanticHead);

/// Mean over each of `segments` equal parts of the last dimension: [N, C, T] -> [N, C, segments].
torch::Tensor segment_means(const torch::Tensor& sequence, std::int64_t segments);

/// The same, so that order in time is seen: [N, C, T] -> [N, C * segments].
torch::Tensor pool_segments(const torch::Tensor& sequence, int segments);

}  // namespace pskd::model
