// A sweep: one file that stands for many experiments. It is an experiment file with a section `sweep` beside the usual
// ones:
//
//   sweep:
//     paired:                                    settings that go together: named ones ...
//       hard: {stages.student.loss.acs.selection: hard}
//       soft: {stages.student.loss.acs.selection: soft}
//     paired:                                    ... or lists of equal length, taken side by side
//       stages.student.epochs: [50, 150]
//       stages.student.optimizer.lr: [4e-3, 2e-3]
//     grid:                                      key path -> values; every combination, with each of `paired`
//       stages.student.batch: [16, 32]
//
// A setting merges over the file as --set does. A run is called by its setting's name, or by keys and values
// ("batch-16"), joined with "_".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {

struct SweepRun {
  std::string name;
  Experiment experiment;  ///< run.name is the run's name, run.root the sweep's folder
};

struct Sweep {
  std::string name;              ///< run.name of the file
  std::filesystem::path folder;  ///< <run.root>/<name>
  std::vector<SweepRun> runs;    ///< `paired` in the file's order, for each the grid with its last key moving fastest
};

/// The keys of the section `sweep`.
std::vector<Key> sweep_keys();

/// Reads and expands `file`; `overrides` apply to every run, below the sweep's own settings. Throws one Error(config)
/// with all problems of all runs, each with file:line, as load_experiment.
Sweep load_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides = {},
                 const std::filesystem::path& shipped = {});

}  // namespace pskd::config
