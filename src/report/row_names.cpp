#include "report/row_names.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <tuple>

#include "base/run_layout.hpp"
#include "report/settings.hpp"

namespace pskd::report {
namespace {

constexpr std::size_t kMaxKeys = 3;

/// Whether in one data set runs of `name` have several values of `what`.
template <class What>
bool is_shared(const RunSet& runs, const std::vector<std::string>& names, const std::string& name, What what) {
  std::map<std::string, std::set<std::string>> found;  // by data set
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) found[runs.records[i].dataset].insert(what(runs.records[i]));
  }
  return std::any_of(found.begin(), found.end(), [](const auto& one) { return one.second.size() > 1; });
}

/// By config hash, what tells the configs of `name` apart.
std::map<std::string, std::string> differences(const RunSet& runs, const std::vector<std::string>& names,
                                               const std::string& name) {
  std::map<std::string, std::string> texts;
  std::vector<std::string> hashes;
  std::vector<const Settings*> settings;
  bool complete = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& hash = runs.records[i].config_hash;
    if (names[i] != name || !texts.emplace(hash, hash).second) continue;
    const auto found = runs.settings.find(hash);
    complete = complete && found != runs.settings.end();
    if (!complete) continue;
    hashes.push_back(hash);
    settings.push_back(&found->second);
  }
  if (!complete) return texts;
  const std::vector<DifferingKey> keys = differing_keys(settings);
  if (keys.empty() || keys.size() > kMaxKeys) return texts;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::string text;
    for (const DifferingKey& key : keys) {
      text.append(text.empty() ? "" : ", ").append(key.name).append(" ").append(key.values[i]);
    }
    texts[hashes[i]] = text;
  }
  return texts;
}

/// Where `key` stands in the name of a run of a grid: at the begin, or after "_".
std::size_t place_of(const std::string& name, const std::string& key, std::size_t from) {
  const std::string words = key + "-";
  for (std::size_t at = name.find(words, from); at != std::string::npos; at = name.find(words, at + 1)) {
    if (at == 0 || name[at - 1] == '_') return at;
  }
  return std::string::npos;
}

struct Axes {
  std::vector<DifferingKey> keys;           ///< in the order of the names
  std::map<std::string, std::size_t> rest;  ///< how many letters of each name say something else, before the axes
};

std::string last_name(const std::string& path) { return path.substr(path.rfind('.') + 1); }

Axes axes_of(const std::set<std::string>& names, const std::vector<DifferingKey>& keys) {
  Axes axes;
  for (const std::string& name : names) axes.rest[name] = name.size();
  std::vector<std::pair<std::size_t, const DifferingKey*>> found;
  std::map<std::string, std::size_t> begun;  // by name and key: where the next of the same key may stand
  for (const DifferingKey& key : keys) {
    const std::string word = last_name(key.path);
    std::map<std::string, std::size_t> places;
    for (const std::string& name : names) {
      const std::size_t at = place_of(name, word, begun[name + "\n" + word]);
      if (at != std::string::npos) places[name] = at;
    }
    if (places.size() != names.size()) continue;
    for (const auto& [name, at] : places) {
      axes.rest[name] = std::min(axes.rest[name], at);
      begun[name + "\n" + word] = at + 1;
    }
    found.emplace_back(places.begin()->second, &key);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [place, key] : found) axes.keys.push_back(*key);
  return axes;
}

/// `name` without the axes: "a/kd_batch-16 (epochs 100)" is "a/kd (epochs 100)" for the run kd_batch-16.
std::string without_axes(std::string name, const std::string& run, std::size_t rest) {
  std::size_t at = name.find(run);
  const std::size_t begin = at + rest > 0 && rest > 0 && run[rest - 1] == '_' ? at + rest - 1 : at + rest;
  name.erase(begin, at + run.size() - begin);
  if (name.ends_with('/')) name.pop_back();
  return name.starts_with(' ') ? name.substr(1) : name;
}

}  // namespace

std::vector<std::string> run_names(const RunSet& runs, bool sweeps) {
  std::vector<std::string> plain, names;
  for (const eval::RunRecord& record : runs.records) plain.push_back(record.experiment);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const bool told_apart = sweeps || is_shared(runs, plain, plain[i], sweep_of);
    names.push_back(told_apart ? sweep_of(runs.records[i]) + "/" + plain[i] : plain[i]);
  }
  std::map<std::string, std::map<std::string, std::string>> known;
  std::vector<std::string> full;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto hash = [](const eval::RunRecord& record) { return record.config_hash; };
    if (!known.contains(names[i])) {
      known[names[i]] = is_shared(runs, names, names[i], hash) ? differences(runs, names, names[i])
                                                               : std::map<std::string, std::string>();
    }
    const std::map<std::string, std::string>& told = known[names[i]];
    full.push_back(told.empty() ? names[i] : names[i] + " (" + told.at(runs.records[i].config_hash) + ")");
  }
  return full;
}

Labels labels_of(const RunSet& runs, const std::vector<std::string>& names, const std::string& title) {
  std::set<std::string> experiments;
  std::map<std::string, const Settings*> settings;  // by config hash
  bool complete = true;
  for (const eval::RunRecord& record : runs.records) {
    experiments.insert(record.experiment);
    const auto found = runs.settings.find(record.config_hash);
    complete = complete && found != runs.settings.end();
    if (complete) settings[record.config_hash] = &found->second;
  }
  std::vector<const Settings*> all;
  for (const auto& [hash, one] : settings) all.push_back(one);
  const Axes axes = complete ? axes_of(experiments, differing_keys(all)) : Axes();
  Labels labels{{}, std::vector<std::vector<std::string>>(names.size())};
  if (axes.keys.empty()) {
    labels.titles = {title};
    for (std::size_t i = 0; i < names.size(); ++i) labels.cells[i] = {names[i]};
    return labels;
  }
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& run = runs.records[i].experiment;
    rest.push_back(without_axes(names[i], run, axes.rest.at(run)));
  }
  const bool has_rest = std::any_of(rest.begin(), rest.end(), [](const auto& text) { return !text.empty(); });
  if (has_rest) labels.titles.push_back(title);
  for (const DifferingKey& key : axes.keys) labels.titles.push_back(key.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (has_rest) labels.cells[i].push_back(rest[i]);
    const Settings& one = *settings.at(runs.records[i].config_hash);
    for (const DifferingKey& key : axes.keys) {
      const auto value = one.find(key.path);
      labels.cells[i].push_back(value == one.end() ? "off" : value->second);
    }
  }
  return labels;
}

}  // namespace pskd::report
