// From a model's config to its network.
#pragma once

#include <memory>

#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::model {

/// A network with freshly drawn parameters; the draw depends on `key` only. Throws
/// Error(config) when options do not fit together.
std::shared_ptr<Network> make_network(const config::ModelConfig& model, const DataShape& shape, std::uint64_t key);
/// The same for a stage's model, in the stage's precision.
std::shared_ptr<Network> make_network(const config::StageConfig& stage, const DataShape& shape, std::uint64_t key);

/// D, the size of the semantic layer.
int embedding_size(const config::ModelConfig& model);

/// Copies every parameter and buffer of `source`, a network of the same kind. Throws Error(config) naming the first
/// whose shape differs.
void copy_parameters(Network& target, const Network& source);

/// Begins where `source` ended: as above, or as the branch of its kind when `target` is fused.
void start_from(Network& target, const Network& source);

/// An input of `n` random clips of the right shapes, for summaries and checks.
Input example_input(const DataShape& shape, int n);

}  // namespace pskd::model
