// The smallest experiment: one narrow sensor stage, two people, two actions. And a trained run of it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::testing {

/// The program, ready to be followed by a verb.
inline const std::string kProgram = "'" PSKD_PROGRAM "' ";

/// Recordings in `folder`/data and tiny.yaml, which trains on them into `folder`/runs. The clip store goes to
/// `folder`/cache.
inline void make_tiny_experiment(const std::filesystem::path& folder) {
  const auto path = [&](const char* name) { return (folder / name).string(); };
  ::setenv("XDG_CACHE_HOME", path("cache").c_str(), 1);
  std::ofstream(folder / "tiny.yaml") << "data: {name: utd-mhad, root: " << path("data") << "}\n"
                                      << "run: {name: tiny, threads: 1, root: " << path("runs") << "}\n"
                                      << R"(seeds: [1]
protocol: {name: cross-subject, classes: [swipe_left, swipe_right], train: {subjects: [1]}, test: {subjects: [2]}}
training: {batch: 2, epochs: 1, optimizer: {warmup: 0}}
stages:
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], loss: {ce: 1}}
)";
  const Finished made = run_command(kProgram + "data synth --subjects 2 --trials 2 --actions 2 --out " + path("data"));
  ASSERT_EQ(made.code, 0) << made.output;
}

/// The folder of the run of seed 1 below `runs`; empty where there is none.
inline std::filesystem::path tiny_run_folder(const std::filesystem::path& runs) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(runs)) {
    if (entry.path().filename() == "seed-1") return entry.path();
  }
  return {};
}

/// A trained run of it, made once for all cases of a suite.
class TinyRun : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    ASSERT_NO_FATAL_FAILURE(make_tiny_experiment(folder_->path()));
    const Finished trained = run_command(kProgram + "train --quiet --config " + path("tiny.yaml"));
    ASSERT_EQ(trained.code, 0) << trained.output;
    run_ = tiny_run_folder(path("runs"));
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string path(const std::string& name) { return (*folder_ / name).string(); }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::filesystem::path run_;
};

}  // namespace pskd::testing
