#include "pskd/config/experiment.hpp"

#include "base/text.hpp"
#include "config/node.hpp"
#include "config/numbers.hpp"
#include "pskd/base/error.hpp"

namespace pskd::config {
namespace {

const std::string kNumbered = "epoch-";  // and a number: the name of a snapshot

}  // namespace

bool is_empty(const SplitPart& part) {
  for (const auto* list : {&part.subjects, &part.trials, &part.scenes, &part.cameras}) {
    if (*list && (*list)->empty()) return true;
  }
  return false;
}

std::string word(const SnapshotName& snapshot) {
  switch (snapshot.kind) {
    case SnapshotName::Kind::last:
      return "last";
    case SnapshotName::Kind::best:
      return "best";
    case SnapshotName::Kind::epoch:
      break;
  }
  return kNumbered + std::to_string(snapshot.epoch);
}

std::optional<SnapshotName> snapshot_of(const std::string& name) {
  if (name == "last") return SnapshotName{SnapshotName::Kind::last};
  if (name == "best") return SnapshotName{SnapshotName::Kind::best};
  int epoch = 0;
  const bool numbered = name.starts_with(kNumbered) && parse_number(name.substr(kNumbered.size()), epoch);
  if (!numbered || epoch < 1) return std::nullopt;
  return SnapshotName{SnapshotName::Kind::epoch, epoch};
}

const StageConfig& find_stage(const Experiment& experiment, const std::string& name) {
  std::vector<std::string> names;
  for (const StageConfig& stage : experiment.stages) {
    if (stage.name == name) return stage;
    names.push_back(stage.name);
  }
  throw Error(ErrorKind::config,
              "expected one of the stages " + joined(names) + ", found " + quoted(name) + did_you_mean(name, names));
}

}  // namespace pskd::config
