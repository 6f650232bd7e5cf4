// Parts of a graph in the Open Neural Network Exchange format.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/network_weights.hpp"

namespace pskd::deploy {

/// A dimension of a shape: a size, or a name for one that may vary.
struct Dimension {
  std::int64_t size = 0;
  std::string name = {};
};

/// Says that `value` holds floats of that shape.
void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<Dimension>& shape);

/// Adds a constant that nodes read. Gives its name back.
std::string constant(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& shape,
                     const std::vector<double>& numbers);
/// The same of whole numbers in one dimension.
std::string constant(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& numbers);

/// Adds a node with one output, whose name it has.
onnx::NodeProto& node(onnx::GraphProto& graph, const std::string& operation, const std::vector<std::string>& inputs,
                      const std::string& output);
void set_ints(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values);
void set_int(onnx::NodeProto& node, const std::string& name, std::int64_t value);

// The functions below add a part of a network that reads `input`. They give the name of its output back.

/// `weights`: [outputs, inputs], in the order of the input.
std::string add_product(onnx::GraphProto& graph, const std::string& name, const FoldedWeights& folded,
                        const std::vector<double>& weights, const std::string& input, const std::string& output);

/// The mean of each part of time: [..., frames] to [..., segments]. It is a product with a matrix [frames, segments]:
/// the parts may overlap, which no pooling of the format can do.
std::string add_segment_means(onnx::GraphProto& graph, const std::string& name, std::int64_t frames, int segments,
                              const std::string& input);

}  // namespace pskd::deploy
