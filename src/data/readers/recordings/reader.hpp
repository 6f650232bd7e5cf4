// Reader of a user's own recordings, which a YAML description and a manifest describe.
#pragma once

#include "data/reader.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd {

Reader recordings_reader(const DataConfig& config);

}  // namespace pskd
