#include "config/sweep.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/run_layout.hpp"
#include "base/text.hpp"
#include "config/assemble.hpp"
#include "config/assembled.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {
namespace {

using Kind = Node::Kind;

constexpr std::size_t kMaxRuns = 10'000;

/// One value of one dimension of the sweep: its part of the run's name, where it is written, and what it sets.
struct Setting {
  std::string name, where;
  std::vector<std::pair<std::string, const Node*>> values;
};

/// What a run's name says of a value; characters that a folder name cannot have become '-'.
std::string value_name(const Node& value) {
  std::string name = value.kind == Kind::null ? "null" : value.kind == Kind::map ? "map" : value.text;
  for (const Node& item : value.items) name += (name.empty() ? "" : "-") + value_name(item);
  const auto legal = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_'; };
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return !legal(c); }, '-');
  return name;
}

/// The last name of a key path.
std::string leaf(const std::string& path) { return path.substr(path.rfind('.') + 1); }

void require_key_path(const Node& value, const std::string& section, const std::string& path, Problems& problems) {
  if (!is_key_path(path)) {
    problems.add(value.where, section,
                 "expected a key path such as stages.student.epochs, found " + config::quoted(path));
  }
}

/// `key: [a, b, ...]`; false when it is none, which is then a problem.
bool is_value_list(const std::string& key, const Node& node, const std::string& section, Problems& problems) {
  require_key_path(node, section, key, problems);
  if (node.kind == Kind::list && !node.items.empty()) return true;
  problems.add(
      node.where, section + "." + shown(key),
      "expected a list of values, in brackets, found " + (node.kind == Kind::list ? "an empty one" : shown(node)));
  return false;
}

std::vector<Setting> grid_dimension(const std::string& key, const Node& values, Problems& problems) {
  std::vector<Setting> settings;
  if (!is_value_list(key, values, "sweep.grid", problems)) return settings;
  for (const Node& value : values.items) {
    settings.push_back({leaf(key) + "-" + value_name(value), value.where, {{key, &value}}});
  }
  return settings;
}

std::vector<Setting> named_settings(const Node& paired, Problems& problems) {
  std::vector<Setting> settings;
  for (const auto& [name, values] : paired.entries) {
    if (values.switched_off) continue;
    Setting& setting = settings.emplace_back(Setting{name, values.where, {}});
    if (values.kind != Kind::map) {
      problems.add(values.where, "sweep.paired." + shown(name),
                   "expected the settings of this run, {key.path: value, ...}, found " + shown(values));
    }
    for (const auto& [key, value] : values.entries) {
      require_key_path(value, "sweep.paired." + shown(name), key, problems);
      setting.values.emplace_back(key, &value);
    }
  }
  return settings;
}

std::vector<Setting> parallel_lists(const Node& paired, Problems& problems) {
  std::vector<Setting> settings(paired.entries.front().second.items.size());
  for (const auto& [key, values] : paired.entries) {
    if (!is_value_list(key, values, "sweep.paired", problems)) continue;
    if (values.items.size() != settings.size()) {
      problems.add(values.where, "sweep.paired." + shown(key),
                   "expected as many values as the first list, " + std::to_string(settings.size()) + ", found " +
                       std::to_string(values.items.size()));
      continue;
    }
    for (std::size_t i = 0; i < settings.size(); ++i) {
      settings[i].name += (settings[i].name.empty() ? "" : "_") + leaf(key) + "-" + value_name(values.items[i]);
      settings[i].where = values.items[i].where;
      settings[i].values.emplace_back(key, &values.items[i]);
    }
  }
  return settings;
}

/// `name` of the section when it is there and a map with entries.
const Node* map_of(const Node& sweep, const std::string& name, Problems& problems) {
  const Node* map = sweep.find(name);
  if (map == nullptr || map->kind == Kind::null) return nullptr;
  if (map->kind == Kind::map && !map->entries.empty()) return map;
  problems.add(map->where, "sweep." + name, "expected a map of settings, found " + shown(*map));
  return nullptr;
}

/// The dimensions of the sweep; the last one moves fastest.
std::vector<std::vector<Setting>> dimensions_of(const Node& sweep, Problems& problems) {
  std::vector<std::vector<Setting>> dimensions;
  if (sweep.kind != Kind::map) {
    problems.add(sweep.where, "sweep", "expected a map with grid, paired or both, found " + shown(sweep));
    return dimensions;
  }
  std::vector<std::string> known;
  for (const Key& key : sweep_keys()) known.emplace_back(key.name);
  for (const auto& [key, value] : sweep.entries) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    problems.add(value.where, "sweep." + shown(key),
                 "unknown key, expected one of " + joined(known) + did_you_mean(key, known));
  }
  if (const Node* paired = map_of(sweep, "paired", problems)) {
    const bool lists = paired->entries.front().second.kind == Kind::list;
    dimensions.push_back(lists ? parallel_lists(*paired, problems) : named_settings(*paired, problems));
  }
  if (const Node* grid = map_of(sweep, "grid", problems)) {
    for (const auto& [key, values] : grid->entries) dimensions.push_back(grid_dimension(key, values, problems));
  }
  return dimensions;
}

