#include "table_layout.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/file.hpp"
#include "config/parse.hpp"
#include "config/reader.hpp"
#include "pskd/base/error.hpp"

namespace {

namespace config = pskd::config;

void read_runs(const config::Place& place, TableLayout& layout) {
  if (place.node.kind != config::Node::Kind::map || place.node.entries.empty()) {
    return place.expected("a map of folders, each with the command that makes it");
  }
  for (const auto& [folder, node] : place.node.entries) {
    layout.runs.emplace_back(folder, "");
    config::read(place.at(folder, node), layout.runs.back().second, config::not_empty());
  }
}

/// What the text of `key` stands for.
template <class Value>
void read_choice(config::Reader& fields, const char* key, Value& value, const std::map<std::string, Value>& choices) {
  std::string name;
  fields(key, name, config::one_of(names_of(choices)));
  if (const auto found = choices.find(name); found != choices.end()) value = found->second;
}

/// One name, or a list of them.
void read_metrics(config::Reader& fields, const config::Place& place, TableLayout& layout) {
  const config::Node* node = place.node.find("metric");
  if (node != nullptr) layout.options.beside.clear();
  if (node == nullptr || node->kind != config::Node::Kind::list) {
    pskd::report::Metric metric = layout.options.metrics.front();
    read_choice(fields, "metric", metric, kMetrics);
    layout.options.metrics = {metric};
    return;
  }
  std::vector<std::string> names;
  fields("metric", names, config::list_of(config::one_of(names_of(kMetrics))));
  layout.options.metrics.clear();
  for (const std::string& name : names) {
    if (kMetrics.contains(name)) layout.options.metrics.push_back(kMetrics.at(name));
  }
}

void read_layout(const config::Place& place, TableLayout& layout) {
  if (place.node.kind != config::Node::Kind::map) return place.expected("a map of keys: runs, rows, columns, ...");
  config::Reader fields(place);
  fields.also_known("runs");
  const config::Node* runs = place.node.find("runs");
  read_runs(place.at("runs", runs != nullptr ? *runs : config::Node{.where = place.node.where}), layout);
  read_choice(fields, "rows", layout.options.rows, kAxes);
  read_choice(fields, "columns", layout.options.columns, kAxes);
  read_metrics(fields, place, layout);
  fields("stage", layout.options.stage, config::stage_name());
  fields("reference", layout.options.reference, config::not_empty());
  read_choice(fields, "sort", layout.options.sort, kOrders);
  fields("format", layout.format, config::one_of(names_of(kFormats)));
  fields.refuse_unknown_keys();
}

}  // namespace

std::vector<pskd::report::Metric> metrics_of(const std::string& names) {
  std::vector<pskd::report::Metric> metrics;
  std::istringstream words(names);
  for (std::string name; std::getline(words, name, ',');) {
    const auto found = kMetrics.find(name);
    if (found == kMetrics.end()) {
      throw pskd::Error(pskd::ErrorKind::usage,
                        fmt::format("--metric: expected some of {}, with commas between them, found '{}'",
                                    fmt::join(names_of(kMetrics), ", "), name));
    }
    if (std::find(metrics.begin(), metrics.end(), found->second) != metrics.end()) {
      throw pskd::Error(pskd::ErrorKind::usage, "--metric: '" + name + "' is there twice");
    }
    metrics.push_back(found->second);
  }
  if (metrics.empty()) throw pskd::Error(pskd::ErrorKind::usage, "--metric: expected a name, found nothing");
  return metrics;
}

TableLayout read_table_layout(const std::filesystem::path& file) {
  TableLayout layout;
  config::Problems problems;
  const config::Node root = config::parse_yaml(pskd::read_file(file), file.string(), true, problems);
  read_layout({root, "", problems}, layout);
  problems.throw_if_any();
  return layout;
}

std::vector<std::filesystem::path> existing_folders(const TableLayout& layout) {
  std::vector<std::filesystem::path> folders;
  for (const auto& [folder, command] : layout.runs) {
    if (!std::filesystem::is_directory(folder)) {
      throw pskd::Error(pskd::ErrorKind::data,
                        fmt::format("{}: there is no such folder yet; this makes it: {}", folder, command));
    }
    folders.emplace_back(folder);
  }
  return folders;
}
