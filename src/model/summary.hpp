// What a network consists of: layers, shapes, parameters, multiply-adds.
#pragma once

#include <string>
#include <vector>

#include "pskd/model/network.hpp"

namespace pskd::model {

struct LayerSummary {
  std::string name;                  ///< of the parameter that the operation uses, "blocks.0.temporal"
  std::string operation;             ///< convolution | linear | joint mixing | pooling
  std::vector<std::int64_t> output;  ///< shape for one clip
  std::int64_t parameters = 0;       ///< of this layer, bias included
  std::int64_t macs = 0;             ///< multiply-adds for one clip
};

struct NetworkSummary {
  std::vector<LayerSummary> layers;  ///< in the order of execution
  std::int64_t parameters = 0;       ///< all that are trained, batch norm included
  std::int64_t macs = 0;
};

std::int64_t count_parameters(const torch::nn::Module& module);

/// Runs `network` once on `input` (one clip) and records every convolution, matrix product and pooling that really
/// happens.
NetworkSummary summarize_network(Network& network, const Input& input);

std::string describe(const NetworkSummary& summary);

}  // namespace pskd::model