/// Every combination of one setting of each dimension.
std::vector<Setting> combinations(const std::vector<std::vector<Setting>>& dimensions, const Node& sweep,
                                  Problems& problems) {
  std::vector<Setting> all = {Setting{"", sweep.where, {}}};
  for (const std::vector<Setting>& dimension : dimensions) {
    if (all.size() * dimension.size() > kMaxRuns) {
      problems.add(sweep.where, "sweep", "expected at most " + std::to_string(kMaxRuns) + " runs, found more");
      return {};
    }
    std::vector<Setting> longer;
    for (const Setting& begun : all) {
      for (const Setting& one : dimension) {
        Setting& next = longer.emplace_back(begun);
        next.name += (begun.name.empty() ? "" : "_") + one.name;
        next.where = one.where;
        next.values.insert(next.values.end(), one.values.begin(), one.values.end());
      }
    }
    all = std::move(longer);
  }
  if (all.empty() || all.front().name.empty()) {
    problems.add(sweep.where, "sweep", "expected grid, paired or both with at least one setting, found none");
    return {};
  }
  return all;
}

std::vector<std::string> other_names_in_a_sweeps_folder() {
  const SweepLayout sweep;
  return {kStagesFolder, sweep.slurm().filename(), kHtmlReport};
}

// The folder is that of all runs.
void check_folder(const Setting& run, Problems& problems) {
  for (const auto& [key, value] : run.values) {
    Node set{.kind = Kind::map};
    merge_at(set, key, *value);
    const Node* section = set.find("run");
    for (const char* name : {"root", "name"}) {
      if (section == nullptr || (section->kind == Kind::map && section->find(name) == nullptr)) continue;
      problems.add(value->where, std::string("run.") + name,
                   "all runs of a sweep lie in one folder; set it outside of `sweep`");
    }
  }
}

void check_names(const std::vector<Setting>& runs, Problems& problems) {
  std::map<std::string, std::string> places;
  const TextRule rule = folder_name();
  const std::vector<std::string> taken = other_names_in_a_sweeps_folder();
  for (const Setting& run : runs) {
    if (!rule.holds(run.name) || std::find(taken.begin(), taken.end(), run.name) != taken.end()) {
      problems.add(run.where, "sweep",
                   "expected " + rule.text + ", and none of " + joined(taken) + ", as the name of a run, found " +
                       config::quoted(run.name));
    }
    const auto [first, is_new] = places.emplace(run.name, run.where);
    if (!is_new) {
      problems.add(run.where, "sweep",
                   "two runs would be called " + config::quoted(run.name) + " (the other: " + first->second +
                       "); name them under sweep.paired");
    }
  }
}

}  // namespace

std::vector<Key> sweep_keys() {
  return {{"grid", "Key path and list of values for each dimension. Every combination is a run, with each of paired."},
          {"paired",
           "Settings that go together: {name: {key.path: value, ...}, ...}, or lists of one length, {key.path: [value, "
           "...], ...}, which are taken side by side."}};
}

Sweep load_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                 const std::filesystem::path& shipped) {
  Problems problems;
  Node root = read_with_includes(file, shipped, problems);
  for (const std::string& setting : overrides) apply_override(root, setting, problems);
  const Node* section = root.find("sweep");
  if (section == nullptr) {
    problems.add(file.string(), "sweep",
                 "expected this section in a sweep's file, found none; for one experiment use "
                 "pskd train");
    problems.throw_if_any();
  }
  const Node sweep = *section;
  std::erase_if(root.entries, [](const auto& entry) { return entry.first == "sweep"; });

  const std::vector<Setting> settings = combinations(dimensions_of(sweep, problems), sweep, problems);
  check_names(settings, problems);
  for (const Setting& setting : settings) check_folder(setting, problems);
  Sweep result;
  for (const Setting& setting : settings) {
    Node one = root;
    for (const auto& [key, value] : setting.values) merge_at(one, key, *value);
    result.runs.push_back({setting.name, experiment_of(std::move(one), problems)});
  }
  problems.throw_if_any();

  const RunConfig common = result.runs.front().experiment.run;
  result.name = common.name;
  result.folder = std::filesystem::path(common.root) / common.name;
  for (SweepRun& run : result.runs) {
    run.experiment.run.name = run.name;
    run.experiment.run.root = result.folder.string();
  }
  return result;
}

}  // namespace pskd::config
