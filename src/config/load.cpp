#include "pskd/config/load.hpp"

#include <cstdlib>

#include "base/checksum.hpp"
#include "config/assemble.hpp"
#include "config/assembled.hpp"
#include "config/check.hpp"
#include "config/experiment_reader.hpp"
#include "config/writer.hpp"

namespace pskd::config {
namespace {

// The stage defaults have been put under every stage; read on their own, a problem of theirs is reported where it was
// written.
void read_experiment(const Node& root, Experiment& experiment, Problems& problems) {
  const Place place{root, "", problems};
  if (const Node* training = root.find("training"); training != nullptr && !training->switched_off) {
    StageDefaults defaults;
    read(place.at("training", *training), defaults);
  }
  Reader reader(place);
  describe(reader, experiment);
  reader.refuse_unknown_keys();
}

}  // namespace

Experiment experiment_of(Node root, Problems& problems) {
  if (const Node* include = root.find("include")) {  // that of a file was taken out when the file was read
    problems.add(include->where, "include", "only a file can include others; write it there");
  }
  apply_stage_defaults(root);
  inherit_skeleton_branches(root);
  Experiment experiment;
  read_experiment(root, experiment, problems);
  check(experiment, root, problems);
  return experiment;
}

Experiment parse_experiment(const std::string& text, const std::string& source) {
  Problems problems;
  Experiment experiment = experiment_of(parse_root(text, source, problems), problems);
  problems.throw_if_any();
  return experiment;
}

Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const std::filesystem::path& shipped) {
  Problems problems;
  Node root = read_with_includes(file, shipped, problems);
  for (const std::string& setting : overrides) apply_override(root, setting, problems);
  if (const Node* sweep = root.find("sweep")) {
    problems.add(sweep->where, "sweep", "this file stands for many experiments; train them with pskd sweep");
    problems.throw_if_any();
  }
  Experiment experiment = experiment_of(std::move(root), problems);
  problems.throw_if_any();
  return experiment;
}

std::string to_yaml(const Experiment& experiment) {
  Experiment written = experiment;  // descriptions take fields they may fill
  std::string text;
  Writer writer(text, 0);
  describe(writer, written);
  return text;
}

std::string decisive_yaml(const Experiment& experiment) {
  Experiment decisive = experiment;
  decisive.seeds.clear();
  decisive.run = {};
  decisive.data.root.clear();
  decisive.data.store.clear();
  return to_yaml(decisive);
}

std::string config_hash(const Experiment& experiment) { return content_hash(decisive_yaml(experiment)).substr(0, 12); }

std::filesystem::path resolve_data_path(const std::string& path) {
  if (std::filesystem::path(path).is_absolute()) return path;
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/") && home != nullptr) return std::filesystem::path(home) / path.substr(2);
  const char* root = std::getenv("PSKD_DATA_ROOT");
  return std::filesystem::path(root != nullptr && *root != '\0' ? root : "data") / path;
}

}  // namespace pskd::config
