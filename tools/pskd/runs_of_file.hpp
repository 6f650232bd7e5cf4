// The runs that a config file stands for.
#pragma once

#include <string>
#include <vector>

#include "report/run_search.hpp"

/// Whether `file` is an experiment or a sweep, and not a table of configs/tables. Throws Error(config) where it is no
/// YAML.
bool is_experiment_or_sweep(const std::string& file);

/// Exactly the runs of the experiment or sweep in `file` with the settings of --set: finished ones with their records,
/// the others as unfinished. Throws Error(config) as loading it does, Error(data) where none is finished, saying the
/// command that trains them.
pskd::report::RunSet runs_of_file(const std::string& file, const std::vector<std::string>& overrides);
