#include "deploy/folded_gcn.hpp"

#include "pskd/config/models.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::deploy {
namespace {

using Json = nlohmann::json;
using config::SkeletonStream;

constexpr double kInputNormEpsilon = 1e-8;  // of model/skeleton_gcn.cpp
constexpr int kSubsets = 3;                 // of the adjacency
constexpr int kAxes = 3;

SkeletonInput skeleton_of(const Json& said) {
  constexpr int kMostJoints = 1000;
  const std::string kSkeleton = "its skeleton";
  const Json topology = said.is_object() ? said.value("topology", Json::object()) : Json::object();
  const Json parents = topology.is_object() ? topology.value("parents", Json()) : Json();
  const bool listed = parents.is_array() && !parents.empty() && parents.size() <= kMostJoints;
  if (!listed) refuse_network("its skeleton: parents: expected the parent of each joint");
  SkeletonInput skeleton;
  const int joints = static_cast<int>(parents.size());
  for (const Json& parent : parents) {
    if (!parent.is_number_integer() || parent < -1 || parent >= joints)
      refuse_network("its skeleton: parents: no such joint");
    skeleton.parents.push_back(parent.get<int>());
  }
  skeleton.frames = whole_number(said, kSkeleton, "frames", 1, config::kMaxFrames);
  skeleton.center = whole_number(topology, kSkeleton, "center", 0, joints - 1);
  skeleton.dimensions = whole_number(topology, kSkeleton, "dimensions", 2, kAxes);
  return skeleton;
}

std::vector<SkeletonStream> streams_of(const Json& options) {
  const Json names = options.value("streams", Json());
  std::vector<SkeletonStream> streams;
  for (const Json& name : names.is_array() ? names : Json::array()) {
    for (const SkeletonStream stream : {SkeletonStream::joint, SkeletonStream::bone, SkeletonStream::motion}) {
      if (name == config::word(stream)) streams.push_back(stream);
    }
  }
  if (!streams.empty() && streams.size() == names.size()) return streams;
  refuse_network("its network: streams: expected a list of joint, bone and motion, found " + names.dump());
}

/// The weights [out, in, 1, K] and the norm behind them.
FoldedWeights take_graph(NetworkWeights& weights, const std::string& block, int in, int out) {
  const std::vector<double> by_subset =
      transposed(weights.take(block + "graph.weights.weight", {out, in, 1, kSubsets}), out, in, kSubsets);
  return fold(by_subset, take_norm(weights, block + "graph_norm", out));
}

FoldedGcnBlock take_block(NetworkWeights& weights, const std::string& name, int in, int out, int kernel, bool first,
                          std::int64_t joints) {
  FoldedGcnBlock block;
  block.adjacency = weights.take(name + "graph.adjacency", {kSubsets, joints, joints});
  block.graph = take_graph(weights, name, in, out);
  block.temporal = fold(weights.take(name + "temporal.weight", {out, out, kernel, 1}),
                        take_norm(weights, name + "temporal_norm", out));
  block.stride = first || out != in ? 2 : 1;
  block.residual = !first;
  if (block.residual && block.stride == 2) {
    block.shortcut =
        fold(weights.take(name + "shortcut.weight", {out, in, 1, 1}), take_norm(weights, name + "shortcut_norm", out));
  }
  return block;
}

/// A branch as fold_sensor_branch takes it.
FoldedGcn fold_skeleton_branch(NetworkWeights& weights, const std::string& branch, const Json& options,
                               const Json& skeleton, int classes) {
  FoldedGcn gcn;
  gcn.skeleton = skeleton_of(skeleton);
  gcn.streams = streams_of(options);
  gcn.kernel = kernel_option(options);
  gcn.segments = network_option(options, "segments", config::kMaxSegments);
  const int width = network_option(options, "width", config::kMaxWidth),
            blocks = network_option(options, "blocks", config::kMaxBlocks);
  const int embedding = network_option(options, "embedding", config::kMaxEmbedding);
  const auto joints = static_cast<std::int64_t>(gcn.skeleton.parents.size());
  int in = kAxes * static_cast<int>(gcn.streams.size());
  gcn.input = take_norm(weights, branch + "input_norm", in * joints, kInputNormEpsilon);
  for (int block = 0; block < blocks; ++block) {
    const int out = config::gcn_channels(width, block, blocks);
    const std::string name = branch + "blocks." + std::to_string(block) + ".";
    gcn.blocks.push_back(take_block(weights, name, in, out, gcn.kernel, block == 0, joints));
    in = out;
  }
  const std::int64_t parts = weights.last_size(branch + "parts");
  gcn.parts = weights.take(branch + "parts", {joints, parts});
  gcn.semantic = fold(weights.take(branch + "head.semantic.weight", {embedding, in * parts * gcn.segments}),
                      take_norm(weights, branch + "head.norm", embedding));
  gcn.classifier = take_classifier(weights, branch, embedding, classes);
  return gcn;
}

FoldedNetwork fold_fused(NetworkWeights& weights, const ModelFile& model, const Json& skeleton, int classes) {
  const Json gcn = model.options.value("skeleton", Json()), cnn = model.options.value("sensor", Json());
  if (!gcn.is_object() || !cnn.is_object()) refuse_network("its network: expected options of skeleton and sensor");
  FoldedNetwork network{fold_skeleton_branch(weights, "skeleton.", gcn, skeleton, classes),
                        fold_sensor_branch(weights, "sensor.", cnn, *model.sensor, classes)};
  if (network.skeleton->semantic.outputs() == network.sensor->semantic.outputs()) return network;
  refuse_network("its network: embedding: expected one size for both branches");
}

FoldedNetwork fold_branches(NetworkWeights& weights, const ModelFile& model) {
  const bool cnn = model.network == config::SensorCnnConfig::kName;
  const bool gcn = model.network == config::SkeletonGcnConfig::kName;
  if (!cnn && !gcn && model.network != config::FusedConfig::kName) {
    refuse_network("its network is " + model.network + ", which is not known");
  }
  if (!gcn && !model.sensor) refuse_network("its network is " + model.network + ": expected model.sensor, found none");
  if (!cnn && !model.sees_skeleton) {
    refuse_network("its network is " + model.network + ": expected model.skeleton, found none");
  }
  const int classes = static_cast<int>(model.classes.size());
  const Json skeleton = model.manifest["model"].value("skeleton", Json());
  if (cnn) return {{}, fold_sensor_branch(weights, "", model.options, *model.sensor, classes)};
  if (gcn) return {fold_skeleton_branch(weights, "", model.options, skeleton, classes), {}};
  return fold_fused(weights, model, skeleton, classes);
}

}  // namespace

FoldedNetwork fold_network(const ModelFile& model) {
  NetworkWeights weights(model);
  FoldedNetwork network = fold_branches(weights, model);
  weights.require_all_taken();
  return network;
}

}  // namespace pskd::deploy
