// Joint mixing: the small matrix product of a graph convolution, adjacency times frame, and its gradient. A frame is
// [joints, channels]; what it is mixed to is [rows, channels], with a row for each joint of each subset. A GEMM library
// spends longer on packing matrices of 20 joints than on multiplying them; these loops read frames where they lie.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/cpu/bfloat16.hpp"

namespace pskd::ops::cpu {

struct FrameShape {
  std::int64_t rows, joints, channels;
};

// A tile is what is summed at once: sums enough to hide the latency of an addition, and few enough for the registers,
// of which there are 32 of 64 bytes and 16 of fewer.

/// Rows of a tile of mixed frames that is so many vectors of channels wide.
constexpr int mixed_rows(int bytes, int vectors) {
  if (vectors == 1) return 10;
  return bytes == 64 ? 5 : 4;
}

/// Rows and joints of a tile of correlations.
constexpr int correlated_rows(int bytes) { return bytes == 64 ? 6 : 3; }
constexpr int kCorrelatedJoints = 4;

/// Calls run<tile>(first) for as many tiles of so many rows or joints as there are, and run<1>(first) for the rest.
template <int tile, class Run>
PSKD_INLINE void for_tiles(std::int64_t count, const Run& run) {
  std::int64_t first = 0;
  for (; first + tile <= count; first += tile) run.template operator()<tile>(first);
  for (; first < count; ++first) run.template operator()<1>(first);
}

/// Writes `rows` rows of a mixed frame, `vectors` vectors of channels of each.
template <class Vector, int rows, int vectors, class Stored>
PSKD_INLINE void mix_tile(FrameShape shape, const Computed<Stored>* weights, const Stored* frame, Stored* mixed) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Vector) / sizeof(Computed<Stored>));
  Vector sums[rows][vectors] = {};
  for (std::int64_t joint = 0; joint < shape.joints; ++joint) {
    Vector values[vectors];
    for (int v = 0; v < vectors; ++v) values[v] = load<Vector>(frame + joint * shape.channels + v * kLanes);
    for (int r = 0; r < rows; ++r) {
      for (int v = 0; v < vectors; ++v) sums[r][v] += weights[r * shape.joints + joint] * values[v];
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < vectors; ++v) store(mixed + r * shape.channels + v * kLanes, sums[r][v]);
  }
}

template <int bytes, class Vector, int vectors, class Stored>
PSKD_INLINE void mix_columns(FrameShape shape, const Computed<Stored>* weights, const Stored* frame, Stored* mixed) {
  for_tiles<mixed_rows(bytes, vectors)>(
      shape.rows, [=]<int rows>(std::int64_t row) __attribute__((always_inline)) {
        mix_tile<Vector, rows, vectors>(shape, weights + row * shape.joints, frame, mixed + row * shape.channels);
      });
}

/// One frame of mix_frames, in registers of so many bytes.
template <int bytes, class Stored>
PSKD_INLINE void mix_frame(FrameShape shape, const Computed<Stored>* weights, const Stored* frame, Stored* mixed) {
  constexpr int kLanes = bytes / sizeof(Computed<Stored>), kFew = std::min(kLanes, 8);
  using Vector = Lanes<Computed<Stored>, kLanes>;
  using Few = Lanes<Computed<Stored>, kFew>;
  std::int64_t c = 0;
  for (; c + 3 * kLanes <= shape.channels; c += 3 * kLanes) {
    mix_columns<bytes, Vector, 3>(shape, weights, frame + c, mixed + c);
  }
  for (; c + 3 * kFew <= shape.channels; c += 3 * kFew) {
    mix_columns<bytes, Few, 3>(shape, weights, frame + c, mixed + c);
  }
  for (; c + kFew <= shape.channels; c += kFew) mix_columns<bytes, Few, 1>(shape, weights, frame + c, mixed + c);
  if (c < shape.channels && c > 0) {  // the last few once more, rather than the rest one by one
    c = shape.channels - kFew;
    return mix_columns<bytes, Few, 1>(shape, weights, frame + c, mixed + c);
  }
  for (; c < shape.channels; ++c) {
    mix_columns<bytes, Lanes<Computed<Stored>, 1>, 1>(shape, weights, frame + c, mixed + c);
  }
}

/// mixed = weights frame, for each of `count` frames; weights [rows, joints].
template <class Stored>
void mix_frames(FrameShape shape, const Computed<Stored>* weights, const Stored* frames, Stored* mixed,
                std::int64_t count) {
  run_on_processor([=]<int bytes>() __attribute__((always_inline)) {
    for (std::int64_t frame = 0; frame < count; ++frame) {
      mix_frame<bytes>(shape, weights, frames + frame * shape.joints * shape.channels,
                       mixed + frame * shape.rows * shape.channels);
    }
  });
}

