#include "deploy/onnx/onnx_model.hpp"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cstdint>
#include <limits>

#include "deploy/folded_gcn.hpp"
#include "deploy/onnx/branches.hpp"
#include "deploy/onnx/graph.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

constexpr int kIrVersion = 8, kOperatorSet = 17;
const Dimension kBatch{0, "batch"};

void add_inputs(onnx::GraphProto& graph, const FoldedNetwork& network) {
  if (network.skeleton) {
    const SkeletonInput& skeleton = network.skeleton->skeleton;
    describe(*graph.add_input(), "skeleton",
             {kBatch, {skeleton.frames}, {static_cast<std::int64_t>(skeleton.parents.size())}, {3}});
  }
  if (network.sensor) {
    const auto [channels, frames] = network.sensor->shapes.front();
    describe(*graph.add_input(), "sensor", {kBatch, {channels}, {frames}});
  }
}

/// Both branches' embeddings: e = (e_skeleton + e_sensor) / 2.
std::string add_fused_embedding(onnx::GraphProto& graph, const FoldedNetwork& network, const SensorInput& sensor) {
  const std::string skeleton = add_skeleton_branch(graph, *network.skeleton, "skeleton_");
  node(graph, "Add", {skeleton, add_sensor_branch(graph, *network.sensor, sensor, "sensor_")}, "sum_of_embeddings");
  node(graph, "Div", {"sum_of_embeddings", constant(graph, "branches", {1}, {2})}, "embedding");
  return "embedding";
}

std::string add_embedding(onnx::GraphProto& graph, const FoldedNetwork& network, const ModelFile& model) {
  if (!network.skeleton) return add_sensor_branch(graph, *network.sensor, *model.sensor, "");
  if (!network.sensor) return add_skeleton_branch(graph, *network.skeleton, "");
  return add_fused_embedding(graph, network, *model.sensor);
}

void add_network(onnx::GraphProto& graph, const FoldedNetwork& network, const ModelFile& model) {
  add_inputs(graph, network);
  const FoldedWeights& classifier = network.sensor ? network.sensor->classifier : network.skeleton->classifier;
  node(graph, "Relu", {add_embedding(graph, network, model)}, "rectified_embedding");
  add_product(graph, "classifier", classifier, classifier.weights, "rectified_embedding", "logits");
  set_int(node(graph, "Softmax", {"logits"}, "probabilities"), "axis", 1);

  const Dimension classes{static_cast<std::int64_t>(classifier.outputs())};
  describe(*graph.add_output(), "probabilities", {kBatch, classes});
  describe(*graph.add_output(), "logits", {kBatch, classes});
  describe(*graph.add_output(), "embedding", {kBatch, {static_cast<std::int64_t>(classifier.inputs())}});
}

void add_metadata(onnx::ModelProto& proto, const ModelFile& model) {
  const auto add = [&](const std::string& key, const nlohmann::json& value) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value.dump());
  };
  const nlohmann::json& said = model.manifest["model"];
  for (const char* key : {"channels", "units", "rate", "frames"}) {
    if (model.sensor && said["sensor"].contains(key)) add(key, said["sensor"][key]);
  }
  if (model.sensor) add("resampling", kResampling);  // standardizing is part of the graph
  for (const char* key : {"skeleton", "classes", "version"}) {
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
  const FoldedNetwork network = fold_network(model);
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("pskd");
  proto.set_doc_string(std::string(kWrittenBy) + " --format onnx`.");
  proto.add_opset_import()->set_version(kOperatorSet);
  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name(model.stage);
  add_network(graph, network, model);
  add_metadata(proto, model);
  if (proto.ByteSizeLong() > std::numeric_limits<std::int32_t>::max()) {
    throw Error(ErrorKind::checkpoint, "its network takes more than the 2 GB that an ONNX file can hold");
  }
  check(proto);
  return proto.SerializeAsString();
}

}  // namespace pskd::deploy
