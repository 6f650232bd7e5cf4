// What a trained network costs in use.
#pragma once

#include "pskd/eval/run_record.hpp"
#include "pskd/model/network.hpp"

namespace pskd::train {

/// All but the adapters, which the network does not know. `clip`: [1, ...]. Latency is the median of some runs after a
/// first one. Nothing is drawn from a random stream, and the number of threads stays as it was.
eval::StageCost measure_cost(model::Network& network, const model::Input& clip);

}  // namespace pskd::train
