#include "base/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "base/stop_signal.hpp"

namespace pskd {
namespace {

// What is set up shows in a process of its own: these tests run this program itself with the environment
// variable below. It then prints what it finds instead of running tests.
constexpr const char* kAsked = "PSKD_TEST_PREPARE";

const bool kIsTheStartedProgram = [] {
  if (::getenv(kAsked) == nullptr) return false;
  prepare_process();
  const bool changed = set_wait_policy();
  const ProcessSetup setup = process_setup();
  volatile double tiny = std::numeric_limits<double>::min();
  tiny = tiny / 4;
  const char* spins = ::getenv("GOMP_SPINCOUNT");
  std::printf("cores %d allocator %d flushed %d %s changed %d policy %s spins %s \n", setup.cores.count,
              setup.allocator_keeps_memory, setup.denormals_flushed, tiny == 0 ? "to-zero" : "kept", changed,
              setup.wait_policy.c_str(), spins == nullptr ? "none" : spins);
  std::fflush(stdout);
  ::_exit(0);
}();

std::string output_of(const std::string& before) {
  const std::string command = std::string("env -u SLURM_CPUS_PER_TASK -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT ") + kAsked +
                              "=1 " + before + " " + std::filesystem::read_symlink("/proc/self/exe").string();
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  for (int letter; (letter = std::fgetc(pipe)) != EOF;) text += static_cast<char>(letter);
  EXPECT_EQ(::pclose(pipe), 0);
  return text;
}

using ::testing::HasSubstr;

TEST(PrepareProcess, SetsAllocatorAndDenormals) {
  const std::string output = output_of("");
#ifndef __SANITIZE_ADDRESS__  // which replaces the allocator
  EXPECT_THAT(output, HasSubstr("allocator 1 "));
#endif
  EXPECT_THAT(output, HasSubstr("flushed 1 to-zero "));
}

TEST(WaitPolicy, IsPassiveAfterAShortSpin) {
  EXPECT_THAT(output_of(""), HasSubstr("changed 1 policy passive spins 3000 "));
}

TEST(WaitPolicy, WhatTheUserChoseStands) {
  EXPECT_THAT(output_of("OMP_WAIT_POLICY=active"), HasSubstr("changed 0 policy active spins none "));
  EXPECT_THAT(output_of("GOMP_SPINCOUNT=7"), HasSubstr("changed 1 policy passive spins 7 "));
}

TEST(PrepareProcess, CoresAreThoseTheProcessMayUse) {
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  EXPECT_THAT(output_of(""),
              HasSubstr("cores " + std::to_string(std::min(CPU_COUNT(&set), cgroup_cores("/").count)) + " "));
  int core = 0;
  while (!CPU_ISSET(core, &set)) ++core;
  EXPECT_THAT(output_of("taskset -c " + std::to_string(core)), HasSubstr("cores 1 "));
}

TEST(StopSignals, TheFirstOneIsOnlyNoted) {
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) {
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
  for (const int first : {SIGHUP, SIGINT, SIGTERM}) {
    for (const int second : {SIGHUP, SIGINT, SIGTERM}) {
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

TEST(StopSignals, UnderNohupAHangupIsNothing) {
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        catch_stop_signals();
        ::raise(SIGHUP);
        ::_exit(stop_signal());
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace pskd
