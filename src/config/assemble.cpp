#include "config/assemble.hpp"

#include <algorithm>
#include <map>
#include <system_error>
#include <unordered_map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/parse.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/models.hpp"

namespace pskd::config {
namespace {

namespace fs = std::filesystem;
using Kind = Node::Kind;

// The first file may come through a pipe, as a shell's <(...) does.
std::string read_config_file(const fs::path& file, const std::string& place, bool first, Problems& problems) {
  constexpr std::size_t kMaxPipe = std::size_t{16} << 20;
  try {
    return first ? read_file_or_pipe(file, kMaxPipe) : read_file(file);
  } catch (const Error& error) {
    problems.add(place, "", error.what());
    problems.throw_if_any();
    throw;
  }
}

// The `include` entry: file names with their places. It is taken out of the map.
std::vector<Node> take_includes(Node& root, Problems& problems) {
  std::vector<Node> names;
  if (const Node* include = root.find("include")) {
    names = include->kind == Kind::list ? include->items : std::vector<Node>{*include};
  }
  std::erase_if(root.entries, [](const auto& entry) { return entry.first == "include"; });
  std::erase_if(names, [&](const Node& name) {
    const bool legal = name.kind == Kind::scalar && !name.text.empty();
    if (!legal) problems.add(name.where, "include", "expected file names, found " + shown(name));
    return !legal;
  });
  return names;
}

// Maps merge key by key; anything else, and a map tagged !replace, takes the place of what is there; null removes it.
void merge(Node& base, const Node& over) {
  const bool into_map = base.kind == Kind::map && over.kind == Kind::map && !over.replaces;
  if (!into_map) {
    const bool switches_off = over.kind == Kind::null && (base.kind != Kind::null || base.switched_off);
    base = over;
    base.switched_off |= switches_off;
    return;
  }
  std::unordered_map<std::string, std::size_t> places;  // by key
  for (const auto& entry : base.entries) places.emplace(entry.first, places.size());
  for (const auto& [key, value] : over.entries) {
    if (const auto inherited = places.find(key); inherited != places.end()) {
      merge(base.entries[inherited->second].second, value);
    } else {
      base.entries.emplace_back(key, value);
    }
  }
}

// Reads each file once, however many include it.
class Includer {
 public:
  Includer(fs::path shipped, Problems& problems) : shipped_(std::move(shipped)), problems_(problems) {}

  const Node& read(const fs::path& file, const std::string& place) {
    const auto known = read_.find(file);
    if (known != read_.end()) return known->second;
    refuse_cycle(file, place);
    refuse_too_many(place);
    const bool first = chain_.empty();
    chain_.push_back(file);
    Node root = parse_root(read_config_file(file, place, first, problems_), file.string(), problems_);
    Node merged{.kind = Kind::map, .where = root.where};
    for (const Node& name : take_includes(root, problems_)) {
      merge(merged, read(included(file, name.text), name.where));
    }
    merge(merged, root);
    chain_.pop_back();
    return read_.emplace(file, std::move(merged)).first->second;
  }

 private:
  fs::path included(const fs::path& by, const std::string& name) const {
    fs::path beside = (by.parent_path() / name).lexically_normal();
    std::error_code absent;
    if (shipped_.empty() || fs::exists(beside, absent)) return beside;
    fs::path shipped = (shipped_ / name).lexically_normal();
    return fs::exists(shipped, absent) ? shipped : beside;
  }

  void refuse_cycle(const fs::path& file, const std::string& place) {
    std::error_code ignored;  // of a file that does not exist, which is reported when it is read
    const auto same = [&](const fs::path& other) { return fs::equivalent(file, other, ignored); };
    if (std::none_of(chain_.begin(), chain_.end(), same)) return;
    std::string names;
    for (const fs::path& link : chain_) names += link.string() + " -> ";
    refuse(place, "expected files that do not include themselves, found " + names + file.string());
  }

  void refuse_too_many(const std::string& place) {
    constexpr std::size_t kMaxChain = 50, kMaxFiles = 200;
    if (chain_.size() >= kMaxChain) {
      refuse(place, "expected a chain of at most " + std::to_string(kMaxChain) + " files, found a longer one");
    }
    if (read_.size() + chain_.size() >= kMaxFiles) {
      refuse(place, "expected at most " + std::to_string(kMaxFiles) + " files, found more");
    }
  }

  void refuse(const std::string& place, const std::string& text) {
    problems_.add(place, "include", text);
    problems_.throw_if_any();
  }

