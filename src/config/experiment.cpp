#include "pskd/config/experiment.hpp"

#include <array>

#include "config/node.hpp"
#include "pskd/base/error.hpp"

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

std::vector<std::string> teacher_terms() {
  return {"kd", "acs", "fitnet", "at", "sp", "rkd", "crd", "dkd", "dist", "ca_mkd"};
}

std::vector<std::string> teacher_terms(const LossConfig& loss) {
  const std::array present{loss.kd.has_value(),   loss.acs.has_value(),   loss.fitnet.has_value(), loss.at.has_value(),
                           loss.sp.has_value(),   loss.rkd.has_value(),   loss.crd.has_value(),    loss.dkd.has_value(),
                           loss.dist.has_value(), loss.ca_mkd.has_value()};
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) terms.push_back(teacher_terms()[i]);
  }
  return terms;
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
