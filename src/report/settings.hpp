// What the resolved configs of runs say, and in what they differ.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/eval/run_record.hpp"

namespace pskd::report {

/// Key path -> value as a config writes it; what does not decide the result is left out. A map is "on"; a list of maps,
/// as teachers are, shows the first value of each, and what else they hold has paths with their numbers:
/// teachers.1.weight.
using Settings = std::map<std::string, std::string>;

Settings settings_of(const config::Experiment& experiment);

/// By config hash, of those runs whose config.resolved.yaml is there and is read by this version.
std::map<std::string, Settings> read_settings(const std::vector<eval::RunRecord>& records);

/// A key whose value is not the same everywhere.
struct DifferingKey {
  std::string path;
  std::string name;                 ///< the shortest end of the path that tells it from the other keys
  std::vector<std::string> values;  ///< of each of the settings; "off" where there is no such key
};

/// The keys in which `settings` differ, sorted by path. Of keys with one last name and the same values, such as the
/// epochs of all stages, only the last is there. What lies below a key that differs itself is left out.
std::vector<DifferingKey> differing_keys(const std::vector<const Settings*>& settings);

}  // namespace pskd::report
