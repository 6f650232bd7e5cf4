#include "pskd/config/experiment.hpp"

#include "config/node.hpp"
#include "pskd/base/error.hpp"

namespace pskd {

bool is_empty(const SplitPart& part) {
  for (const auto* list : {&part.subjects, &part.trials, &part.scenes, &part.cameras}) {
    if (*list && (*list)->empty()) return true;
  }
  return false;
}

const StageConfig& find_stage(const Experiment& experiment, const std::string& name) {
  std::vector<std::string> names;
  for (const StageConfig& stage : experiment.stages) {
    if (stage.name == name) return stage;
    names.push_back(stage.name);
  }
  throw Error(ErrorKind::config, "expected one of the stages " + config::joined(names) + ", found " +
                                     config::quoted(name) + config::did_you_mean(name, names));
}

}  // namespace pskd
