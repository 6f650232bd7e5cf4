#include "deploy/onnx/branches.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "deploy/onnx/graph.hpp"

namespace pskd::deploy {
namespace {

using Graph = onnx::GraphProto;

std::vector<double> doubles(const std::vector<float>& numbers) { return {numbers.begin(), numbers.end()}; }

/// Of each output [steps, channels] to [channels, steps], as the format's convolutions have them.
std::vector<double> channels_first(const FoldedWeights& folded, std::size_t channels) {
  return transposed(folded.weights, folded.outputs(), folded.inputs() / channels, channels);
}

std::string add_standardization(Graph& graph, const SensorInput& sensor, const std::string& prefix) {
  const auto channels = static_cast<std::int64_t>(sensor.channels.size());
  const std::string mean = constant(graph, prefix + "mean", {channels, 1}, doubles(sensor.mean));
  const std::string deviation = constant(graph, prefix + "deviation", {channels, 1}, doubles(sensor.deviation));
  node(graph, "Sub", {"sensor", mean}, prefix + "centered");
  node(graph, "Div", {prefix + "centered", deviation}, prefix + "standardized");
  return prefix + "standardized";
}

std::string add_block(Graph& graph, const FoldedCnn& cnn, std::size_t block, const std::string& prefix,
                      const std::string& input) {
  const FoldedWeights& folded = cnn.blocks[block];
  const int in = cnn.shapes[block].channels, kernel = cnn.kernel;
  const auto out = static_cast<std::int64_t>(folded.outputs());
  const std::string name = prefix + "block" + std::to_string(block);
  const std::string weights =
      constant(graph, name + "_weights", {out, in, kernel}, channels_first(folded, static_cast<std::size_t>(in)));
  const std::string bias = constant(graph, name + "_bias", {out}, folded.bias);
  onnx::NodeProto& convolution = node(graph, "Conv", {input, weights, bias}, name + "_convolved");
  set_ints(convolution, "kernel_shape", {kernel});
  set_ints(convolution, "pads", {kernel / 2, kernel / 2});
  node(graph, "Relu", {name + "_convolved"}, name + "_rectified");
  if (block + 1 == cnn.blocks.size()) return name + "_rectified";
  onnx::NodeProto& pooling = node(graph, "MaxPool", {name + "_rectified"}, name + "_pooled");
  set_ints(pooling, "kernel_shape", {2});
  set_ints(pooling, "strides", {2});
  return name + "_pooled";
}

// ---- skeleton: x is [batch, channels, frames, V] ------------------------------------------------------

/// Positions relative to the center joint's mean.
std::string add_centering(Graph& graph, const SkeletonInput& skeleton, const std::string& prefix) {
  const auto joints = static_cast<std::int64_t>(skeleton.parents.size());
  std::vector<double> center(skeleton.parents.size()), moved(3);
  center[static_cast<std::size_t>(skeleton.center)] = 1;
  std::fill_n(moved.begin(), skeleton.dimensions, 1);
  set_ints(node(graph, "Transpose", {"skeleton"}, prefix + "positions"), "perm", {0, 3, 1, 2});
  node(graph, "MatMul", {prefix + "positions", constant(graph, prefix + "center_joint", {joints, 1}, center)},
       prefix + "center_path");
  set_ints(node(graph, "ReduceMean", {prefix + "center_path"}, prefix + "center"), "axes", {2});
  node(graph, "Mul", {prefix + "center", constant(graph, prefix + "moved_axes", {3, 1, 1}, moved)}, prefix + "origin");
  node(graph, "Sub", {prefix + "positions", prefix + "origin"}, prefix + "joint");
  return prefix + "joint";
}

/// A joint less its parent; 0 of the root.
std::string add_bones(Graph& graph, const SkeletonInput& skeleton, const std::string& prefix,
                      const std::string& input) {
  const std::size_t joints = skeleton.parents.size();
  std::vector<double> matrix(joints * joints);
  for (std::size_t joint = 0; joint < joints; ++joint) {
    if (skeleton.parents[joint] < 0) continue;
    matrix[joint * joints + joint] = 1;
    matrix[static_cast<std::size_t>(skeleton.parents[joint]) * joints + joint] -= 1;
  }
  const auto size = static_cast<std::int64_t>(joints);
  node(graph, "MatMul", {input, constant(graph, prefix + "to_parent", {size, size}, matrix)}, prefix + "bone");
  return prefix + "bone";
}

/// The next frame less this one; 0 of the last.
std::string add_motion(Graph& graph, const SkeletonInput& skeleton, const std::string& prefix,
                       const std::string& input) {
  constexpr std::int64_t kFrames = 2;  // dimension
  const std::string axis = constant(graph, prefix + "frames_axis", std::vector<std::int64_t>{kFrames});
  const auto part = [&](const std::string& name, std::int64_t begin, std::int64_t end) {
    const std::string from = constant(graph, prefix + name + "_begin", std::vector<std::int64_t>{begin});
    const std::string to = constant(graph, prefix + name + "_end", std::vector<std::int64_t>{end});
    node(graph, "Slice", {input, from, to, axis}, prefix + name);
    return prefix + name;
  };
  node(graph, "Sub", {part("next", 1, skeleton.frames), part("this", 0, skeleton.frames - 1)}, prefix + "moves");
  const std::string pads = constant(graph, prefix + "last_frame", std::vector<std::int64_t>{0, 0, 0, 0, 0, 0, 1, 0});
  node(graph, "Pad", {prefix + "moves", pads}, prefix + "motion");
  return prefix + "motion";
}

std::string add_stream(Graph& graph, config::SkeletonStream stream, const SkeletonInput& skeleton,
                       const std::string& prefix, const std::string& joint) {
  if (stream == config::SkeletonStream::bone) return add_bones(graph, skeleton, prefix, joint);
  if (stream == config::SkeletonStream::motion) return add_motion(graph, skeleton, prefix, joint);
  return joint;
}

/// The streams side by side, each channel of each joint normalized.
std::string add_streams(Graph& graph, const FoldedGcn& gcn, const std::string& prefix) {
  const std::string joint = add_centering(graph, gcn.skeleton, prefix);
  std::map<config::SkeletonStream, std::string> added;
  std::vector<std::string> chosen;
  for (const config::SkeletonStream stream : gcn.streams) {
    std::string& name = added[stream];
    if (name.empty()) name = add_stream(graph, stream, gcn.skeleton, prefix, joint);
    chosen.push_back(name);
  }
  set_int(node(graph, "Concat", chosen, prefix + "streams"), "axis", 1);
  const auto channels = static_cast<std::int64_t>(3 * gcn.streams.size());
  const std::vector<std::int64_t> shape = {channels, 1, static_cast<std::int64_t>(gcn.skeleton.parents.size())};
  node(graph, "Mul", {prefix + "streams", constant(graph, prefix + "input_scale", shape, gcn.input.scale)},
       prefix + "scaled");
  node(graph, "Add", {prefix + "scaled", constant(graph, prefix + "input_shift", shape, gcn.input.shift)},
       prefix + "normalized");
  return prefix + "normalized";
}

/// A convolution over time, [outputs, inputs, kernel, 1].
std::string add_convolution(Graph& graph, const std::string& name, const FoldedWeights& folded, std::int64_t kernel,
                            std::int64_t stride, const std::string& input) {
  const auto out = static_cast<std::int64_t>(folded.outputs()),
             in = static_cast<std::int64_t>(folded.inputs()) / kernel;
  const std::string weights = constant(graph, name + "_weights", {out, in, kernel, 1}, folded.weights);
  const std::string bias = constant(graph, name + "_bias", {out}, folded.bias);
  onnx::NodeProto& convolution = node(graph, "Conv", {input, weights, bias}, name);
  set_ints(convolution, "kernel_shape", {kernel, 1});
  set_ints(convolution, "strides", {stride, 1});
  set_ints(convolution, "pads", {kernel / 2, 0, kernel / 2, 0});
  return name;
}

/// The joints mixed by each subset of the adjacency, and the channels of all these by one product.
std::string add_graph_convolution(Graph& graph, const FoldedGcnBlock& block, std::size_t joints,
                                  const std::string& name, const std::string& input) {
  const std::size_t subsets = block.adjacency.size() / (joints * joints);
  const auto size = static_cast<std::int64_t>(joints);
  const std::vector<double> turned = transposed(block.adjacency, subsets, joints, joints);  // x stands at its left
  std::vector<std::string> mixed;
  for (std::size_t subset = 0; subset < subsets; ++subset) {
    const auto begin = turned.begin() + static_cast<std::ptrdiff_t>(subset * joints * joints);
    const std::vector<double> matrix(begin, begin + static_cast<std::ptrdiff_t>(joints * joints));
    const std::string number = std::to_string(subset);
    mixed.push_back(name + "_mixed" + number);
    node(graph, "MatMul", {input, constant(graph, name + "_adjacency" + number, {size, size}, matrix)}, mixed.back());
  }
  set_int(node(graph, "Concat", mixed, name + "_subsets"), "axis", 1);
  return add_convolution(graph, name + "_graph", block.graph, 1, 1, name + "_subsets");
}

std::string add_gcn_block(Graph& graph, const FoldedGcn& gcn, std::size_t number, const std::string& prefix,
                          const std::string& input) {
  const FoldedGcnBlock& block = gcn.blocks[number];
  const std::string name = prefix + "block" + std::to_string(number);
  node(graph, "Relu", {add_graph_convolution(graph, block, gcn.skeleton.parents.size(), name, input)},
       name + "_spatial");
  std::string sum =
      add_convolution(graph, name + "_temporal", block.temporal, gcn.kernel, block.stride, name + "_spatial");
  if (block.residual) {
    const std::string residual =
        block.shortcut ? add_convolution(graph, name + "_shortcut", *block.shortcut, 1, block.stride, input) : input;
    node(graph, "Add", {sum, residual}, name + "_sum");
    sum = name + "_sum";
  }
  node(graph, "Relu", {sum}, name + "_rectified");
  return name + "_rectified";
}

/// [batch, C, T, V] to [batch, C * P * S], the means of each body part in each part of time.
std::string add_part_means(Graph& graph, const FoldedGcn& gcn, const std::string& prefix, const std::string& input) {
  const auto joints = static_cast<std::int64_t>(gcn.skeleton.parents.size());
  const std::int64_t parts = static_cast<std::int64_t>(gcn.parts.size()) / joints;
  std::int64_t frames = gcn.skeleton.frames;
  for (const FoldedGcnBlock& block : gcn.blocks) frames = (frames - 1) / block.stride + 1;
  node(graph, "MatMul", {input, constant(graph, prefix + "body_parts", {joints, parts}, gcn.parts)},
       prefix + "means_of_joints");
  set_ints(node(graph, "Transpose", {prefix + "means_of_joints"}, prefix + "paths_of_parts"), "perm", {0, 1, 3, 2});
  node(graph, "Flatten", {add_segment_means(graph, prefix, frames, gcn.segments, prefix + "paths_of_parts")},
       prefix + "features");
  return prefix + "features";
}

}  // namespace

std::string add_sensor_branch(Graph& graph, const FoldedCnn& cnn, const SensorInput& sensor,
                              const std::string& prefix) {
  std::string x = add_standardization(graph, sensor, prefix);
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) x = add_block(graph, cnn, block, prefix, x);
  x = add_segment_means(graph, prefix, cnn.shapes.back().frames, cnn.segments, x);
  node(graph, "Flatten", {x}, prefix + "features");
  const auto channels = static_cast<std::size_t>(cnn.shapes.back().channels);
  return add_product(graph, prefix + "semantic", cnn.semantic, channels_first(cnn.semantic, channels),
                     prefix + "features", prefix + "embedding");
}

std::string add_skeleton_branch(Graph& graph, const FoldedGcn& gcn, const std::string& prefix) {
  std::string x = add_streams(graph, gcn, prefix);
  for (std::size_t block = 0; block < gcn.blocks.size(); ++block) x = add_gcn_block(graph, gcn, block, prefix, x);
  x = add_part_means(graph, gcn, prefix, x);
  return add_product(graph, prefix + "semantic", gcn.semantic, gcn.semantic.weights, x, prefix + "embedding");
}

}  // namespace pskd::deploy
