#include "base/cores.hpp"

#include <gmock/gmock.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "base/child_process.hpp"
#include "base/control_group.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A child process is this very program again; with the variable below it says what it was given instead of running
// tests.
constexpr const char* kAsked = "PSKD_TEST_CHILD";

const bool kIsTheChild = [] {
  const char* file = ::getenv(kAsked);
  if (file == nullptr) return false;
  const char* more = ::getenv("PSKD_TEST_MORE");
  std::ofstream(file) << available_cores().count << ' ' << binding_variables().size() << ' '
                      << (more == nullptr ? "none" : more);
  ::_exit(0);
}();

/// A tree of /proc and /sys such as the kernel shows.
class ControlGroups : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void version2(const std::string& group, const std::string& mounted = "/") const {
    write("proc/self/cgroup", "0::" + group + "\n");
    write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n31 22 0:28 " + mounted +
                                     " /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n");
  }
  void version1(const std::string& group, const std::string& mounted = "/") const {
    write("proc/self/cgroup", "5:cpuset:/other\n4:cpu,cpuacct:" + group + "\n0::/\n");
    write("proc/self/mountinfo", "32 31 0:29 " + mounted +
                                     " /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" +
                                     "33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
  }
  Cores cores() const { return cgroup_cores(root_.path()); }
  double memory() const { return cgroup_memory(root_.path()); }

  testing::TemporaryFolder root_;
};

constexpr int kMany = 1'000'000;  // more than any machine

TEST_F(ControlGroups, WithoutAQuotaNothingIsLimited) {
  EXPECT_GT(cores().count, kMany) << "no /proc at all";
  version2("/user");
  write("sys/fs/cgroup/user/cpu.max", "max 100000\n");
  EXPECT_GT(cores().count, kMany);
  version1("/job");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_GT(cores().count, kMany);
}

TEST_F(ControlGroups, AQuotaOfVersion2IsRoundedDownToWholeCores) {
  version2("/user/job");
  const std::vector<std::pair<std::string, int>> cases = {
      {"300000 100000", 3}, {"250000 100000", 2}, {"20000 100000", 1}};
  for (const auto& [quota, count] : cases) {
    write("sys/fs/cgroup/user/job/cpu.max", quota);
    EXPECT_EQ(cores().count, count) << quota;
  }
  EXPECT_THAT(cores().source, AllOf(HasSubstr("quota of 0.2 cores"), HasSubstr("/user/job")));
}

TEST_F(ControlGroups, AQuotaOfVersion1Counts) {
  version1("/slurm/job");
  write("sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_quota_us", "400000\n");
  write("sys/fs/cgroup/cpu,cpuacct/slurm/job/cpu.cfs_period_us", "200000\n");
  EXPECT_EQ(cores().count, 2);
}

TEST_F(ControlGroups, AQuotaOfAParentCounts) {
  version2("/pod/container/job");
  write("sys/fs/cgroup/pod/container/job/cpu.max", "800000 100000\n");
  write("sys/fs/cgroup/pod/cpu.max", "500000 100000\n");
  EXPECT_EQ(cores().count, 5);
  EXPECT_THAT(cores().source, HasSubstr("in /pod"));
  write("sys/fs/cgroup/cpu.max", "400000 100000\n");
  EXPECT_EQ(cores().count, 4) << "a container sees its own group as the root";
}

TEST_F(ControlGroups, TheGroupOfAContainerIsTheMountItself) {
  version1("/docker/0123", "/docker/0123");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cores().count, 3);
  version2("/", "/docker/0123");
  write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(cores().count, 2);
}

TEST_F(ControlGroups, GarbageIsNoQuota) {
  version2("/job");
  for (const char* text : {"", "\n", "lots", "100000", "100000 0", "-5 100000", "nan nan"}) {
    write("sys/fs/cgroup/job/cpu.max", text);
    EXPECT_GT(cores().count, kMany) << text;
  }
}

