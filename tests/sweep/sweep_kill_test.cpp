// A sweep that is killed and started again ends with the table of one that was left alone.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

using testing::Finished;
using testing::TinySweep;

const std::string kFourMethods = testing::kTwoMethods +
                                 "    soft: {stages.student.loss.acs.selection: soft}\n"
                                 "    kd: {stages.student.loss: !replace {ce: 1, kd: {}}}\n";

class KilledSweep : public TinySweep {
 protected:
  pid_t start() const {
    const pid_t child = fork();
    if (child != 0) return child;
    if (freopen("/dev/null", "w", stdout) == nullptr || freopen("/dev/null", "w", stderr) == nullptr) _exit(126);
    execl(PSKD_PROGRAM, PSKD_PROGRAM, "sweep", "--jobs", "2", "--config", path("sweep.yaml").c_str(), nullptr);
    _exit(127);
  }

  /// Whether the signal met it still at work.
  bool kill_after(std::chrono::milliseconds time) const {
    const pid_t child = start();
    std::this_thread::sleep_for(time);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }

  bool has_checkpoint() const { return std::filesystem::exists(folder_ / "runs/trial") && !files("last.ckpt").empty(); }

  std::string whole_table() {
    std::string text;
    for (const char* format : {"text", "csv"}) {
      const Finished shown = table(std::string("--reference label --format ") + format);
      EXPECT_EQ(shown.code, 0) << shown.output;
      text += shown.output;
    }
    return text;
  }
};

TEST_F(KilledSweep, EndsWithTheSameTableToTheLastByte) {
  write_sweep("[1, 2]", "40", kFourMethods);
  const auto begin = std::chrono::steady_clock::now();
  const Finished whole = sweep("--jobs 2");
  ASSERT_EQ(whole.code, 0) << whole.output;
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  const std::string undisturbed = whole_table();
  std::filesystem::remove_all(folder_ / "runs");

  std::mt19937 random(std::random_device{}());
  int met = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::chrono::milliseconds after(
        std::uniform_int_distribution<int>(300, std::max<int>(600, static_cast<int>(time.count() / 3)))(random));
    SCOPED_TRACE("killed after " + std::to_string(after.count()) + " ms");
    met += kill_after(after) ? 1 : 0;
  }
  EXPECT_GT(met, 0) << "at least one kill must hit the sweep";
  const Finished rest = sweep("--jobs 2");
  ASSERT_EQ(rest.code, 0) << rest.output;
  EXPECT_EQ(files("result.json").size(), 8U);
  EXPECT_EQ(whole_table(), undisturbed);
}

TEST_F(KilledSweep, AStopSignalReachesTheRunsAndTheyGoOnLater) {
  write_sweep("[1]", "400", testing::kTwoMethods);
  const pid_t child = start();
  for (int tries = 0; tries < 6000 && !has_checkpoint(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(child, SIGTERM);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 143);
  EXPECT_TRUE(files("result.json").empty());
  const Finished told = sweep("--status");
  EXPECT_THAT(told.output, ::testing::HasSubstr("2 waiting")) << "neither failed nor still running";
}

}  // namespace
}  // namespace pskd::sweep
