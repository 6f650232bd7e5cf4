// What operations have in common that split their work on channels-last frames among threads by themselves.
#pragma once

#include <ATen/record_function.h>
#include <torch/torch.h>

namespace pskd {

/// What each of `parts` gets of `all`, rounded up.
inline std::int64_t share(std::int64_t all, std::int64_t parts) { return (all + parts - 1) / parts; }

/// Gradients of parameters are summed in so many groups of frames at most, added in order: threads do not change a bit.
/// So many threads can share a backward pass; each group takes memory of the size of the weights.
constexpr std::int64_t kMostGroups = 8;

/// [N, C, T, V] -> [N, T, V, C], a copy unless x is in channels-last memory.
inline torch::Tensor frames_of(const torch::Tensor& x) { return x.permute({0, 2, 3, 1}).contiguous(); }

/// [N, T, V, C] -> [N, C, T, V] in channels-last memory.
inline torch::Tensor unfold(const torch::Tensor& frames) { return frames.permute({0, 3, 1, 2}); }

/// While it lives, what this thread does is neither recorded for gradients nor counted operation by operation.
struct WithoutRecording {
  c10::InferenceMode inference;
  at::DisableRecordFunctionGuard unrecorded;
};

}  // namespace pskd
