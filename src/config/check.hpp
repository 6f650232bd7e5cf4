// What has to hold between the fields of an experiment.
#pragma once

#include <string>
#include <vector>

#include "config/node.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::config {

/// Adds to `problems` what does not fit together in `experiment`, which was read from `root`.
void check(const Experiment& experiment, const Node& root, Problems& problems);

/// Whether sensor channels of these names are the axes of vectors, three by three, which augmentation may turn.
bool are_vectors(const std::vector<std::string>& channels);
/// What a message says of those that are not, where augmentation turns them by up to so many degrees.
std::string expected_vectors(double degrees, const std::vector<std::string>& channels);

}  // namespace pskd::config
