// A run that is killed and resumed ends with the very bits of one that was left alone.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "support/events.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::train {
namespace {

namespace fs = std::filesystem;
using testing::run_program;

/// The stage whose loss trains layers beside the network.
const std::string kWithAdapters = "student";

class Resume : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    ASSERT_EQ(run_program("data synth --like utd --actions 6 --out " + (folder_ / "data").string()).code, 0);
  }

  std::vector<std::string> arguments(const std::string& runs) const {
    return {
        PSKD_PROGRAM,
        "train",
        "--quiet",
        "--tensorboard",
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
        "stages." + kWithAdapters + ".loss={acs: {}, fitnet: {}, crd: {}}",  // layers are trained beside the network
        "--set",
        "stages.skeleton.epochs=8",
        "--set",
        "stages.fused.epochs=8",
        "--set",
        "stages.student.epochs=12",
        "--set",
        "stages.baseline.epochs=12",
        "--set",
        "stages.self_training.epochs=8",
        "--set",
        "stages.adapted.epochs=8"};
  }

  pid_t start(const std::string& runs, bool resume) const {
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
    return child;
  }

  static int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  int run_to_the_end(const std::string& runs, bool resume) const { return status_of(start(runs, resume)); }

  int kill_after(const std::string& runs, int milliseconds) const {
    const pid_t child = start(runs, true);
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, SIGKILL);
    return status_of(child);
  }

  /// Sends `signal` once `stage` has written a checkpoint, so that training surely goes on.
  int stop_in(const std::string& runs, const std::string& stage, int signal) const {
    const pid_t child = start(runs, true);
    const auto checkpoint = [&] { return seed_directory(runs) / "stages" / stage / "last.ckpt"; };
    for (int tries = 0; tries < 6000 && !fs::exists(checkpoint()); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    kill(child, signal);
    return status_of(child);
  }

  fs::path seed_directory(const std::string& runs) const {
    std::error_code absent;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / runs, absent)) {
      if (entry.path().filename() == "seed-1") return entry.path();
    }
    return {};
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

  static void expect_same_tensors(const fs::path& left, const fs::path& right, const std::string& part) {
    const std::map<std::string, std::string> a = part_of(left, part), b = part_of(right, part);
    ASSERT_FALSE(a.empty());
    for (const auto& [name, bytes] : a) EXPECT_EQ(bytes == b.at(name), true) << left << ' ' << name;
    EXPECT_EQ(a.size(), b.size());
  }

  /// The bytes of each tensor.
  static std::map<std::string, std::string> part_of(const fs::path& checkpoint, const std::string& part) {
    const std::string file = read_sealed_file(checkpoint, {"checkpoint", 2}, ErrorKind::checkpoint);
    std::map<std::string, std::string> found;
    for (auto& [name, tensor] :
         read_tensors(std::string_view(file).substr(kSealBytes), checkpoint.string(), ErrorKind::checkpoint).tensors) {
      if (name.starts_with(part + "/")) found[name] = tensor.bytes;
    }
    return found;
  }

  void expect_same(const std::string& left, const std::string& right) const {
    for (const char* stage : {"skeleton", "fused", "student", "baseline", "self_training", "adapted"}) {
      const fs::path a = seed_directory(left) / "stages" / stage, b = seed_directory(right) / "stages" / stage;
      EXPECT_EQ(read_file(a / "predictions.csv"), read_file(b / "predictions.csv")) << stage;
      EXPECT_EQ(metrics_of(a / "metrics.jsonl"), metrics_of(b / "metrics.jsonl")) << stage;
      expect_same_tensors(a / "last.ckpt", b / "last.ckpt", "network");
      expect_same_tensors(a / "last.ckpt", b / "last.ckpt", "optimizer");
      if (stage == kWithAdapters) expect_same_tensors(a / "last.ckpt", b / "last.ckpt", "adapters");
      testing::expect_events_of_metrics(b);
    }
  }

  testing::TemporaryFolder folder_;
};

TEST_P(Resume, AfterFiveKillsEqualsTheUndisturbedRunToTheLastBit) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(run_to_the_end("whole", false), 0);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  const auto longest = std::max<int>(400, static_cast<int>(whole.count() / 3));
  std::mt19937 random(std::random_device{}());
  int killed = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const int after = std::uniform_int_distribution<int>(200, longest)(random);
    SCOPED_TRACE("killed after " + std::to_string(after) + " ms");
    killed += WIFSIGNALED(kill_after("killed", after)) ? 1 : 0;
  }
  EXPECT_GT(killed, 0) << "at least one kill must hit the run";
  ASSERT_EQ(run_to_the_end("killed", true), 0);
  expect_same("whole", "killed");
}

TEST_P(Resume, AStopSignalSavesInTheMiddleOfAnEpochAndTheRunGoesOnFromThere) {
  ASSERT_EQ(run_to_the_end("whole", false), 0);
  const int terminated = stop_in("stopped", "skeleton", SIGTERM);
  ASSERT_TRUE(WIFEXITED(terminated));
  EXPECT_EQ(WEXITSTATUS(terminated), 143);
  const int in_adapters = stop_in("stopped", kWithAdapters, SIGTERM);
  ASSERT_TRUE(WIFEXITED(in_adapters));
  EXPECT_EQ(WEXITSTATUS(in_adapters), 143);
  const int interrupted = stop_in("stopped", "self_training", SIGINT);
  ASSERT_TRUE(WIFEXITED(interrupted));
  EXPECT_EQ(WEXITSTATUS(interrupted), 130);
  ASSERT_EQ(run_to_the_end("stopped", true), 0);
  expect_same("whole", "stopped");
}

INSTANTIATE_TEST_SUITE_P(Threads, Resume, ::testing::Values(1, 2));

}  // namespace
}  // namespace pskd::train
