#include "opened_run.hpp"

#include "pskd/config/load.hpp"

pskd::TrainingSetup setup_of(const pskd::RunLayout& run) {
  const pskd::ExperimentLayout folder{run.experiment()};
  pskd::Experiment experiment = pskd::load_experiment(run.config());
  experiment.run.name = folder.name();
  experiment.run.root = folder.root().string();
  return pskd::prepare_training(experiment);
}
