#include "opened_run.hpp"

#include "pskd/config/load.hpp"

pskd::train::TrainingSetup setup_of(const pskd::RunLayout& run) {
  const pskd::ExperimentLayout folder{run.experiment()};
  pskd::config::Experiment experiment = pskd::config::load_experiment(run.config());
  experiment.run.name = folder.name();
  experiment.run.root = folder.root().string();
  return pskd::train::prepare_training(experiment);
}