  fs::path shipped_;
  Problems& problems_;
  std::vector<fs::path> chain_;
  std::map<fs::path, Node> read_;  // with what each includes
};

// Calls f(stage name, stage) for every stage that is a map.
template <class F>
void for_each_stage(Node& root, F f) {
  Node* stages = root.find("stages");
  if (stages == nullptr || stages->kind != Kind::map) return;
  for (auto& [name, stage] : stages->entries) {
    if (stage.kind == Kind::map) f(name, stage);
  }
}

bool is_model(const Node* model, std::string_view name) {
  const Node* found = model != nullptr ? model->find("name") : nullptr;
  return found != nullptr && found->text == name;
}

void mark_copied(Node& node) {
  node.copied = true;
  for (Node& item : node.items) mark_copied(item);
  for (auto& entry : node.entries) mark_copied(entry.second);
}

// The name of the earlier stage that `reference` means; empty where it is of another run.
std::string earlier_stage(const Node& reference) {
  if (reference.kind != Kind::map) return reference.text;
  const Node* stage = reference.find("stage");
  const Node* run = reference.find("run");
  return stage != nullptr && (run == nullptr || run->text.empty()) ? stage->text : "";
}

// The tree of one override: a map for each name of the path, and the value in the innermost.
Node nested(const std::vector<std::string>& path, Node value) {
  for (auto name = path.rbegin(); name != path.rend(); ++name) {
    Node map{.kind = Kind::map, .where = value.where};
    map.entries.emplace_back(*name, std::move(value));
    value = std::move(map);
  }
  return value;
}

}  // namespace

std::vector<std::string> split_at_dots(const std::string& path) {
  std::vector<std::string> names{""};
  for (const char letter : path) {
    if (letter == '.') {
      names.emplace_back();
    } else {
      names.back() += letter;
    }
  }
  return names;
}

bool is_key_path(const std::string& text) {
  const std::vector<std::string> names = split_at_dots(text);
  return std::find(names.begin(), names.end(), "") == names.end();
}

void merge_at(Node& root, const std::string& key_path, Node value) {
  merge(root, nested(split_at_dots(key_path), std::move(value)));
}

Node parse_root(const std::string& text, const std::string& source, Problems& problems) {
  Node root = parse_yaml(text, source, true, problems);
  if (root.kind == Kind::null) root.kind = Kind::map;  // comments only
  if (root.kind != Kind::map) {
    problems.add(root.where, "", "expected a map of keys and values, found " + shown(root));
    problems.throw_if_any();
  }
  return root;
}

Node read_with_includes(const fs::path& file, const fs::path& shipped, Problems& problems) {
  return Includer(shipped, problems).read(file, file.string());
}

void apply_override(Node& root, const std::string& setting, Problems& problems) {
  const std::size_t equals = setting.find('=');
  const std::string path = setting.substr(0, equals);
  if (equals == std::string::npos || !is_key_path(path) || find_invalid_utf8(path)) {
    problems.add("--set " + shown(setting), "", "expected key.path=value, as in stages.student.epochs=10");
    return;
  }
  constexpr std::ptrdiff_t kMaxDepth = 50;
  if (std::count(path.begin(), path.end(), '.') >= kMaxDepth) {
    problems.add("--set " + shown(path), "", "expected at most " + std::to_string(kMaxDepth) + " levels, found more");
    return;
  }
  Node value = parse_setting(std::string_view(setting).substr(equals + 1), "--set " + shown(path), problems);
  merge_at(root, path, std::move(value));
}

void apply_stage_defaults(Node& root) {
  const Node* defaults = root.find("training");
  if (defaults == nullptr || defaults->kind != Kind::map) return;
  for_each_stage(root, [&](const std::string&, Node& stage) {
    Node complete = *defaults;
    mark_copied(complete);
    complete.where = stage.where;
    complete.copied = false;
    merge(complete, stage);
    stage = std::move(complete);
  });
}

void inherit_skeleton_branches(Node& root) {
  Node* stages = root.find("stages");
  for_each_stage(root, [&](const std::string&, Node& stage) {
    Node* model = stage.find("model");
    const Node* start = stage.find("starts_from");
    if (!is_model(model, FusedConfig::kName) || model->find("skeleton") != nullptr || start == nullptr) return;
    const Node* first = stages->find(earlier_stage(*start));
    const Node* branch = first != nullptr ? first->find("model") : nullptr;
    if (!is_model(branch, SkeletonGcnConfig::kName)) return;
    Node copy = *branch;
    std::erase_if(copy.entries, [](const auto& entry) { return entry.first == "name"; });
    mark_copied(copy);
    model->entries.emplace_back("skeleton", std::move(copy));
  });
}

}  // namespace pskd::config
