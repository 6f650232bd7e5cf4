// Whether a stage of another run sees clips as this one does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pskd::train {

/// Both describe a stage as describe_model does: `expected` as this run would train it. Throws Error(config) that
/// begins with `place` and names what differs, with both values: classes, channels, joints, their tree, units, rates,
/// frames. Rates differ when both are known and one is more than a tenth above the other.
void require_fit(const nlohmann::json& expected, const nlohmann::json& found, const std::string& place);

}  // namespace pskd::train
