// Whether a stage of another run sees clips as this one does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pskd::train {

/// Both describe what a stage sees as describe_input does: `expected` as it is in this run. Throws Error(config) that
/// begins with `place` and names what differs, with both values: classes, channels, joints, their tree, units, rates,
/// frames. Rates differ when one is more than a tenth above the other; they and the units of channels are held to each
/// other where both are known.
void require_fit(const nlohmann::json& expected, const nlohmann::json& found, const std::string& place);

}  // namespace pskd::train
