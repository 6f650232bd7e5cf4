// What has to hold between the fields of an experiment.
#pragma once

#include "config/node.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::config {

/// Adds to `problems` what does not fit together in `experiment`, which was read from `root`.
void check(const Experiment& experiment, const Node& root, Problems& problems);

}  // namespace pskd::config
