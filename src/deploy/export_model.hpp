// From a finished run to a model file.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/run_layout.hpp"
#include "base/tensor_file.hpp"

namespace pskd::deploy {

struct ExportedModel {
  nlohmann::json manifest;  ///< see deploy/model_file.hpp
  std::map<std::string, StoredTensor> weights;
  bool lacks_rate = false;  ///< whether it sees a sensor whose rate is not known
};

/// The selected checkpoint of `stage` in a finished run, of which the folder is read only. `rate`: of the sensor, Hz,
/// instead of what the checkpoint says.
/// Throws Error(usage) for a stage that the run does not have, Error(checkpoint) when the checkpoint is missing,
/// damaged or not the one that the run scored, and what eval::read_finished_run throws.
ExportedModel export_stage(const RunLayout& run, const std::string& stage, std::optional<double> rate);

/// The run and the stage that a path names: RUN/stages/STAGE, or RUN with `stage`. Throws Error(usage) when they
/// contradict each other.
struct StageOfRun {
  RunLayout run;
  std::string stage;
};
StageOfRun stage_of_run(const std::filesystem::path& path, const std::string& stage);

}  // namespace pskd::deploy
