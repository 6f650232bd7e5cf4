// What a trained network costs in use.
#pragma once

#include <cstdint>

#include "pskd/model/network.hpp"

namespace pskd {

struct Cost {
  std::int64_t macs = 0;   ///< multiply-adds for one clip
  std::int64_t bytes = 0;  ///< of the parameters and buffers, as 32-bit floats
  double latency = 0;      ///< s for one clip on one thread: the median of some runs after a first one
};

/// `clip`: [1, ...]. Nothing is drawn from a random stream, and the number of threads stays as it was.
Cost measure_cost(Network& network, const Input& clip);

}  // namespace pskd
