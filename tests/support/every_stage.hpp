// Small stages that between them train every network with every loss.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::testing {

inline config::StageConfig small_stage(const config::ModelConfig& model) {
  config::StageConfig stage;
  stage.model = model;
  stage.batch = 8;
  return stage;
}

/// Stages and what they show: each network with its labels alone, and the sensor network with each loss that learns
/// from teachers.
inline std::vector<std::pair<std::string, config::StageConfig>> every_stage() {
  const config::SensorCnnConfig sensor{.width = 8, .dropout = 0, .classifier_dropout = 0};
  const config::SkeletonGcnConfig skeleton{.width = 8, .blocks = 3, .dropout = 0, .classifier_dropout = 0};
  std::vector<std::pair<std::string, config::StageConfig>> stages = {
      {"sensor", small_stage(sensor)},
      {"skeleton", small_stage(skeleton)},
      {"fused", small_stage(config::FusedConfig{skeleton, sensor})}};
  config::for_each_teacher_loss([&](const auto& row) {
    config::StageConfig stage = small_stage(sensor);
    stage.teachers.resize(2);
    (stage.loss.*row.config).emplace();
    if (stage.loss.acs) stage.loss.acs->threshold = 0.3;  // else a small difference may choose another teacher
    stages.emplace_back(row.key, stage);
  });
  return stages;
}

}  // namespace pskd::testing
