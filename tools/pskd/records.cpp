#include "records.hpp"

#include <spdlog/spdlog.h>

pskd::RunRecord make_record(const pskd::TrainingSetup& setup, std::uint64_t seed,
                            const std::vector<pskd::StageOutcome>& outcomes) {
  const pskd::ProtocolConfig& protocol = setup.experiment.protocol;
  pskd::RunRecord record;
  record.experiment = setup.experiment.run.name;
  record.dataset = setup.info.name;
  record.config_hash = setup.config_hash;
  record.protocol = pskd::describe(protocol);
  record.selection = protocol.selection;
  record.seed = seed;
  record.shared_subjects = protocol.allow_shared_subjects;
  for (const pskd::StageOutcome& outcome : outcomes) {
    pskd::StageRecord stage;
    stage.name = outcome.name;
    if (!outcome.test.empty()) stage.test = pskd::score(outcome.test, setup.split.classes);
    if (!outcome.val.empty()) stage.val = pskd::score(outcome.val, setup.split.classes);
    stage.parameters = outcome.parameters;
    stage.epochs = outcome.epochs;
    stage.seconds = outcome.seconds;
    record.stages.push_back(stage);
  }
  return record;
}

void train_seed(const pskd::TrainingSetup& setup, std::uint64_t seed, pskd::Existing existing) {
  const auto result = pskd::run_folder(setup, seed) / "result.json";
  if (existing == pskd::Existing::resume && std::filesystem::exists(result)) {
    spdlog::info("seed {} is finished: {}", seed, result.string());
    return;
  }
  const auto outcomes = pskd::train_run(setup, seed, existing);
  pskd::write_run_record(result, make_record(setup, seed, outcomes));
}
