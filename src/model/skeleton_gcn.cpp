#include "model/skeleton_gcn.hpp"

#include "ops/graph_convolution.hpp"
#include "ops/norm_relu.hpp"
#include "ops/temporal_convolution.hpp"

namespace pskd::model {
namespace {

// Motion is in meters per frame: a still joint's variance is below the usual 1e-5.
constexpr double kInputNormEps = 1e-8;

torch::nn::Conv2d convolution(int in, int out, int kernel, int stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, {kernel, 1}).stride({stride, 1}).padding({kernel / 2, 0}).bias(false));
}

/// What a layer made by `convolution` gives, in the precision of x.
torch::Tensor convolve(const torch::Tensor& x, const torch::nn::Conv2dImpl& layer) {
  return ops::temporal_convolution(x, layer.weight.squeeze(3), layer.options.stride()->at(0));
}

torch::Tensor part_means(const data::Topology& topology) {
  torch::Tensor means = torch::zeros(
      {static_cast<std::int64_t>(topology.joints.size()), static_cast<std::int64_t>(topology.parts.size())});
  for (std::size_t part = 0; part < topology.parts.size(); ++part) {
    for (const int joint : topology.parts[part]) {
      means[joint][static_cast<std::int64_t>(part)] = 1.0 / static_cast<double>(topology.parts[part].size());
    }
  }
  return means;
}

/// The mean over each part and segment: [N, C, T, V] -> [N, C * P * S], as one product with channels-last frames.
torch::Tensor pool_parts(const torch::Tensor& x, const torch::Tensor& parts, int segments) {
  const std::int64_t n = x.size(0), c = x.size(1), t = x.size(2);
  const torch::Tensor frames = torch::eye(t, x.options()).unsqueeze(0);
  const torch::Tensor shares = torch::adaptive_avg_pool1d(frames, segments)[0].t();         // [S, T]
  const torch::Tensor weights = torch::kron(shares, parts.t()).expand({n, -1, -1});         // [N, S * P, T * V]
  const torch::Tensor pooled = torch::bmm(weights, x.permute({0, 2, 3, 1}).flatten(1, 2));  // [N, S * P, C]
  return pooled.reshape({n, segments, parts.size(1), c}).permute({0, 3, 2, 1}).flatten(1);
}

}  // namespace

torch::Tensor skeleton_adjacency(const data::Topology& topology) {
  const auto joints = static_cast<std::int64_t>(topology.joints.size());
  torch::Tensor adjacency = torch::zeros({3, joints, joints});
  for (std::int64_t joint = 0; joint < joints; ++joint) {
    adjacency[0][joint][joint] = 1;
    const int parent = topology.parents[joint];
    if (parent < 0) continue;
    adjacency[1][joint][parent] = 1;
    adjacency[2][parent][joint] = 1;
  }
  return adjacency / adjacency.sum(2, true).clamp_min(1);
}

GraphConvolutionImpl::GraphConvolutionImpl(int in, int out, const torch::Tensor& adjacency)
    : adjacency_(register_parameter("adjacency", adjacency.clone())),
      weights_(register_module(
          "weights", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, {1, adjacency.size(0)}).bias(false)))) {}

torch::Tensor GraphConvolutionImpl::forward(const torch::Tensor& x) {
  return ops::graph_convolution(x, adjacency_, weights_->weight.permute({0, 3, 1, 2}).flatten(1));
}

GcnBlockImpl::GcnBlockImpl(int in, int out, int kernel, int stride, bool residual, const torch::Tensor& adjacency)
    : graph_(register_module("graph", GraphConvolution(in, out, adjacency))),
      residual_(residual),
      temporal_(register_module("temporal", convolution(out, out, kernel, stride))),
      graph_norm_(register_module("graph_norm", torch::nn::BatchNorm2d(out))),
      temporal_norm_(register_module("temporal_norm", torch::nn::BatchNorm2d(out))) {
  if (!residual || (in == out && stride == 1)) return;
  shortcut_ = register_module("shortcut", convolution(in, out, 1, stride));
  shortcut_norm_ = register_module("shortcut_norm", torch::nn::BatchNorm2d(out));
}

torch::Tensor GcnBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor graph = ops::norm_relu(graph_(x), *graph_norm_);
  const torch::Tensor y = convolve(graph, *temporal_);
  if (!residual_) return ops::norm_relu(y, *temporal_norm_);
  return ops::norm_relu(y, *temporal_norm_, shortcut_ ? ops::batch_norm(convolve(x, *shortcut_), *shortcut_norm_) : x);
}

SkeletonGcn::SkeletonGcn(const config::SkeletonGcnConfig& config, const DataShape& shape)
    : parts_(register_buffer("parts", part_means(shape.topology))), segments_(config.segments) {
  for (const config::SkeletonStream stream : config.streams) {
    for (std::int64_t axis = 0; axis < 3; ++axis)
      stream_channels_.push_back(3 * static_cast<std::int64_t>(stream) + axis);
  }
  const auto joints = static_cast<int>(shape.topology.joints.size());
  int in = static_cast<int>(stream_channels_.size());
  input_norm_ = register_module("input_norm",
                                torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(in * joints).eps(kInputNormEps)));
  register_module("blocks", blocks_);
  const torch::Tensor adjacency = skeleton_adjacency(shape.topology);
  for (int block = 0; block < config.blocks; ++block) {
    const int out = config::gcn_channels(config.width, block, config.blocks);
    const int stride = block == 0 || out != in ? 2 : 1;
    blocks_->push_back(GcnBlock(in, out, config.kernel, stride, block > 0, adjacency));
    in = out;
  }
  const int features = in * static_cast<int>(shape.topology.parts.size()) * config.segments;
  head_ = register_module(
      "head", SemanticHead(features, config.embedding, shape.classes, config.dropout, config.classifier_dropout));
}

Output SkeletonGcn::forward(const Input& input) {
  const torch::Tensor channels = torch::tensor(stream_channels_, input.skeleton.device());
  const torch::Tensor streams = input.skeleton.index_select(1, channels);
  const std::int64_t n = streams.size(0), c = streams.size(1), t = streams.size(2), v = streams.size(3);
  const torch::Tensor normalized = input_norm_(streams.transpose(2, 3).reshape({n, c * v, t}));
  torch::Tensor x = normalized.reshape({n, c, v, t}).transpose(2, 3).contiguous(torch::MemoryFormat::ChannelsLast);
  if (uses_bfloat16()) x = x.to(torch::kBFloat16);
  for (const auto& block : *blocks_) x = block->as<GcnBlockImpl>()->forward(x);
  x = x.to(streams.scalar_type());
  Output output = head_(pool_parts(x, parts_, segments_));
  output.features = x;
  return output;
}

}  // namespace pskd::model
