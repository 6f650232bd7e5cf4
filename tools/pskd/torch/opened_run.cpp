#include "opened_run.hpp"

#include "base/file.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "train/manifest.hpp"

pskd::train::TrainingSetup setup_of(const pskd::RunLayout& run) {
  const pskd::RunLayout full{pskd::full_path(run.folder)};  // with the name of its fold
  pskd::config::Experiment experiment = pskd::config::load_experiment(run.config());
  experiment.run.device = "cpu";  // whatever trained it: this machine may have no card
  pskd::train::TrainingSetup setup = pskd::train::prepare_training(std::move(experiment), full.fold());
  setup.folder = full.experiment();
  pskd::train::require_same_experiment(run.manifest(), setup);
  return setup;
}

std::vector<pskd::data::Clip> revealed_unlabeled(const pskd::train::TrainingSetup& setup) {
  if (setup.split.unlabeled.empty()) return {};
  return pskd::data::reveal_unlabeled(pskd::data::store::load_dataset(setup.experiment.data), setup.protocol);
}
