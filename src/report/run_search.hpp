// The runs below a folder: finished ones with their records, and those that are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/run_layout.hpp"
#include "pskd/eval/run_record.hpp"
#include "report/settings.hpp"

namespace pskd::report {

/// A run without a result.
struct UnfinishedRun {
  std::string sweep, experiment, config_hash;
  std::string fold;  ///< empty where the protocol has one split
  std::uint64_t seed = 0;
  std::string why;  ///< "not begun", "in training", the first line of its error.txt, or "stopped before its end"
};
UnfinishedRun unfinished_run(const RunLayout& run);

/// What a table is about.
struct RunSet {
  std::vector<eval::RunRecord> records;
  std::vector<UnfinishedRun> unfinished = {};
  std::map<std::string, Settings> settings = {};  ///< by config hash, see read_settings
};

/// Adds its record where the run is finished. Throws as eval::read_finished_run.
void add_run(RunSet& runs, const RunLayout& run);

/// The folder that holds the experiment's: of its sweep, if it is one of a sweep's runs. Empty in a record that was not
/// read from a run's folder.
std::string sweep_of(const eval::RunRecord& record);

/// The record of every finished run in `folder` (runs/<experiment>/<hash>), sorted by fold and seed. Throws Error(data)
/// when the folder does not exist or a record is broken.
std::vector<eval::RunRecord> find_run_records(const std::filesystem::path& folder);

/// All runs below the folders, which are of sweeps, experiments or single runs, in the order given and then by path;
/// folds and seeds by number. Runs that test nothing are left out where others of their folder have scores. Throws
/// Error(data) for a folder without a finished run, naming what is unfinished in it, and for a broken record.
RunSet collect_runs(const std::vector<std::filesystem::path>& folders);

/// A line for each run that is not finished: "not finished: kd (1 of 3 seeds: the loss is not finite)".
std::vector<std::string> unfinished_notes(const RunSet& runs);

}  // namespace pskd::report
