#include "report/settings.hpp"

#include <algorithm>
#include <set>

#include "base/run_layout.hpp"
#include "config/parse.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

namespace pskd::report {
namespace {

using config::Node;

constexpr const char* kOn = "on";
constexpr const char* kOff = "off";

std::string text_of(const Node& node) {
  if (node.kind == Node::Kind::null) return "null";
  if (node.kind == Node::Kind::scalar) return node.text;
  if (node.kind == Node::Kind::map) return node.entries.empty() ? kOn : text_of(node.entries.front().second);
  std::string text;
  for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + text_of(item);
  return "[" + text + "]";
}

void flatten(const Node& node, const std::string& path, Settings& settings) {
  const std::string begin = path.empty() ? "" : path + ".";
  if (!path.empty()) settings[path] = node.kind == Node::Kind::map ? kOn : text_of(node);
  for (const auto& [key, value] : node.entries) flatten(value, begin + key, settings);
  for (std::size_t index = 0; index < node.items.size(); ++index) {
    for (const auto& [key, value] : node.items[index].entries) {
      flatten(value, begin + std::to_string(index + 1) + "." + key, settings);
    }
  }
}

/// What `settings` say of `path`. Next to a map, "null" is off, too.
std::vector<std::string> values_of(const std::vector<const Settings*>& settings, const std::string& path) {
  std::vector<std::string> values;
  for (const Settings* one : settings) {
    const auto found = one->find(path);
    values.push_back(found == one->end() ? kOff : found->second);
  }
  if (std::find(values.begin(), values.end(), kOn) == values.end()) return values;
  std::replace(values.begin(), values.end(), std::string("null"), std::string(kOff));
  return values;
}

/// The last `count` names of a path.
std::string ending(const std::string& path, int count) {
  std::size_t at = path.size();
  for (int i = 0; i < count && at != std::string::npos; ++i) at = at == 0 ? std::string::npos : path.rfind('.', at - 1);
  return at == std::string::npos ? path : path.substr(at + 1);
}

bool is_below(const std::string& path, const std::vector<DifferingKey>& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const DifferingKey& key) { return path.starts_with(key.path + "."); });
}

void add(std::vector<DifferingKey>& keys, const DifferingKey& key) {
  const auto same = std::find_if(keys.begin(), keys.end(), [&](const DifferingKey& other) {
    return other.values == key.values && ending(other.path, 1) == ending(key.path, 1);
  });
  if (same != keys.end()) keys.erase(same);
  keys.push_back(key);
}

void name_shortly(std::vector<DifferingKey>& keys) {
  for (DifferingKey& key : keys) {
    const auto is_shared = [&](int count) {
      return std::count_if(keys.begin(), keys.end(), [&](const DifferingKey& other) {
               return ending(other.path, count) == ending(key.path, count);
             }) > 1;
    };
    int count = 1;
    while (is_shared(count)) ++count;
    key.name = ending(key.path, count);
  }
}

}  // namespace

Settings settings_of(const config::Experiment& experiment) {
  Settings settings;
  config::Problems problems;
  flatten(config::parse_yaml(config::decisive_yaml(experiment), "", false, problems), "", settings);
  return settings;
}

std::map<std::string, Settings> read_settings(const std::vector<eval::RunRecord>& records) {
  std::map<std::string, Settings> found;
  for (const eval::RunRecord& record : records) {
    if (record.folder.empty() || found.contains(record.config_hash)) continue;
    try {
      found[record.config_hash] = settings_of(config::load_experiment(RunLayout{record.folder}.config()));
    } catch (const Error&) {  // then the hash names the run
    }
  }
  return found;
}

std::vector<DifferingKey> differing_keys(const std::vector<const Settings*>& settings) {
  std::set<std::string> paths;
  for (const Settings* one : settings) {
    for (const auto& [path, value] : *one) paths.insert(path);
  }
  std::vector<DifferingKey> keys;
  for (const std::string& path : paths) {
    const std::vector<std::string> values = values_of(settings, path);
    if (std::all_of(values.begin(), values.end(), [&](const auto& value) { return value == values.front(); })) continue;
    if (!is_below(path, keys)) add(keys, {path, "", values});
  }
  name_shortly(keys);
  return keys;
}

}  // namespace pskd::report
