#include "deploy/export_model.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/checkpoint_format.hpp"
#include "base/file.hpp"
#include "data/readers/registry.hpp"
#include "deploy/model_file.hpp"
#include "eval/finished_run.hpp"
#include "eval/none_rule.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/eval/predictions.hpp"

namespace pskd::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void refuse(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::checkpoint, file.string() + ": " + problem);
}

const eval::StageResult& result_of(const eval::RunRecord& record, const RunLayout& run, const std::string& stage) {
  std::string known;
  for (const eval::StageResult& one : record.stages) {
    if (one.name == stage) return one;
    known += " " + one.name;
  }
  throw Error(ErrorKind::usage, run.folder.string() + ": has no stage '" + stage + "'; its stages are" + known);
}

TensorFile read_checkpoint(const fs::path& file) {
  if (!fs::exists(file)) refuse(file, "is missing; restore it, or train the stage again");
  const std::string bytes = read_sealed_file(file, kCheckpointSeal, ErrorKind::checkpoint);
  return read_tensors(std::string_view(bytes).substr(kSealBytes), file.string(), ErrorKind::checkpoint);
}

/// Holds the weights of a checkpoint, by their hash, to what the run says of it.
void require_scored(const fs::path& file, const std::string& found, const eval::StageResult& result) {
  if (result.checkpoint.empty() || found == result.checkpoint) return;
  refuse(file, "holds other weights (hash " + found + ") than result.json has scored (hash " + result.checkpoint +
                   "); restore it, or train again with --overwrite");
}

Json parsed_manifest(const TensorFile& checkpoint, const fs::path& file) {
  const auto text = checkpoint.metadata.find(kManifestText);
  Json manifest = text == checkpoint.metadata.end() ? Json() : Json::parse(text->second, nullptr, false);
  const bool describes = manifest.is_object() && manifest.contains("model") && manifest["model"].is_object();
  if (!describes) refuse(file, "does not say what its network sees; train the stage again with this pskd");
  return manifest;
}

std::vector<std::string> class_names(const Json& manifest, const fs::path& file) {
  try {
    return manifest.at("model").at("classes").get<std::vector<std::string>>();
  } catch (const Json::exception&) {
    refuse(file, "does not say the names of its classes; train the stage again with this pskd");
  }
}

Json describe_run(const eval::RunRecord& record) {
  return {
      {"experiment", record.experiment}, {"config_hash", record.config_hash}, {"fold", record.fold},
      {"protocol", record.protocol},     {"selection", record.selection},     {"data", record.dataset},
      {"data_hash", record.data_hash},   {"version", record.version},         {"git_revision", record.git_revision}};
}

Json describe_test(const eval::Scores& scores) {
  return {{"clips", scores.clips}, {"accuracy", scores.accuracy}, {"macro_f1", scores.macro_f1}};
}

/// The stage as a config file: what adapting it needs and the rest of the manifest does not say. Its teachers have done
/// their work, and paths are nobody's business.
std::string describe_training(const config::Experiment& experiment, const std::string& stage) {
  config::Experiment alone;
  alone.data.name = experiment.data.name;
  alone.data.channels = experiment.data.channels;
  alone.data.sensors = experiment.data.sensors;
  alone.protocol.classes = experiment.protocol.classes;
  alone.augmentation = experiment.augmentation;
  alone.run.name = experiment.run.name;
  config::StageConfig& only = alone.stages.emplace_back(config::find_stage(experiment, stage));
  only.starts_from = {};
  only.teachers.clear();
  only.loss = {};
  only.labeled_share = 1.0;
  only.snapshots.clear();
  return config::to_yaml(alone);
}

/// Those of every data set that decided the weights: `seen` names its subjects as "<data set>/<subject>".
std::string describe_terms(const std::string& data_set, const Json& seen) {
  std::set<std::string> data_sets = {data::readers::dataset_name(data_set)};
  for (const char* part : {"/labeled/subjects", "/unlabeled/subjects"}) {
    const Json::json_pointer subjects(part);
    for (const Json& subject : seen.contains(subjects) ? seen[subjects] : Json::array()) {
      const std::string name = subject.is_string() ? subject.get<std::string>() : "";
      data_sets.insert(name.substr(0, name.find('/')));
    }
  }
  std::string terms;
  for (const std::string& known : data::readers::dataset_names()) {
    const std::string of_this = data_sets.contains(known) ? data::readers::dataset_terms(known) : "";
    if (!of_this.empty()) terms += (terms.empty() ? "" : "; ") + of_this;
  }
  return terms;
}

