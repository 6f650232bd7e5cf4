// Finished runs below a folder.
#pragma once

#include <filesystem>
#include <vector>

#include "pskd/eval/run_record.hpp"

namespace pskd::report {

/// `seed-<n>/result.json` of every finished seed in `folder` (runs/<experiment>/<hash>), sorted by seed. Throws
/// Error(data) when the folder does not exist or a record is broken.
std::vector<eval::RunRecord> find_run_records(const std::filesystem::path& folder);

/// The records of every `result.json` below the folders, which are of sweeps, experiments or single runs, in the order
/// given and then by path; seeds by number. Throws Error(data) for a folder without one or a broken record.
std::vector<eval::RunRecord> collect_run_records(const std::vector<std::filesystem::path>& folders);

/// An experiment's finished seeds, by number.
struct FinishedRun {
  std::vector<std::filesystem::path> folders;  ///< runs/<experiment>/<config hash>/seed-<n>
  std::vector<eval::RunRecord> records;        ///< of each folder
};

/// All finished runs in `folder`, which is a sweep's, an experiment's or one run's own; sorted by path. Throws
/// Error(data) when there is none or a record is broken.
std::vector<FinishedRun> find_finished_runs(const std::filesystem::path& folder);

}  // namespace pskd::report
