#include "deploy/onnx/graph.hpp"

namespace pskd::deploy {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;

}  // namespace

void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<Dimension>& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(kFloat);
  for (const Dimension& one : shape) {
    auto& dimension = *type.mutable_shape()->add_dim();
    one.name.empty() ? dimension.set_dim_value(one.size) : dimension.set_dim_param(one.name);
  }
}

std::string constant(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& shape,
                     const std::vector<double>& numbers) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(kFloat);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  const std::vector<float> floats(numbers.begin(), numbers.end());
  tensor.set_raw_data(floats.data(), sizeof(float) * floats.size());
  return name;
}

std::string constant(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& numbers) {
  onnx::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(numbers.size()));
  tensor.set_raw_data(numbers.data(), sizeof(std::int64_t) * numbers.size());
  return name;
}

onnx::NodeProto& node(onnx::GraphProto& graph, const std::string& operation, const std::vector<std::string>& inputs,
                      const std::string& output) {
  onnx::NodeProto& added = *graph.add_node();
  added.set_op_type(operation);
  added.set_name(output);
  for (const std::string& input : inputs) added.add_input(input);
  added.add_output(output);
  return added;
}

void set_ints(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
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

std::string add_product(onnx::GraphProto& graph, const std::string& name, const FoldedWeights& folded,
                        const std::vector<double>& weights, const std::string& input, const std::string& output) {
  const auto out = static_cast<std::int64_t>(folded.outputs()), in = static_cast<std::int64_t>(folded.inputs());
  const std::string matrix = constant(graph, name + "_weights", {out, in}, weights);
  const std::string bias = constant(graph, name + "_bias", {out}, folded.bias);
  set_int(node(graph, "Gemm", {input, matrix, bias}, output), "transB", 1);
  return output;
}

std::string add_segment_means(onnx::GraphProto& graph, const std::string& name, std::int64_t frames, int segments,
                              const std::string& input) {
  std::vector<double> matrix(static_cast<std::size_t>(frames * segments));
  for (std::int64_t part = 0; part < segments; ++part) {
    const std::int64_t begin = part * frames / segments, end = ((part + 1) * frames + segments - 1) / segments;
    for (std::int64_t t = begin; t < end; ++t) {
      matrix[static_cast<std::size_t>(t * segments + part)] = 1.0 / static_cast<double>(end - begin);
    }
  }
  node(graph, "MatMul", {input, constant(graph, name + "parts", {frames, segments}, matrix)}, name + "means_of_parts");
  return name + "means_of_parts";
}

}  // namespace pskd::deploy