/// The rule for "none of these", of the validation clips of a stage that has some.
std::optional<Json> describe_none(const StageLayout& stage, const std::vector<std::string>& classes) {
  if (!fs::exists(stage.val_predictions())) return std::nullopt;
  const std::vector<eval::Prediction> predictions = eval::read_predictions(stage.val_predictions(), classes);
  if (predictions.empty()) return std::nullopt;
  if (eval::has_class_called_none(classes)) {
    spdlog::warn(
        "a class is called none, as the answer \"none of these\" is: the model has no rule for it; give the class "
        "another "
        "name, such as rest, where the recordings are labeled, and train again");
    return std::nullopt;
  }
  const eval::NoneRule rule = eval::fit_none_rule(predictions);
  return Json{{"temperature", rule.temperature}, {"threshold", rule.threshold}, {"clips", predictions.size()}};
}

/// Adds what a checkpoint does not say of its sensor.
void complete_sensor(Json& sensor, const std::vector<std::string>& chosen, std::optional<double> rate) {
  if (!sensor.contains("sensors")) sensor["sensors"] = chosen;
  sensor["resampling"] = std::string(kResampling) + "; then (x - mean) / deviation";
  if (rate) sensor["rate"] = *rate;
}

}  // namespace

ExportedModel export_stage(const RunLayout& run, const std::string& stage, std::optional<double> rate) {
  if (!fs::exists(run.result())) {
    throw Error(ErrorKind::usage, run.folder.string() +
                                      ": expected the folder of a finished run, .../seed-<n>, or a "
                                      "stage in it, .../seed-<n>/stages/<stage>; found no result.json");
  }
  const eval::RunRecord record = eval::read_finished_run(run);
  const eval::StageResult& result = result_of(record, run, stage);
  const std::string snapshot = eval::selected_snapshot(record.selection);
  const fs::path file = run.stage(stage).checkpoint(snapshot);
  TensorFile checkpoint = read_checkpoint(file);
  const std::string weights = weights_hash(checkpoint);
  require_scored(file, weights, result);
  const Json said = parsed_manifest(checkpoint, file);

  ExportedModel exported;
  Json& manifest = exported.manifest;
  for (const char* key : {"stage", "seed", "stage_hash", "clips_hash", "teachers", "model", "seen"}) {
    if (said.contains(key)) manifest[key] = said[key];
  }
  manifest["snapshot"] = snapshot;
  if (const Json::json_pointer epoch("/position/epoch"); said.contains(epoch)) manifest["epochs"] = said[epoch];
  manifest["weights_hash"] = weights;
  manifest["run"] = describe_run(record);
  if (result.test) manifest["test"] = describe_test(*result.test);
  if (const auto none = describe_none(run.stage(stage), class_names(said, file))) manifest["none"] = *none;
  const config::Experiment experiment = config::load_experiment(run.config());
  manifest["config"] = describe_training(experiment, stage);
  manifest["terms"] = describe_terms(experiment.data.name, manifest.value("seen", Json::object()));
  if (Json& model = manifest["model"]; model.contains("sensor") && model["sensor"].is_object()) {
    complete_sensor(model["sensor"], experiment.data.sensors, rate);
    exported.lacks_rate = !model["sensor"].contains("rate");
  }
  const std::string part = kNetworkPart;
  for (auto& [name, tensor] : checkpoint.tensors) {
    if (name.starts_with(part)) exported.weights.emplace(name.substr(part.size()), std::move(tensor));
  }
  return exported;
}

StageOfRun stage_of_run(const fs::path& path, const std::string& stage) {
  const fs::path folder = full_path(path);
  if (folder.parent_path().filename() != kStagesFolder) return {{path}, stage.empty() ? "student" : stage};
  const std::string named = folder.filename().string();
  if (!stage.empty() && stage != named) {
    throw Error(ErrorKind::usage,
                path.string() + " is stage '" + named + "', and --stage says '" + stage + "'; give one of them");
  }
  return {{folder.parent_path().parent_path()}, named};
}

}  // namespace pskd::deploy
