// Whole epochs of training, as the stage trainer goes through them, without logs and checkpoints.
#pragma once

#include "pskd/train/renderer.hpp"
#include "train/speed.hpp"

class Epochs {
 public:
  /// `stage` sees the sensor and has no teachers. `renderer` and `clips` must outlive this.
  Epochs(const pskd::config::StageConfig& stage, const pskd::train::Renderer& renderer,
         const std::vector<pskd::data::Clip>& clips);
  /// The next epoch: a fresh view of every clip, then a step on each batch.
  void train();

 private:
  const pskd::train::Renderer& renderer_;
  const std::vector<pskd::data::Clip>& clips_;
  pskd::train::StepBench bench_;
  torch::Tensor labels_;
  int steps_;
  int epoch_ = 0;
};
