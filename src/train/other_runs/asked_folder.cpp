#include "train/other_runs/asked_folder.hpp"

#include <algorithm>
#include <utility>

#include "data/readers/registry.hpp"
#include "train/other_runs/other_stage.hpp"
#include "train/other_runs/unlabeled_folder.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;

config::DataConfig data_of(const fs::path& folder, const std::string& description, const config::DataConfig& source) {
  const bool described = !description.empty() || fs::exists(folder / "dataset.yaml") ||
                         data::readers::dataset_name(source.name) == "generic";
  if (described) return described_folder(folder, description, source);
  config::DataConfig data = source;
  data.root = absolute_path(folder);
  return data;
}

/// All recordings of the folder are unlabeled, and the stage trains no more.
config::Experiment experiment_of(config::DataConfig data, const ExportedStage& exported) {
  const CheckpointManifest& said = exported.checkpoint.manifest;
  config::Experiment experiment;
  experiment.protocol = unlabeled_only(data, exported.experiment.protocol.classes);
  experiment.data = std::move(data);
  experiment.seeds = {said.seed};
  experiment.run.device = "cpu";
  experiment.stages = {config::find_stage(exported.experiment, said.stage)};
  return experiment;
}

}  // namespace

AskedFolder open_folder(const fs::path& model, const fs::path& folder, const std::string& description) {
  const ExportedStage exported = read_exported_stage(model);
  LoadedExperiment loaded =
      load_for_training(experiment_of(data_of(folder, description, exported.experiment.data), exported));
  const TrainingSetup setup = prepare_fold(loaded, "");
  const Snapshot stage = load_asked_stage(setup, model);
  return {std::move(loaded.dataset), std::move(loaded.warnings), stage, exported.experiment.protocol.classes,
          static_cast<std::size_t>(stage.embedding)};
}

std::vector<const data::Clip*> seen_clips(const AskedFolder& folder) {
  std::vector<const data::Clip*> seen;
  for (const data::Clip& clip : folder.dataset.clips) {
    if (has(clip, folder.stage.sees)) seen.push_back(&clip);
  }
  return seen;
}

std::optional<int> label_of(const data::Clip& clip, const AskedFolder& folder) {
  const std::string& name = folder.dataset.info.classes[static_cast<std::size_t>(clip.label)];
  const auto found = std::find(folder.classes.begin(), folder.classes.end(), name);
  if (found == folder.classes.end()) return std::nullopt;
  return static_cast<int>(found - folder.classes.begin());
}

distill::TeacherOutput ask(const AskedFolder& folder, const Recordings& clips) {
  return distill::compute_output(*folder.stage.network, render_plain(folder.stage.renderer, clips, folder.stage.sees));
}

}  // namespace pskd::train
