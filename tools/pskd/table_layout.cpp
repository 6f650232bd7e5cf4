#include "table_layout.hpp"

#include <spdlog/fmt/fmt.h>

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

void read_layout(const config::Place& place, TableLayout& layout) {
  if (place.node.kind != config::Node::Kind::map) return place.expected("a map of keys: runs, rows, columns, ...");
  config::Reader fields(place);
  fields.also_known("runs");
  const config::Node* runs = place.node.find("runs");
  read_runs(place.at("runs", runs != nullptr ? *runs : config::Node{.where = place.node.where}), layout);
  read_choice(fields, "rows", layout.options.rows, kAxes);
  read_choice(fields, "columns", layout.options.columns, kAxes);
  read_choice(fields, "metric", layout.options.metric, kMetrics);
  fields("stage", layout.options.stage, config::stage_name());
  fields("reference", layout.options.reference, config::not_empty());
  fields("format", layout.format, config::one_of(names_of(kFormats)));
  fields.refuse_unknown_keys();
}

}  // namespace

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
