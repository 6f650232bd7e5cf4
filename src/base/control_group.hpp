// The control groups (cgroups, versions 1 and 2) that limit this process.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pskd {

struct ControlGroup {
  std::filesystem::path folder;  ///< of its files, such as cpu.max
  std::filesystem::path name;    ///< "/user.slice/job"
};

/// The groups of this process for a controller ("cpu", "memory") and their parents, as far as they are mounted: `root`
/// is "/" (another one in tests).
std::vector<ControlGroup> control_groups(const std::filesystem::path& root, const std::string& controller);

/// Bytes of memory that the least limit of these groups leaves; infinite where there is none.
double cgroup_memory(const std::filesystem::path& root);

}  // namespace pskd
