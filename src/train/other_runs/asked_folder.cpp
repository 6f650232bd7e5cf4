#include "train/other_runs/asked_folder.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/file.hpp"
#include "data/no_label.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/other_runs/unlabeled_folder.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

config::DataConfig data_of(const fs::path& folder, const std::string& description, const config::DataConfig& source) {
  const bool described = !description.empty() || fs::exists(folder / data::readers::kDescriptionName) ||
                         data::readers::dataset_name(source.name) == "generic";
  if (described) return described_folder(folder, description, source);
  config::DataConfig data = source;
  data.root = full_path(folder).string();
  return data;
}

/// Of a sensor that the stage does not see, any channels will do.
void take_any_channels(config::DataConfig& data) {
  data.sensors.clear();
  data.channels = data::readers::dataset_info(data).channels;
}

/// All recordings of the folder are unlabeled, and the stage trains no more.
config::Experiment experiment_of(config::DataConfig data, const ExportedStage& exported) {
  const CheckpointManifest& said = exported.checkpoint.manifest;
  const config::StageConfig& stage = config::find_stage(exported.experiment, said.stage);
  if (!modalities(stage.sees).sensor) take_any_channels(data);
  config::Experiment experiment;
  experiment.augmentation = exported.experiment.augmentation;
  experiment.protocol = unlabeled_only(data, exported.experiment.protocol.classes);
  experiment.protocol.name = config::kExplicit;
  experiment.protocol.unlabeled->subjects.reset();  // whoever is there: a data set may list more people
  experiment.data = std::move(data);
  experiment.seeds = {said.seed};
  experiment.run.device = "cpu";
  experiment.stages = {stage};
  return experiment;
}

/// A folder that is none of the data set may be one whose description was forgotten.
LoadedExperiment load(config::Experiment experiment) {
  const config::DataConfig data = experiment.data;
  try {
    return load_for_training(std::move(experiment));
  } catch (const Error& error) {
    const bool described = data::readers::dataset_name(data.name) == "generic";
    if (described || error.kind() != ErrorKind::data) throw;
    throw Error(error.kind(), std::string(error.what()) + "\n" + data.root + " has no " +
                                  data::readers::kDescriptionName + ", so it was read as recordings of " + data.name +
                                  ", on which the model was trained");
  }
}

}  // namespace

AskedFolder open_folder(const fs::path& model, const fs::path& folder, const std::string& description) {
  const ExportedStage exported = read_exported_stage(model);
  LoadedExperiment loaded = load(experiment_of(data_of(folder, description, exported.experiment.data), exported));
  const TrainingSetup setup = prepare_fold(loaded, "");
  return {std::move(loaded.dataset), std::move(loaded.warnings), load_asked_stage(setup, model),
          exported.experiment.protocol.classes};
}

std::vector<const data::Clip*> seen_clips(const AskedFolder& folder) {
  std::vector<const data::Clip*> seen;
  for (const data::Clip& clip : folder.dataset.clips) {
    if (has(clip, folder.stage.sees)) seen.push_back(&clip);
  }
  const auto place = [](const data::Clip* clip) {
    return std::tuple(std::string_view(clip->source.empty() ? clip->id : clip->source), clip->begin);
  };
  std::stable_sort(seen.begin(), seen.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  return seen;
}

KnownLabel label_of(const data::Clip& clip, const AskedFolder& folder) {
  const std::string& name = folder.dataset.info.classes[static_cast<std::size_t>(clip.label)];
  if (name == data::kNoLabel) return {};
  const auto found = std::find(folder.classes.begin(), folder.classes.end(), name);
  if (found == folder.classes.end()) return {{}, name};
  return {static_cast<int>(found - folder.classes.begin()), {}};
}

distill::TeacherOutput ask(const AskedFolder& folder, const Recordings& clips) {
  return output_of(folder.stage, clips);
}

}  // namespace pskd::train
