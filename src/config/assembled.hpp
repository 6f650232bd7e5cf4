// From the tree of a file, with its includes and overrides merged, to an experiment.
#pragma once

#include "config/node.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::config {

/// Fills in defaults and what stages inherit, reads and checks.
Experiment experiment_of(Node root, Problems& problems);

}  // namespace pskd::config
