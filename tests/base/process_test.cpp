#include "pskd/base/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

namespace pskd {
namespace {

// prepare_process starts the program again, so these tests run this program itself with the environment variable below.
// It then prints what it finds instead of running tests.
constexpr const char* kAsked = "PSKD_TEST_PREPARE_THREADS";

const bool kIsTheStartedProgram = [] {
  const char* threads = ::getenv(kAsked);
  if (threads == nullptr) return false;
  std::string name = "test_base";
  std::string argument = "with argument";
  char* argv[] = {name.data(), argument.data(), nullptr};
  prepare_process(2, argv, std::atoi(threads));
  const ProcessSetup setup = process_setup();
  volatile double tiny = std::numeric_limits<double>::min();
  tiny = tiny / 4;
  const char* spins = ::getenv("GOMP_SPINCOUNT");
  std::string arguments;
  FILE* line = std::fopen("/proc/self/cmdline", "r");
  for (int letter; (letter = std::fgetc(line)) != EOF;) arguments += letter == 0 ? '|' : static_cast<char>(letter);
  std::printf("cores %d threads %d allocator %d flushed %d %s policy %s spins %s openblas %s arguments %s\n",
              setup.cores, setup.threads, setup.allocator_keeps_memory, setup.denormals_flushed,
              tiny == 0 ? "to-zero" : "kept", setup.wait_policy.c_str(), spins == nullptr ? "none" : spins,
              ::getenv("OPENBLAS_NUM_THREADS"), arguments.c_str());
  std::fflush(stdout);
  ::_exit(0);
}();

std::string output_of(const std::string& environment) {
  const std::string command = environment + " " + std::filesystem::read_symlink("/proc/self/exe").string();
  std::FILE* pipe = ::popen(
      ("env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT -u OMP_NUM_THREADS -u PSKD_STARTED_AGAIN " + command).c_str(), "r");
  std::string text;
  for (int letter; (letter = std::fgetc(pipe)) != EOF;) text += static_cast<char>(letter);
  EXPECT_EQ(::pclose(pipe), 0);
  return text;
}

using ::testing::HasSubstr;

TEST(PrepareProcess, SetsAllocatorDenormalsThreadsAndWaiting) {
  const std::string output = output_of("PSKD_TEST_PREPARE_THREADS=3");
  EXPECT_THAT(output, HasSubstr("threads 3 "));
  EXPECT_THAT(output, HasSubstr("openblas 3 "));
  EXPECT_THAT(output, HasSubstr("policy passive spins 1000 "));
#ifndef __SANITIZE_ADDRESS__  // which replaces the allocator
  EXPECT_THAT(output, HasSubstr("allocator 1 "));
#endif
  EXPECT_THAT(output, HasSubstr("flushed 1 to-zero "));
}

TEST(PrepareProcess, StartsTheProgramAgainOnceWithItsArguments) {
  // The program as the shell starts it has one argument; started again it has the two given to prepare_process.
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=3"), HasSubstr("arguments test_base|with argument|"));
  // Nothing to change: it is not started again, and keeps the one argument it had.
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=3 OMP_NUM_THREADS=3 OPENBLAS_NUM_THREADS=3 OMP_WAIT_POLICY=passive"),
              ::testing::Not(HasSubstr("with argument")));
}

TEST(PrepareProcess, AProcessStartedByAPreparedOnePreparesItself) {
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=3 PSKD_STARTED_AGAIN=1"), HasSubstr("with argument"));
}

TEST(PrepareProcess, ZeroThreadsMeansEveryCoreTheProcessMayUse) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  const std::string cores = std::to_string(CPU_COUNT(&set));
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=0"), HasSubstr("cores " + cores + " threads " + cores + " "));
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=0 taskset -c " + std::to_string([&] {
                          int core = 0;
                          while (!CPU_ISSET(core, &set)) ++core;
                          return core;
                        }())),
              HasSubstr("cores 1 threads 1 "));
}

TEST(PrepareProcess, TheUsersWaitPolicyStands) {
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=2 OMP_WAIT_POLICY=active"), HasSubstr("policy active spins none "));
  EXPECT_THAT(output_of("PSKD_TEST_PREPARE_THREADS=2 GOMP_SPINCOUNT=7"), HasSubstr("policy passive spins 7 "));
}

TEST(StopSignals, TheFirstOneIsOnlyNoted) {
  for (const int number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          catch_stop_signals();
          if (stop_signal() != 0) ::_exit(99);
          ::raise(number);
          ::_exit(stop_signal());
        },
        ::testing::ExitedWithCode(number), "");
  }
}

TEST(StopSignals, TheSecondOneEndsTheProcess) {
  for (const int first : {SIGINT, SIGTERM}) {
    for (const int second : {SIGINT, SIGTERM}) {
      EXPECT_EXIT(
          {
            catch_stop_signals();
            ::raise(first);
            ::raise(second);
            ::_exit(0);
          },
          ::testing::KilledBySignal(second), "");
    }
  }
}

}  // namespace
}  // namespace pskd
