// Mixing the joints of frames: the small matrix products of a graph convolution, for which libraries need copies. A
// frame is [joints, channels]; what it is mixed to, [rows, channels], a row for each joint of each subset.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/cpu/bfloat16.hpp"

namespace pskd {

struct FrameShape {
  std::int64_t rows, joints, channels;
};

// Tiles have sums enough to hide how long an addition takes, and few enough for the registers.

/// Rows that are mixed at once, of so many vectors of channels each.
template <int vectors>
constexpr int kMixedRows = vectors == 1 ? 10 : 5;

/// Rows and joints that are correlated at once.
constexpr int kCorrelatedRows = 6, kCorrelatedJoints = 4;

/// `rows` rows of a mixed frame, `vectors` vectors of channels of each.
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

template <class Vector, int vectors, class Stored>
PSKD_INLINE void mix_columns(FrameShape shape, const Computed<Stored>* weights, const Stored* frame, Stored* mixed) {
  constexpr int kRows = kMixedRows<vectors>;
  std::int64_t row = 0;
  for (; row + kRows <= shape.rows; row += kRows) {
    mix_tile<Vector, kRows, vectors>(shape, weights + row * shape.joints, frame, mixed + row * shape.channels);
  }
  for (; row < shape.rows; ++row) {
    mix_tile<Vector, 1, vectors>(shape, weights + row * shape.joints, frame, mixed + row * shape.channels);
  }
}

/// mixed = weights frame, for each of `count` frames; weights [rows, joints].
template <class Stored>
PSKD_EACH_PROCESSOR void mix_frames(FrameShape shape, const Computed<Stored>* weights, const Stored* frames,
                                    Stored* mixed, std::int64_t count) {
  using Sixteen = Lanes<Computed<Stored>, 16>;
  using Eight = Lanes<Computed<Stored>, 8>;
  for (std::int64_t frame = 0; frame < count; ++frame) {
    std::int64_t c = 0;
    for (; c + 48 <= shape.channels; c += 48) mix_columns<Sixteen, 3>(shape, weights, frames + c, mixed + c);
    for (; c + 24 <= shape.channels; c += 24) mix_columns<Eight, 3>(shape, weights, frames + c, mixed + c);
    for (; c + 8 <= shape.channels; c += 8) mix_columns<Eight, 1>(shape, weights, frames + c, mixed + c);
    if (c < shape.channels && c > 0) {  // the last eight once more, rather than the rest one by one
      c = shape.channels - 8;
      mix_columns<Eight, 1>(shape, weights, frames + c, mixed + c);
      c = shape.channels;
    }
    for (; c < shape.channels; ++c) {
      mix_columns<Lanes<Computed<Stored>, 1>, 1>(shape, weights, frames + c, mixed + c);
    }
    frames += shape.joints * shape.channels;
    mixed += shape.rows * shape.channels;
  }
}

/// Sums of products are kept in so many lanes, which are added up at the end.
constexpr std::int64_t kSumLanes = 16;

/// The channels from `first` to `last` of `frames` frames.
struct Columns {
  std::int64_t first, last, frames;
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
    for (std::int64_t c = columns.first; c + kLanes <= columns.last; c += kLanes) {
      Vector of_joints[joints];
      for (int j = 0; j < joints; ++j) of_joints[j] = load<Vector>(frame + j * shape.channels + c);
      for (int r = 0; r < rows; ++r) {
        const auto of_row = load<Vector>(mixed + r * shape.channels + c);
        for (int j = 0; j < joints; ++j) products[r][j] += of_row * of_joints[j];
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
  std::int64_t j = 0;
  for (; j + kCorrelatedJoints <= shape.joints; j += kCorrelatedJoints) {
    correlate_tile<Vector, rows, kCorrelatedJoints>(shape, columns, mixed, frame + j * shape.channels,
                                                    sums + j * kSumLanes);
  }
  for (; j < shape.joints; ++j) {
    correlate_tile<Vector, rows, 1>(shape, columns, mixed, frame + j * shape.channels, sums + j * kSumLanes);
  }
}

template <class Vector, class Stored>
PSKD_INLINE void correlate_columns(FrameShape shape, Columns columns, const Stored* mixed, const Stored* frame,
                                   Computed<Stored>* sums) {
  const std::int64_t of_row = shape.joints * kSumLanes;
  std::int64_t r = 0;
  for (; r + kCorrelatedRows <= shape.rows; r += kCorrelatedRows) {
    correlate_rows<Vector, kCorrelatedRows>(shape, columns, mixed + r * shape.channels, frame, sums + r * of_row);
  }
  for (; r < shape.rows; ++r) {
    correlate_rows<Vector, 1>(shape, columns, mixed + r * shape.channels, frame, sums + r * of_row);
  }
}

/// So few frames that they stay in the L1 cache for all rows.
constexpr std::int64_t frames_at_once(FrameShape shape, std::int64_t bytes_of_number) {
  return std::max<std::int64_t>(1, (16 << 10) / (shape.joints * shape.channels * bytes_of_number));
}

/// sums += mixed frame^T, over `count` frames: the gradient of the weights above, where `mixed` holds that of the mixed
/// frames. `sums` is [rows, joints, kSumLanes].
template <class Stored>
PSKD_EACH_PROCESSOR void correlate_frames(FrameShape shape, const Stored* mixed, const Stored* frames,
                                          Computed<Stored>* sums, std::int64_t count) {
  const std::int64_t whole = shape.channels / 8 * 8, step = frames_at_once(shape, sizeof(Stored));
  for (std::int64_t first = 0; first < count; first += step) {
    const std::int64_t some = std::min(step, count - first);
    const Stored* of_rows = mixed + first * shape.rows * shape.channels;
    const Stored* of_joints = frames + first * shape.joints * shape.channels;
    if (shape.channels % 16 == 0) {
      correlate_columns<Lanes<Computed<Stored>, 16>>(shape, {0, whole, some}, of_rows, of_joints, sums);
    } else {
      if (whole > 0) correlate_columns<Lanes<Computed<Stored>, 8>>(shape, {0, whole, some}, of_rows, of_joints, sums);
      if (whole == shape.channels) continue;
      correlate_columns<Lanes<Computed<Stored>, 1>>(shape, {whole, shape.channels, some}, of_rows, of_joints, sums);
    }
  }
}

}  // namespace pskd
