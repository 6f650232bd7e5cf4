#include "base/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace pskd {
namespace {

namespace fs = std::filesystem;

/// Where the control groups are mounted, and which group that place shows.
struct Mount {
  fs::path place, group;
};

/// Of version 2 for an empty `controller`. Lines of mountinfo: "36 35 98:0 GROUP PLACE rw,... - TYPE SOURCE OPTIONS".
std::vector<Mount> mounts_of(const fs::path& root, const std::string& controller) {
  std::vector<Mount> mounts;
  std::ifstream stream(root / "proc/self/mountinfo");
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string skipped, group, place, word, type, source, options;
    words >> skipped >> skipped >> skipped >> group >> place;
    while (words >> word && word != "-") {
    }
    words >> type >> source >> options;
    const bool is_one = controller.empty() ? type == "cgroup2"
                                           : type == "cgroup" && ("," + options + ",").find("," + controller + ",") !=
                                                                     std::string::npos;
    if (is_one) mounts.push_back({root / fs::path(place).relative_path(), group});
  }
  return mounts;
}

/// `group` and its parents, as far as this mount shows them. A container often sees its own group as the mount's root
/// while the kernel calls it by its full name.
void add_mounted(std::vector<ControlGroup>& groups, const Mount& mount, const fs::path& group) {
  fs::path inside = group.lexically_relative(mount.group);
  if (inside.empty() || inside == "." || *inside.begin() == "..") inside.clear();
  for (;; inside = inside.parent_path()) {
    groups.push_back({mount.place / inside, inside.empty() ? mount.group : mount.group / inside});
    if (inside.empty()) return;
  }
}

// "max" is no number.
double limit_in(const fs::path& file) {
  double bytes = 0;
  std::ifstream stream(file);
  return stream >> bytes && bytes > 0 ? bytes : std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<ControlGroup> control_groups(const fs::path& root, const std::string& controller) {
  std::vector<ControlGroup> groups;
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {  // "4:cpu,cpuacct:/group" or, of version 2, "0::/group"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    if (!names.empty() && ("," + names + ",").find("," + controller + ",") == std::string::npos) continue;
    for (const Mount& mount : mounts_of(root, names.empty() ? "" : controller)) {
      add_mounted(groups, mount, line.substr(second + 1));
    }
  }
  return groups;
}

double cgroup_memory(const fs::path& root) {
  double bytes = std::numeric_limits<double>::infinity();
  for (const ControlGroup& group : control_groups(root, "memory")) {
    bytes = std::min({bytes, limit_in(group.folder / "memory.max"), limit_in(group.folder / "memory.limit_in_bytes")});
  }
  return bytes;
}

}  // namespace pskd
