// From what training delivers to what evaluation records.
#pragma once

#include <cstdint>
#include <vector>

#include "pskd/eval/run_record.hpp"
#include "pskd/train/run.hpp"

pskd::RunRecord make_record(const pskd::TrainingSetup& setup, std::uint64_t seed,
                            const std::vector<pskd::StageOutcome>& outcomes);

/// Writes, beside each metrics.jsonl of a finished run, the event file that is not there yet.
void write_event_files(const std::filesystem::path& run);

/// Trains one run and writes its result.json; a finished one is left alone when `existing` is resume.
void train_seed(const pskd::TrainingSetup& setup, std::uint64_t seed, pskd::Existing existing);
