// Spatial-temporal graph convolution over skeleton streams (Yan et al. 2018), with a learned adjacency.
#pragma once

#include "pskd/config/experiment.hpp"
#include "pskd/data/topology.hpp"
#include "pskd/model/network.hpp"

namespace pskd::model {

/// Three adjacency subsets [3, V, V] of a skeleton: each joint itself, its parent, its children; rows sum to 1 or are
/// 0.
torch::Tensor skeleton_adjacency(const data::Topology& topology);

/// y[n, c', t, v] = sum_k sum_c W_k[c', c] sum_u A_k[v, u] x[n, c, t, u], with A learned freely from the skeleton's
/// adjacency.
class GraphConvolutionImpl : public torch::nn::Module {
 public:
  GraphConvolutionImpl(int in, int out, const torch::Tensor& adjacency);
  /// [N, C, T, V] -> [N, C', T, V], both in channels-last memory.
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor adjacency_;             ///< [K, V, V]
  torch::nn::Conv2d weights_{nullptr};  ///< [C', C, 1, K]
};
TORCH_MODULE(GraphConvolution);

/// Graph convolution, batch norm, ReLU, temporal convolution with stride, batch norm, residual, ReLU.
class GcnBlockImpl : public torch::nn::Module {
 public:
  /// `residual`: whether the input is added to the output (through a convolution where the shapes differ).
  GcnBlockImpl(int in, int out, int kernel, int stride, bool residual, const torch::Tensor& adjacency);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  GraphConvolution graph_{nullptr};
  bool residual_;
  torch::nn::Conv2d temporal_{nullptr}, shortcut_{nullptr};
  torch::nn::BatchNorm2d graph_norm_{nullptr}, temporal_norm_{nullptr}, shortcut_norm_{nullptr};
};
TORCH_MODULE(GcnBlock);

/// `blocks` blocks; the channels double after each third of them, and time is halved in the first block and wherever
/// the channels double. The first block has no residual. Then the mean over the joints of each body part and over
/// `segments` parts of time, and the semantic head.
class SkeletonGcn : public Network {
 public:
  SkeletonGcn(const config::SkeletonGcnConfig& config, const DataShape& shape);
  /// Sees input.skeleton [N, 9, T, V].
  Output forward(const Input& input) override;
  SemanticHead head() { return head_; }

 private:
  std::vector<std::int64_t> stream_channels_;   ///< which of the nine input channels are used
  torch::nn::BatchNorm1d input_norm_{nullptr};  ///< of each channel of each joint
  torch::nn::ModuleList blocks_;
  SemanticHead head_{nullptr};
  torch::Tensor parts_;  ///< [V, P], column p averages the joints of part p
  int segments_;
};

}  // namespace pskd::model
