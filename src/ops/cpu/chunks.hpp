// Work on channels-last frames, split into chunks that fit a cache and shared among threads.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <torch/torch.h>

#include <algorithm>

namespace pskd::ops::cpu {

inline std::int64_t ceil_div(std::int64_t number, std::int64_t divisor) { return (number + divisor - 1) / divisor; }

/// Gradients of parameters are summed over at most so many groups of frames, and the groups are added in order: the
/// result does not depend on the number of threads. More threads than groups are of no use to a backward pass, and each
/// group takes memory of the size of the weights.
constexpr std::int64_t kMaxGroups = 8;

/// [N, C, T, V] -> [N, T, V, C], a copy unless x is in channels-last memory.
inline torch::Tensor frames_of(const torch::Tensor& x) { return x.permute({0, 2, 3, 1}).contiguous(); }

/// [N, T, V, C] -> [N, C, T, V] in channels-last memory.
inline torch::Tensor unfold(const torch::Tensor& frames) { return frames.permute({0, 3, 1, 2}); }

/// While it lives, LibTorch records nothing that this thread does, neither for gradients nor for observers.
struct WithoutRecording {
  c10::InferenceMode inference;
  at::DisableRecordFunctionGuard unrecorded;
};

/// The size of chunks of `all` that are as few as chunks of at most `max` can be, and of equal size. At least 1.
inline std::int64_t even_chunk(std::int64_t all, std::int64_t max) {
  constexpr std::int64_t kOne = 1;
  const std::int64_t chunks = std::max(kOne, ceil_div(all, std::max(kOne, max)));
  return std::max(kOne, ceil_div(all, chunks));
}

/// The clips or frames from `first` on that are worked on at once; they belong to one group.
struct Chunk {
  std::int64_t group, first, count;
};

/// Shares groups of `all` clips or frames among threads; the chunks of a group follow one another on a thread. Calls
/// run(own, chunk) with what `start` returned on that thread: its workspace.
template <class Start, class Run>
void for_chunks(std::int64_t all, std::int64_t group_size, std::int64_t chunk_size, const Start& start,
                const Run& run) {
  at::parallel_for(0, ceil_div(all, group_size), 1, [&](std::int64_t begin, std::int64_t end) {
    const WithoutRecording without_recording;
    auto own = start();
    for (std::int64_t group = begin; group < end; ++group) {
      const std::int64_t last = std::min((group + 1) * group_size, all);
      for (std::int64_t first = group * group_size; first < last; first += chunk_size) {
        run(own, Chunk{group, first, std::min(chunk_size, last - first)});
      }
    }
  });
}

}  // namespace pskd::ops::cpu
