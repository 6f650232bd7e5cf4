// Training in this process, on recordings of four synthetic people: three actions, two trials.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "pskd/config/load.hpp"
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

  TemporaryFolder folder_;
  static inline std::unique_ptr<TemporaryFolder> data_;
};

}  // namespace pskd::testing
