// What operations have in common that split their work on channels-last frames among threads by themselves.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <torch/torch.h>

#include <algorithm>

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

/// Of `all` so many at once that there are no more than `most` (but one), and as many in each chunk as can be.
inline std::int64_t even_chunk(std::int64_t all, std::int64_t most) {
  constexpr std::int64_t kOne = 1;
  const std::int64_t chunks = std::max(kOne, share(all, std::max(kOne, most)));
  return std::max(kOne, share(all, chunks));
}

/// Clips or frames from `first` on that are worked on at once, of a group.
struct Chunk {
  std::int64_t group, first, count;
};

/// Shares `all` clips or frames among threads in groups, each of them in chunks one after the other. Calls
/// run(own, chunk) with what `start` gave on that thread.
template <class Start, class Run>
void for_chunks(std::int64_t all, std::int64_t group_size, std::int64_t chunk_size, const Start& start,
                const Run& run) {
  at::parallel_for(0, share(all, group_size), 1, [&](std::int64_t begin, std::int64_t end) {
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

}  // namespace pskd
