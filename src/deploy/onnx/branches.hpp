// The networks as parts of a graph: from the input to the embedding [batch, D].
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "deploy/folded_cnn.hpp"
#include "deploy/folded_gcn.hpp"

namespace pskd::deploy {

/// Reads `sensor` [batch, channels, frames], in g and deg/s. The names of what it adds begin with `prefix`. Gives the
/// embedding's name.
std::string add_sensor_branch(onnx::GraphProto& graph, const FoldedCnn& cnn, const SensorInput& sensor,
                              const std::string& prefix);

/// Reads `skeleton` [batch, frames, V, 3], in meters. Its streams are derived in the graph, as signal/skeleton.hpp has
/// them.
std::string add_skeleton_branch(onnx::GraphProto& graph, const FoldedGcn& gcn, const std::string& prefix);

}  // namespace pskd::deploy