/// Each sum of products is kept in so many lanes, which are added up at the end.
constexpr std::int64_t kSumLanes = 16;

/// Every `step`th vector of channels from `first` on that ends by `last`, of `frames` frames.
struct Columns {
  std::int64_t first, last, step, frames;
};

/// sums[r, j] += mixed row r times joint j, over frames and channels; `sums` [rows, joints, kSumLanes].
template <class Vector, int rows, int joints, class Stored>
PSKD_INLINE void correlate_tile(FrameShape shape, Columns columns, const Stored* mixed, const Stored* frame,
                                Computed<Stored>* sums) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Vector) / sizeof(Computed<Stored>));
  Vector products[rows][joints];
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < joints; ++j) products[r][j] = load<Vector>(sums + (r * shape.joints + j) * kSumLanes);
  }
  for (std::int64_t f = 0; f < columns.frames; ++f) {
    for (std::int64_t c = columns.first; c + kLanes <= columns.last; c += columns.step) {
      Vector joint_values[joints];
      for (int j = 0; j < joints; ++j) joint_values[j] = load<Vector>(frame + j * shape.channels + c);
      for (int r = 0; r < rows; ++r) {
        const auto row_values = load<Vector>(mixed + r * shape.channels + c);
        for (int j = 0; j < joints; ++j) products[r][j] += row_values * joint_values[j];
      }
    }
    mixed += shape.rows * shape.channels;
    frame += shape.joints * shape.channels;
  }
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < joints; ++j) store(sums + (r * shape.joints + j) * kSumLanes, products[r][j]);
  }
}

template <class Vector, int rows, class Stored>
PSKD_INLINE void correlate_rows(FrameShape shape, Columns columns, const Stored* mixed, const Stored* frame,
                                Computed<Stored>* sums) {
  for_tiles<kCorrelatedJoints>(
      shape.joints, [=]<int joints>(std::int64_t joint) __attribute__((always_inline)) {
        correlate_tile<Vector, rows, joints>(shape, columns, mixed, frame + joint * shape.channels,
                                             sums + joint * kSumLanes);
      });
}

/// The sums of `lanes` lanes, in as many vectors as that takes.
template <int bytes, int lanes, class Stored>
PSKD_INLINE void correlate_columns(FrameShape shape, Columns columns, const Stored* mixed, const Stored* frame,
                                   Computed<Stored>* sums) {
  constexpr int kLanes = std::min<int>(bytes / sizeof(Computed<Stored>), lanes);
  const std::int64_t sums_of_row = shape.joints * kSumLanes;
  columns.step = lanes;
  for (int lane = 0; lane < lanes; lane += kLanes, columns.first += kLanes) {
    for_tiles<correlated_rows(bytes)>(
        shape.rows, [=]<int rows>(std::int64_t row) __attribute__((always_inline)) {
          correlate_rows<Lanes<Computed<Stored>, kLanes>, rows>(shape, columns, mixed + row * shape.channels, frame,
                                                                sums + row * sums_of_row + lane);
        });
  }
}

/// As many frames as stay in the L1 cache while all rows meet them.
constexpr std::int64_t frames_at_once(FrameShape shape, std::int64_t bytes_of_number) {
  constexpr std::int64_t kBytes = 16 << 10;
  return std::max<std::int64_t>(1, kBytes / (shape.joints * shape.channels * bytes_of_number));
}

/// Some frames of correlate_frames. Which numbers a lane sums does not depend on the registers.
template <int bytes, class Stored>
PSKD_INLINE void correlate_some(FrameShape shape, const Stored* mixed, const Stored* frames, Computed<Stored>* sums,
                                std::int64_t count) {
  const std::int64_t channels = shape.channels, whole = channels / 8 * 8;
  if (channels % 16 == 0) return correlate_columns<bytes, 16>(shape, {0, whole, 0, count}, mixed, frames, sums);
  if (whole > 0) correlate_columns<bytes, 8>(shape, {0, whole, 0, count}, mixed, frames, sums);
  if (whole < channels) correlate_columns<bytes, 1>(shape, {whole, channels, 0, count}, mixed, frames, sums);
}

/// sums += mixed frame^T, over `count` frames: the gradient of the weights above, where `mixed` holds that of the mixed
/// frames. `sums` is [rows, joints, kSumLanes].
template <class Stored>
void correlate_frames(FrameShape shape, const Stored* mixed, const Stored* frames, Computed<Stored>* sums,
                      std::int64_t count) {
  const std::int64_t step = frames_at_once(shape, sizeof(Stored));
  run_on_processor([=]<int bytes>() __attribute__((always_inline)) {
    for (std::int64_t first = 0; first < count; first += step) {
      correlate_some<bytes>(shape, mixed + first * shape.rows * shape.channels,
                            frames + first * shape.joints * shape.channels, sums, std::min(step, count - first));
    }
  });
}

}  // namespace pskd::ops::cpu
