// What a frozen network says about clips: all that a student can learn from.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "pskd/model/network.hpp"

namespace pskd::distill {

/// Symbols: N clips, D embedding size, K classes, T' frames of the teacher's features.
struct TeacherOutput {
  torch::Tensor embedding;       ///< [N, D]
  torch::Tensor logits;          ///< [N, K]
  double weight = 1;             ///< of the teacher among those that teach at once, > 0
  torch::Tensor attention = {};  ///< [N, T'], temporal_attention of its features; undefined where it has none
  std::string stage = {};        ///< the teacher's name: which adapters are its own
};

/// The sizes N, K and D of an output.
struct OutputShape {
  std::int64_t clips = 0, classes = 0, embedding = 0;
};

/// Runs `network` on all clips of `input` in batches, in evaluation mode and without gradients.
TeacherOutput compute_output(model::Network& network, const model::Input& input);

/// The clips `clips` ([n], int64) of an output for all of them.
TeacherOutput select_clips(const TeacherOutput& output, const torch::Tensor& clips);

/// An output in the memory of `device`; the output itself where it is there already.
TeacherOutput on_device(const TeacherOutput& output, torch::Device device);

}  // namespace pskd::distill
