// A sweep that trains in seconds, and the program that trains it, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::testing {

class TinySweep : public ::testing::Test {
 protected:
  TinySweep() {
    setenv("XDG_CACHE_HOME", path("cache").c_str(), 1);
    const Finished made =
        run_program("data synth --like utd --subjects 4 --trials 2 --actions 3 --out " + path("data"));
    EXPECT_EQ(made.code, 0) << made.output;
  }

  /// Writes sweep.yaml: a chain of a skeleton teacher and a student, and the lines `settings` below sweep.paired.
  void write_sweep(const std::string& seeds, const std::string& epochs, const std::string& settings) const {
    std::filesystem::remove(folder_ / "sweep.yaml");
    std::ofstream(folder_ / "sweep.yaml")
        << "include: [" PSKD_SOURCE_DIR "/configs/base/training.yaml]\n"
        << "data: {root: " << path("data") << "}\n"
        << "protocol: {name: cross-subject, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, "
           "test: {subjects: [2, 4]}}\n"
        << "seeds: " << seeds << "\nrun: {name: trial, root: " << path("runs") << "}\n"
        << "training: {batch: 4, epochs: " << epochs << ", optimizer: {warmup: 0}}\n"
        << "stages:\n"
           "  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton]}\n"
           "  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton], "
           "loss: {acs: {}}}\n"
        << "sweep:\n  paired:\n"
        << settings;
  }

  Finished sweep(const std::string& options = "") const {
    return run_program("sweep --config " + path("sweep.yaml") + " " + options);
  }
  Finished table(const std::string& options = "") const {
    return run_program("table " + path("runs/trial") + " " + options);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// Files of this name below the folder of the sweep.
  std::vector<std::filesystem::path> files(const std::string& name) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "runs/trial")) {
      if (entry.path().filename() == name) found.push_back(entry.path());
    }
    return found;
  }

  static std::string contents_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    EXPECT_TRUE(stream) << file;
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  TemporaryFolder folder_;
};

inline const std::string kTwoMethods =
    "    label: {stages.student.teachers: [], stages.student.loss: !replace {ce: 1}}\n"
    "    acs: {}\n";

}  // namespace pskd::testing
