#include "base/cores.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <limits>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/control_group.hpp"
#include "pskd/base/error.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxForEachCore = 4;
constexpr std::array<const char*, 4> kBinding = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"};

cpu_set_t noted;
bool is_noted = false;

Cores affinity_cores() {
  cpu_set_t set = noted;
  if (is_noted || sched_getaffinity(0, sizeof(set), &set) == 0) return {CPU_COUNT(&set), "affinity of the process"};
  return {static_cast<int>(std::max(1U, std::thread::hardware_concurrency())), "cores of the machine"};
}

Cores unlimited() { return {std::numeric_limits<int>::max(), "no quota"}; }

void take_least(Cores& least, const Cores& other) {
  if (other.count < least.count) least = other;
}

std::string first_line_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// `quota` microseconds of every `period`; "max" and -1 mean no quota.
Cores quota_cores(const std::string& quota, const std::string& period, const fs::path& group) {
  const double share = std::strtod(quota.c_str(), nullptr) / std::strtod(period.c_str(), nullptr);
  if (!(share > 0) || share > 1e6) return unlimited();
  std::ostringstream text;
  text << "cgroup quota of " << share << " cores in " << group.string();
  return {std::max(1, static_cast<int>(share)), text.str()};
}

Cores group_cores(const fs::path& folder, const fs::path& group) {
  std::istringstream version2(first_line_of(folder / "cpu.max"));
  std::string quota, period;
  if (version2 >> quota >> period) return quota_cores(quota, period, group);
  return quota_cores(first_line_of(folder / "cpu.cfs_quota_us"), first_line_of(folder / "cpu.cfs_period_us"), group);
}

Cores slurm_cores() {
  const char* text = ::getenv("SLURM_CPUS_PER_TASK");
  const std::string_view word = text == nullptr ? "" : text;
  int count = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), count);
  if (problem != std::errc() || end != word.data() + word.size() || count < 1) return unlimited();
  return {count, "SLURM_CPUS_PER_TASK"};
}

void require_for_each_core(const char* what, int count, const Cores& cores, const char* remedy) {
  const int most = kMaxForEachCore * cores.count;
  if (count <= most) return;
  throw Error(ErrorKind::usage, std::string(what) + ": expected at most " + std::to_string(most) + ", four times the " +
                                    std::to_string(cores.count) + " cores (" + cores.source + "), found " +
                                    std::to_string(count) + "; " + remedy);
}

/// Threads that do nothing, and end with it whatever happened while they were started.
struct IdleThreads {
  std::latch end{1};
  std::vector<std::jthread> threads;
  ~IdleThreads() { end.count_down(); }
};

/// LibTorch and OpenMP wait for ever, or end the process, where a thread cannot be made.
void require_startable(int threads) {
  IdleThreads idle;
  try {
    for (int i = 1; i < threads; ++i) idle.threads.emplace_back([&] { idle.end.wait(); });
  } catch (const std::system_error& problem) {
    throw Error(ErrorKind::io, "cannot start " + std::to_string(threads) + " threads, only " +
                                   std::to_string(idle.threads.size() + 1) + ": " + problem.code().message() +
                                   "; use fewer threads, or raise ulimit -u");
  }
}

}  // namespace

__attribute__((no_sanitize("address", "undefined"))) void note_affinity() {
  is_noted = sched_getaffinity(0, sizeof(noted), &noted) == 0;
}

void restore_affinity() {
  if (is_noted) sched_setaffinity(0, sizeof(noted), &noted);
}

Cores cgroup_cores(const fs::path& root) {
  Cores least = unlimited();
  for (const ControlGroup& group : control_groups(root, "cpu"))
    take_least(least, group_cores(group.folder, group.name));
  return least;
}

Cores available_cores() {
  Cores least = affinity_cores();
  take_least(least, cgroup_cores("/"));
  take_least(least, slurm_cores());
  return least;
}

void require_threads(int threads) {
  const Cores cores = available_cores();
  require_for_each_core("threads", threads, cores, "0 takes every core");
  require_startable(threads > 0 ? threads : cores.count);
}

void require_jobs(int jobs) { require_for_each_core("jobs", jobs, available_cores(), "the default is one a core"); }

std::vector<std::string> binding_variables() {
  std::vector<std::string> names;
  for (const char* name : kBinding) {
    if (::getenv(name) != nullptr) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> unbound_environment() {
  std::vector<std::string> kept;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    if (std::find(kBinding.begin(), kBinding.end(), name) == kBinding.end()) kept.push_back(text);
  }
  return kept;
}

}  // namespace pskd