TEST_F(ControlGroups, TheMemoryOfTheOwnGroupAndOfItsParentsIsLimited) {
  EXPECT_EQ(memory(), std::numeric_limits<double>::infinity()) << "no /proc at all";
  version2("/slurm/job_7/step_0");
  write("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
  EXPECT_EQ(memory(), std::numeric_limits<double>::infinity());
  write("sys/fs/cgroup/slurm/job_7/memory.max", "8000000000\n");
  EXPECT_EQ(memory(), 8e9);
  write("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "2000000000\n");
  EXPECT_EQ(memory(), 2e9);
}

TEST_F(ControlGroups, MemoryIsLimitedInVersion1Too) {
  write("proc/self/cgroup", "7:memory:/slurm/job_7\n4:cpu,cpuacct:/\n");
  write("proc/self/mountinfo", "32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", "4000000000\n");
  EXPECT_EQ(memory(), 4e9);
}

TEST(Cores, SlurmsCountLimits) {
  ::setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(available_cores().count, 1);
  for (const char* nothing : {"", "0", "-1", "two", "1x"}) {
    ::setenv("SLURM_CPUS_PER_TASK", nothing, 1);
    EXPECT_NE(available_cores().source, "SLURM_CPUS_PER_TASK") << nothing;
  }
  ::unsetenv("SLURM_CPUS_PER_TASK");
}

TEST(Threads, AreAtMostFourForEachCore) {
  const int most = 4 * available_cores().count;
  require_threads(0);
  require_threads(most);
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { require_threads(most + 1); }),
              AllOf(HasSubstr("at most " + std::to_string(most)), HasSubstr(available_cores().source)));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { require_threads(2147483647); }), HasSubstr("2147483647"));
}

TEST(Jobs, AreAtMostFourForEachCore) {
  const int most = 4 * available_cores().count;
  require_jobs(most);
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { require_jobs(most + 1); }),
              AllOf(HasSubstr("jobs: expected at most " + std::to_string(most)), HasSubstr("one a core")));
}

TEST(Binding, IsNamedAndLeftOut) {
  ::setenv("OMP_PROC_BIND", "true", 1);
  ::setenv("GOMP_CPU_AFFINITY", "0", 1);
  EXPECT_THAT(binding_variables(), ElementsAre("OMP_PROC_BIND", "GOMP_CPU_AFFINITY"));
  EXPECT_THAT(unbound_environment(),
              AllOf(Not(Contains(StartsWith("OMP_PROC_BIND="))), Not(Contains(StartsWith("GOMP_CPU_AFFINITY="))),
                    Contains(StartsWith("PATH="))));
  ::unsetenv("OMP_PROC_BIND");
  ::unsetenv("GOMP_CPU_AFFINITY");
  EXPECT_THAT(binding_variables(), ::testing::IsEmpty());
}

TEST(Binding, OfThisProcessIsNotThatOfItsChildren) {
  const testing::TemporaryFolder folder;
  note_affinity();  // what OpenMP does after it:
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  ::setenv("OMP_PROC_BIND", "close", 1);
  ::setenv("OMP_PLACES", "cores", 1);
  ::setenv(kAsked, (folder / "said").c_str(), 1);
  ChildProcess child({});
  while (!child.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", kAsked}) ::unsetenv(name);
  restore_affinity();
  int cores = 0, variables = -1;
  std::ifstream(folder / "said") >> cores >> variables;
  EXPECT_EQ(cores, available_cores().count);
  EXPECT_EQ(variables, 0);
}

TEST(ChildProcess, HasItsOwnValueOfAVariable) {
  const testing::TemporaryFolder folder;
  ::setenv("PSKD_TEST_MORE", "0,1", 1);
  ChildProcess child({}, {std::string(kAsked) + "=" + (folder / "said").string(), "PSKD_TEST_MORE=1"});
  while (!child.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::unsetenv("PSKD_TEST_MORE");
  int cores = 0, variables = 0;
  std::string more;
  std::ifstream(folder / "said") >> cores >> variables >> more;
  EXPECT_EQ(more, "1");
}

}  // namespace
}  // namespace pskd
