// A folder of recordings that nobody trains on with labels and nobody is tested on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::train {

/// The recordings of `folder` as its description says; `description` is a file in it, empty: dataset.yaml. Sensors and
/// channels are those of `source`, which trained the stage that sees them.
config::DataConfig described_folder(const std::filesystem::path& folder, const std::string& description,
                                    const config::DataConfig& source);

/// All recordings of `data` are unlabeled. Throws Error(data) where there is none.
config::ProtocolConfig unlabeled_only(const config::DataConfig& data, const std::vector<std::string>& classes);

}  // namespace pskd::train
