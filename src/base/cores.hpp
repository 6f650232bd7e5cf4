// How many cores this process may use, and why.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pskd {

struct Cores {
  int count = 1;
  std::string source;  ///< what leaves so few: "affinity of the process", "cgroup quota 1.5 of /a/b", ...
};

/// Notes on which cores this process may run. OpenMP narrows that to one core as soon as it is loaded, where
/// OMP_PROC_BIND or the like is set; so a program that loads it calls this before (.preinit_array). Calls nothing but
/// the system.
void note_affinity();

/// The least of: the affinity noted above (else that of now), the CPU quotas of the process's control groups and their
/// parents (versions 1 and 2; rounded down, at least one core), and SLURM_CPUS_PER_TASK.
Cores available_cores();

/// The cores that the control groups of this process leave: `root` is "/" (another one in tests). A large count where
/// there is no quota.
Cores cgroup_cores(const std::filesystem::path& root);

/// Throws Error(usage) where `threads` are more than four times the available cores, and Error(io) where the system
/// does not start so many (ulimit -u): OpenMP would end the process, and LibTorch wait for ever.
void require_threads(int threads);

/// Throws Error(usage) where `jobs` processes at a time are more than four times the available cores.
void require_jobs(int jobs);

/// The variables that bind OpenMP's threads to cores, of those that are set: OMP_PROC_BIND, OMP_PLACES,
/// GOMP_CPU_AFFINITY, KMP_AFFINITY.
std::vector<std::string> binding_variables();

/// The environment of this process without these variables, as "NAME=value".
std::vector<std::string> unbound_environment();

/// Gives the calling process its cores of the start back. Calls nothing but the system.
void restore_affinity();

}  // namespace pskd
