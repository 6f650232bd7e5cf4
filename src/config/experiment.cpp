#include "pskd/config/experiment.hpp"

#include "pskd/base/error.hpp"
#include "pskd/config/node.hpp"

namespace pskd {
namespace {

struct NameOf {
  std::string operator()(const SkeletonGcnConfig&) const { return "skeleton-gcn"; }
  std::string operator()(const SensorCnnConfig&) const { return "sensor-cnn"; }
  std::string operator()(const FusedConfig&) const { return "fused"; }
};

}  // namespace

std::string model_name(const ModelConfig& model) { return std::visit(NameOf(), model); }

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
