// From the tree of a file, with its includes and overrides merged, to an experiment.
#pragma once

#include <string>

#include "config/node.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::config {

/// Fills in defaults and what stages inherit, reads and checks.
Experiment experiment_of(Node root, Problems& problems);

/// The experiment that a text describes which `to_yaml` wrote, wherever it was kept; it includes nothing. Throws as
/// load_experiment, with places "source:line".
Experiment parse_experiment(const std::string& text, const std::string& source);

}  // namespace pskd::config
