// From a model's description to the network itself.
#pragma once

#include <memory>

#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"
#include "pskd/signal/topology.hpp"

namespace pskd {

/// What the data decides about a network.
struct DataShape {
  int sensor_channels = 3, sensor_frames = 128;
  int skeleton_frames = 64;
  Topology topology;
  int classes = 27;
};

/// A network with freshly drawn parameters; the draw depends on `key` only. `model` decides which network it is.
std::shared_ptr<Network> make_network(const ModelConfig& model, const DataShape& shape, std::uint64_t key);

/// D, the size of the semantic layer.
int embedding_size(const ModelConfig& model);

/// Copies the parameters and buffers of `source` (a network of model `from`) into `target` (of model `to`): into the network itself when both are of one kind, into
/// the branch of that kind when `to` is fused. Throws Error(config) when neither is possible or a shape differs.
void start_from(Network& target, const ModelConfig& to, const Network& source, const ModelConfig& from);

/// An input of `n` random views of the right shapes, for summaries and checks.
Input example_input(const DataShape& shape, int n);

}  // namespace pskd
