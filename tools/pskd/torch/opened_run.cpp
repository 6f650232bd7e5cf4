#include "opened_run.hpp"

#include <string>

#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

std::uint64_t seed_of(const std::filesystem::path& run) {
  const std::string name = run.filename().string(), prefix = "seed-";
  if (name.starts_with(prefix) && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos &&
      name.size() > prefix.size()) {
    return std::stoull(name.substr(prefix.size()));
  }
  throw pskd::Error(pskd::ErrorKind::usage,
                    run.string() + ": expected a run directory, runs/<experiment>/<config hash>/seed-<n>");
}

pskd::TrainingSetup setup_of(const std::filesystem::path& run) {
  pskd::Experiment experiment = pskd::load_experiment(run / "config.resolved.yaml");
  experiment.run.name = run.parent_path().parent_path().filename().string();
  experiment.run.root = run.parent_path().parent_path().parent_path().string();
  return pskd::prepare_training(experiment);
}
