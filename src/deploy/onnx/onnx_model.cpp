#include "deploy/onnx/onnx_model.hpp"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include "deploy/folded_cnn.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

constexpr int kIrVersion = 8, kOperatorSet = 17;
constexpr auto kFloat = onnx::TensorProto::FLOAT;

/// A dimension of a shape: a size, or a name for one that may vary.
struct Dimension {
  std::int64_t size = 0;
  std::string name = {};
};

void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<Dimension>& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(kFloat);
  for (const Dimension& one : shape) {
    auto& dimension = *type.mutable_shape()->add_dim();
    one.name.empty() ? dimension.set_dim_value(one.size) : dimension.set_dim_param(one.name);
  }
}

/// Adds a constant that nodes read. Gives its name back.
template <class Numbers>
std::string constant(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& shape,
                     const Numbers& numbers) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(kFloat);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  const std::vector<float> floats(numbers.begin(), numbers.end());
  tensor.set_raw_data(floats.data(), sizeof(float) * floats.size());
  return name;
}

/// Adds a node with one output, whose name it has.
onnx::NodeProto& node(onnx::GraphProto& graph, const std::string& operation, const std::vector<std::string>& inputs,
                      const std::string& output) {
  onnx::NodeProto& added = *graph.add_node();
  added.set_op_type(operation);
  added.set_name(output);
  for (const std::string& input : inputs) added.add_input(input);
  added.add_output(output);
  return added;
}

void set_ints(onnx::NodeProto& node, const std::string& name, std::initializer_list<std::int64_t> values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void set_int(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

/// Of each output [steps, channels] to [channels, steps], as the format's convolutions have them.
std::vector<double> channels_first(const FoldedWeights& folded, std::size_t channels) {
  const std::size_t steps = folded.inputs() / channels;
  std::vector<double> turned(folded.weights.size());
  for (std::size_t o = 0; o < folded.outputs(); ++o) {
    for (std::size_t s = 0; s < steps; ++s) {
      for (std::size_t c = 0; c < channels; ++c) {
        turned[(o * channels + c) * steps + s] = folded.weights[(o * steps + s) * channels + c];
      }
    }
  }
  return turned;
}

// The functions below add a part of the network that reads `input`. They give the name of its output back.

std::string add_standardization(onnx::GraphProto& graph, const SensorInput& sensor, const std::string& input) {
  const auto channels = static_cast<std::int64_t>(sensor.channels.size());
  node(graph, "Sub", {input, constant(graph, "mean", {channels, 1}, sensor.mean)}, "centered");
  node(graph, "Div", {"centered", constant(graph, "deviation", {channels, 1}, sensor.deviation)}, "standardized");
  return "standardized";
}

std::string add_block(onnx::GraphProto& graph, const FoldedCnn& cnn, std::size_t block, const std::string& input) {
  const FoldedWeights& folded = cnn.blocks[block];
  const int in = cnn.shapes[block].channels, kernel = cnn.kernel;
  const auto out = static_cast<std::int64_t>(folded.outputs());
  std::string name = "block";
  name += std::to_string(block);
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

/// The mean of each part of time, as a product with a matrix [frames, parts]: the parts may overlap, which no pooling
/// of the format can do.
std::string add_parts(onnx::GraphProto& graph, const FoldedCnn& cnn, const std::string& input) {
  const int frames = cnn.shapes.back().frames, parts = cnn.segments;
  std::vector<double> matrix(static_cast<std::size_t>(frames) * parts);
  for (int part = 0; part < parts; ++part) {
    const int begin = part * frames / parts, end = ((part + 1) * frames + parts - 1) / parts;
    for (int t = begin; t < end; ++t) matrix[static_cast<std::size_t>(t) * parts + part] = 1.0 / (end - begin);
  }
  node(graph, "MatMul", {input, constant(graph, "parts", {frames, parts}, matrix)}, "means_of_parts");
  node(graph, "Flatten", {"means_of_parts"}, "features");
  return "features";
}

/// `weights`: [outputs, inputs], in the order of the input.
std::string add_product(onnx::GraphProto& graph, const std::string& name, const FoldedWeights& folded,
                        const std::vector<double>& weights, const std::string& input, const std::string& output) {
  const auto out = static_cast<std::int64_t>(folded.outputs()), in = static_cast<std::int64_t>(folded.inputs());
  const std::string matrix = constant(graph, name + "_weights", {out, in}, weights);
  const std::string bias = constant(graph, name + "_bias", {out}, folded.bias);
  set_int(node(graph, "Gemm", {input, matrix, bias}, output), "transB", 1);
  return output;
}

void add_network(onnx::GraphProto& graph, const FoldedCnn& cnn, const SensorInput& sensor) {
  std::string x = add_standardization(graph, sensor, "sensor");
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) x = add_block(graph, cnn, block, x);
  x = add_parts(graph, cnn, x);
  const auto channels = static_cast<std::size_t>(cnn.shapes.back().channels);
  x = add_product(graph, "semantic", cnn.semantic, channels_first(cnn.semantic, channels), x, "embedding");
  node(graph, "Relu", {x}, "rectified_embedding");
  x = add_product(graph, "classifier", cnn.classifier, cnn.classifier.weights, "rectified_embedding", "logits");
  set_int(node(graph, "Softmax", {x}, "probabilities"), "axis", 1);

  const Dimension batch{0, "batch"};
  const Dimension classes{static_cast<std::int64_t>(cnn.classifier.outputs())};
  describe(*graph.add_input(), "sensor", {batch, {cnn.shapes.front().channels}, {cnn.shapes.front().frames}});
  describe(*graph.add_output(), "probabilities", {batch, classes});
  describe(*graph.add_output(), "logits", {batch, classes});
  describe(*graph.add_output(), "embedding", {batch, {static_cast<std::int64_t>(cnn.semantic.outputs())}});
}

void add_metadata(onnx::ModelProto& proto, const ModelFile& model) {
  const auto add = [&](const std::string& key, const nlohmann::json& value) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value.dump());
  };
  const nlohmann::json& said = model.manifest["model"];
  for (const char* key : {"channels", "units", "rate", "frames", "resampling"}) {
    if (said["sensor"].contains(key)) add(key, said["sensor"][key]);
  }
  for (const char* key : {"classes", "version"}) {
    if (said.contains(key)) add(key, said[key]);
  }
  add("manifest", model.manifest);
}

/// Holds what was written to the format. Throws what its checker throws, and adds the shapes of what nodes give.
void check(onnx::ModelProto& proto) {
  constexpr bool kCheckTypes = true, kDataPropagation = false;
  constexpr int kStrict = 1;
  onnx::checker::check_model(proto);
  onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(),
                                     {kCheckTypes, kStrict, kDataPropagation});
}

}  // namespace

std::string onnx_model(const ModelFile& model) {
  const FoldedCnn cnn = fold_sensor_cnn(model);
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("pskd");
  proto.set_doc_string(std::string(kWrittenBy) + " --format onnx`.");
  proto.add_opset_import()->set_version(kOperatorSet);
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name(model.stage);
  add_network(graph, cnn, *model.sensor);
  add_metadata(proto, model);
  if (proto.ByteSizeLong() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(ErrorKind::checkpoint, "its network takes more than the 2 GB that an ONNX file can hold");
  }
  check(proto);
  return proto.SerializeAsString();
}

}  // namespace pskd::deploy
