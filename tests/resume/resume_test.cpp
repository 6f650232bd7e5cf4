// A run that is killed and resumed ends with the very bits of one that was left alone.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using testing::run_program;

class Resume : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    ASSERT_EQ(run_program("data synth --like utd --actions 6 --out " + (folder_ / "data").string()).code, 0);
  }

  std::vector<std::string> arguments(const std::string& runs) const {
    return {PSKD_PROGRAM,
            "train",
            "--quiet",
            "--threads",
            std::to_string(GetParam()),
            "--config",
            PSKD_SOURCE_DIR "/configs/demo.yaml",
            "--set",
            "data.root=" + (folder_ / "data").string(),
            "--set",
            "run.root=" + (folder_ / runs).string(),
            "--set",
            "protocol.classes=[swipe_left, swipe_right, wave, clap, throw, arm_cross]",
            "--set",
            "protocol.train.subjects=[1, 3, 5]",
            "--set",
            "protocol.val.subjects=[7]",
            "--set",
            "stages.skeleton.epochs=8",
            "--set",
            "stages.fused.epochs=8",
            "--set",
            "stages.sensor.epochs=12",
            "--set",
            "stages.student.epochs=12",
            "--set",
            "stages.baseline.epochs=12"};
  }

  /// Starts the run and sends it `signal` after `milliseconds`; the exit status of waitpid.
  int run_for(const std::string& runs, bool resume, int milliseconds, int signal) const {
    std::vector<std::string> words = arguments(runs);
    if (resume) words.emplace_back("--resume");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      if (freopen("/dev/null", "w", stdout) == nullptr || freopen("/dev/null", "w", stderr) == nullptr) _exit(126);
      execv(argv[0], argv.data());
      _exit(127);
    }
    int status = 0;
    if (milliseconds > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      kill(child, signal);
    }
    waitpid(child, &status, 0);
    return status;
  }

  fs::path seed_directory(const std::string& runs) const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / runs)) {
      if (entry.path().filename() == "seed-1") return entry.path();
    }
    return {};
  }

  static std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// The epochs' metrics without the time they took.
  static std::vector<std::string> metrics_of(const fs::path& file) {
    std::vector<std::string> lines;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      auto json = nlohmann::json::parse(line);
      json.erase("seconds");
      lines.push_back(json.dump());
    }
    return lines;
  }

  /// Predictions are printed to the last bit, so that equal files mean equal parameters on every test clip.
  void expect_same(const std::string& left, const std::string& right) const {
    const fs::path a = seed_directory(left), b = seed_directory(right);
    for (const char* stage : {"skeleton", "fused", "sensor", "student", "baseline"}) {
      const fs::path folder = fs::path("stages") / stage;
      const std::string predictions = text_of(a / folder / "predictions.csv");
      EXPECT_FALSE(predictions.empty()) << stage;
      EXPECT_EQ(predictions, text_of(b / folder / "predictions.csv")) << stage;
      EXPECT_EQ(metrics_of(a / folder / "metrics.jsonl"), metrics_of(b / folder / "metrics.jsonl")) << stage;
      EXPECT_EQ(parameters_of(a / folder / "last.ckpt"), parameters_of(b / folder / "last.ckpt")) << stage;
    }
  }

  /// The tensors' bytes in a checkpoint: the entries of the archive whose content is compared by the program's own
  /// printout.
  static std::string parameters_of(const fs::path& file) {
    const auto shown = run_program("eval " + file.parent_path().parent_path().parent_path().string() + " --stage " +
                                   file.parent_path().filename().string() + " --on train --json");
    EXPECT_EQ(shown.code, 0) << shown.output;
    return shown.output;
  }

  testing::TemporaryFolder folder_;
};

TEST_P(Resume, AfterFiveKillsEqualsTheUndisturbedRunToTheLastBit) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(run_for("whole", false, 0, 0), 0);
  const auto whole =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  std::mt19937 random(std::random_device{}());
  int killed = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const int after = std::uniform_int_distribution<int>(200, std::max<int>(400, static_cast<int>(whole / 3)))(random);
    const int status = run_for("killed", true, after, SIGKILL);
    killed += WIFSIGNALED(status) ? 1 : 0;
  }
  EXPECT_GT(killed, 0) << "at least one kill must hit the run";
  ASSERT_EQ(run_for("killed", true, 0, 0), 0);
  expect_same("whole", "killed");
}

TEST_P(Resume, AfterSigtermSavesInTheMiddleOfAnEpochAndExits143) {
  ASSERT_EQ(run_for("whole", false, 0, 0), 0);
  const int status = run_for("stopped", true, 1500, SIGTERM);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_TRUE(WEXITSTATUS(status) == 143 || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
  EXPECT_EQ(run_for("interrupted", true, 1100, SIGINT) >> 8 & 0xff, 130);
  ASSERT_EQ(run_for("stopped", true, 0, 0), 0);
  ASSERT_EQ(run_for("interrupted", true, 0, 0), 0);
  expect_same("whole", "stopped");
  expect_same("whole", "interrupted");
}

INSTANTIATE_TEST_SUITE_P(Threads, Resume, ::testing::Values(1, 2));

}  // namespace
}  // namespace pskd
