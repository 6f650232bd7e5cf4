// Job arrays in Slurm: one task of one core for each run and seed of a sweep.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace pskd::sweep {

/// A job array as it is submitted.
struct SlurmArray {
  std::string name;                  ///< of the job
  std::vector<std::string> tasks;    ///< their unique names; task n of the array, from 1, is the n-th
  int limit = 0;                     ///< tasks at a time; 0: as many as Slurm has room for
  std::string after;                 ///< id of an array that must have ended, well or not, before; empty: none
  std::vector<std::string> program;  ///< the command line of a task up to --only
};

/// Writes the array's script, and tasks.txt beside it, to `folder`/<n>/ and submits it; returns the job's id, which
/// file `folder`/<n>/job keeps. Tasks write there, too: <task>.out. Throws Error(usage) with what sbatch said when it
/// refuses or is missing, and when a path that the script names holds control characters.
std::string submit_array(const SlurmArray& array, const std::filesystem::path& folder);

/// The tasks, as they were given, of arrays submitted from `folder` that wait or run in Slurm. Throws Error(usage) when
/// squeue, which is asked only if there are any, cannot tell.
std::set<std::string> tasks_in_slurm(const std::filesystem::path& folder);

}  // namespace pskd::sweep
