#include "records.hpp"

#include <spdlog/spdlog.h>

#include "train/logging/event_file.hpp"

pskd::RunRecord make_record(const pskd::TrainingSetup& setup, std::uint64_t seed,
                            const std::vector<pskd::StageOutcome>& outcomes) {
  const pskd::ProtocolConfig& protocol = setup.experiment.protocol;
  pskd::RunRecord record;
  record.experiment = setup.experiment.run.name;
  record.dataset = setup.info.name;
  record.config_hash = setup.config_hash;
  record.protocol = pskd::describe(protocol);
  record.selection = word(protocol.selection);
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
    stage.cost = {
        .macs = outcome.macs, .bytes = outcome.bytes, .latency = outcome.latency, .adapters = outcome.adapters};
    record.stages.push_back(stage);
  }
  return record;
}

void write_event_files(const std::filesystem::path& run) {
  std::error_code absent;
  for (const auto& stage : std::filesystem::directory_iterator(run / "stages", absent)) {
    const bool has_metrics = std::filesystem::exists(stage.path() / "metrics.jsonl");
    if (has_metrics && !std::filesystem::exists(pskd::event_file(stage.path()))) pskd::write_event_file(stage.path());
  }
}

void train_seed(const pskd::TrainingSetup& setup, std::uint64_t seed, pskd::Existing existing) {
  const auto result = pskd::run_folder(setup, seed) / "result.json";
  if (existing == pskd::Existing::resume && std::filesystem::exists(result)) {
    spdlog::info("seed {} is finished: {}", seed, result.string());
    if (setup.event_files) write_event_files(result.parent_path());
    return;
  }
  const auto outcomes = pskd::train_run(setup, seed, existing);
  pskd::write_run_record(result, make_record(setup, seed, outcomes));
}
