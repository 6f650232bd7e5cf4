// Reader of a user's own recordings, which a YAML description and a manifest describe.
#pragma once

#include "data/reader.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::data::readers {

Reader recordings_reader(const config::DataConfig& config);

}  // namespace pskd::data::readers
