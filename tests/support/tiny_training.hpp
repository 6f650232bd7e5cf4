// Training in this process, on recordings of four synthetic people: three actions, two trials.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/run_layout.hpp"
#include "pskd/config/load.hpp"
#include "pskd/eval/run_record.hpp"
#include "pskd/train/run.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/utd_mhad.hpp"

namespace pskd::testing {

class TinyTraining : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = std::make_unique<TemporaryFolder>();
    setenv("XDG_CACHE_HOME", (*data_ / "cache").c_str(), 1);
    synthetic::write_utd_mhad(*data_ / "data", {.subjects = 4, .trials = 2, .actions = 3});
  }
  static void TearDownTestSuite() { data_.reset(); }

  /// `rest` is what the config says besides data, seeds and the folder of the runs.
  explicit TinyTraining(const std::string& rest) {
    std::ofstream(folder_ / "tiny.yaml") << "data: {root: " << (*data_ / "data").string() << "}\n"
                                         << "run: {name: one, threads: 1, root: " << (folder_ / "runs").string()
                                         << "}\nseeds: [1]\n"
                                         << "training: {batch: 4, epochs: 2, optimizer: {warmup: 0}}\n"
                                         << rest;
  }

  config::Experiment experiment(const std::vector<std::string>& settings = {}) const {
    return config::load_experiment(folder_ / "tiny.yaml", settings);
  }
  train::TrainingSetup setup(const std::vector<std::string>& settings = {}) const {
    return train::prepare_training(experiment(settings));
  }

  /// Trains the run of seed 1, and returns what it says of its stages.
  static std::vector<eval::StageResult> results(const train::TrainingSetup& setup) {
    train::train_run(setup, 1, train::Existing::refuse);
    return eval::read_run_record(RunLayout{train::run_folder(setup, 1)}.result()).stages;
  }
  /// What a finished run says of a stage.
  static eval::StageResult result(const RunLayout& run, const std::string& stage) {
    for (const eval::StageResult& one : eval::read_run_record(run.result()).stages) {
      if (one.name == stage) return one;
    }
    ADD_FAILURE() << run.folder << " has no stage " << stage;
    return {};
  }

  TemporaryFolder folder_;
  static inline std::unique_ptr<TemporaryFolder> data_;
};

}  // namespace pskd::testing
