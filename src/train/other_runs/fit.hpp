// Whether a stage fits one that it uses: whether one of another run sees clips as this one does, and whether one to
// start from has the same model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pskd::train {

/// Both describe what a stage sees as describe_input does: `expected` as it is in this run. Throws Error(config) that
/// begins with `place` and names what differs, with both values: classes, channels, joints, their tree, units, rates,
/// frames, sensor. Rates differ when one is more than a tenth above the other; they, the units of channels and, of one
/// data set, the name of the sensor are held to each other where both are known.
void require_fit(const nlohmann::json& expected, const nlohmann::json& found, const std::string& place);

/// Models as describe_options says them: `expected` of `start` (in words), from which a stage starts, `found` of that
/// stage under `key`. Throws Error(config) that names the first option that differs, with both values. Dropout may.
void require_same_options(const nlohmann::json& expected, const nlohmann::json& found, const std::string& key,
                          const std::string& start);

}  // namespace pskd::train
