// What the runs of a table are called.
#pragma once

#include <string>
#include <vector>

#include "report/run_search.hpp"

namespace pskd::report {

/// For each record the name of its run. Where runs of one data set share a name, those of several sweeps have the
/// sweep's before it ("acs/both"), and those of several configs say in brackets what differs ("kd (epochs 150)") or,
/// where that cannot be read or is more than three keys, the config hash. With `sweeps` the sweep's name is always
/// there.
std::vector<std::string> run_names(const RunSet& runs, bool sweeps);

/// Columns that take the place of the name in a table of a grid: a column for each axis.
struct Labels {
  std::vector<std::string> titles;              ///< the last names of the keys, or more where they are ambiguous
  std::vector<std::vector<std::string>> cells;  ///< [records][titles]
};

/// A key is an axis of a grid where its values differ and every run's name says it, as a sweep names its runs:
/// "batch-16_lr-0.1". `title` heads what else is in the names. One column where there is no axis.
Labels labels_of(const RunSet& runs, const std::vector<std::string>& names, const std::string& title);

}  // namespace pskd::report
