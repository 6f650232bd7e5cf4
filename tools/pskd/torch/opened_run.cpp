#include "opened_run.hpp"

#include "pskd/config/load.hpp"
#include "train/manifest.hpp"

pskd::train::TrainingSetup setup_of(const pskd::RunLayout& run) {
  const pskd::RunLayout full = pskd::full_path(run);  // with the name of its fold
  pskd::train::TrainingSetup setup =
      pskd::train::prepare_training(pskd::config::load_experiment(run.config()), full.fold());
  setup.folder = full.experiment();
  pskd::train::require_same_experiment(run.manifest(), setup);
  return setup;
}
