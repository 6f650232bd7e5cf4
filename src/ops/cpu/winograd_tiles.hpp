// What the Winograd convolution works on: a kernel split into filters of few taps, and a chunk of clips split into
// tiles of frames, at the points.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "ops/cpu/chunks.hpp"
#include "ops/cpu/gemm.hpp"
#include "ops/cpu/winograd_transforms.hpp"

namespace pskd::ops::cpu {

/// The taps of one filter: `count` taps of the kernel from `first` on, one stride apart. They meet frames that are one
/// stride apart too, from frame `phase` on, in the tile that comes `shift` tiles after that of their outputs.
struct Taps {
  std::int64_t phase, shift, first, count;
};

/// Splits a kernel into filters of four taps, the last of up to five. Tiles are four frames as well: each filter meets
/// inputs of another tile at the points that the first filter has brought them to.
inline std::vector<Taps> split_kernel(std::int64_t taps, std::int64_t stride) {
  std::vector<Taps> filters;
  for (std::int64_t phase = 0; phase < stride; ++phase) {
    const std::int64_t all = ceil_div(taps - phase, stride), last = ceil_div(all - 1, kOutputs) - 1;
    for (std::int64_t i = 0; i <= std::max<std::int64_t>(0, last); ++i) {
      filters.push_back({phase, i, phase + stride * kOutputs * i, i < last ? kOutputs : all - i * kOutputs});
    }
  }
  return filters;
}

/// The pairs of opposite points that the filters need: two for up to three taps, three for up to five.
inline int pairs_for(const std::vector<Taps>& filters) {
  const auto fits = [](const Taps& taps) { return taps.shift == 0 && taps.count <= kTaps<2>; };
  return std::all_of(filters.begin(), filters.end(), fits) ? 2 : 3;
}

/// A convolution of x [N, C, T, V] with a kernel [C', C, K].
struct WinogradShape {
  std::vector<Taps> kernel;
  std::int64_t taps, stride;
  std::int64_t clips, frames, joints, in, out;  ///< of x; channels of x and of y

  std::int64_t filters() const { return static_cast<std::int64_t>(kernel.size()); }
  std::int64_t outputs() const { return ceil_div(frames, stride); }
  std::int64_t output_tiles() const { return ceil_div(outputs(), kOutputs); }
  std::int64_t input_tiles() const {
    const auto later = [](const Taps& a, const Taps& b) { return a.shift < b.shift; };
    return output_tiles() + std::max_element(kernel.begin(), kernel.end(), later)->shift;
  }
  /// Rows of the matrices that are multiplied at a point.
  std::int64_t rows() const { return clips * output_tiles() * joints; }
};

inline WinogradShape shape_of(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  const std::int64_t taps = weights.size(2);
  return {split_kernel(taps, stride), taps, stride, x.size(0), x.size(2), x.size(3), x.size(1), weights.size(0)};
}

/// The inputs and outputs of a chunk of clips at the points. A tile is four outputs, and the inputs from the one on
/// that the first tap of its first output meets, for each joint and channel.
template <int pairs, class Number>
class ChunkAtPoints {
 public:
  /// A workspace for so many clips.
  ChunkAtPoints(const WinogradShape& shape, std::int64_t clips)
      : shape_(shape),
        input_size_(shape.joints * shape.in),
        output_size_(shape.joints * shape.out),
        input_stride_(pad(clips * shape.input_tiles() * input_size_)),
        output_stride_(pad(clips * shape.output_tiles() * output_size_)),
        inputs_(std::make_unique_for_overwrite<Number[]>(shape.stride * kPoints<pairs> * input_stride_)),
        outputs_(std::make_unique_for_overwrite<Number[]>(kPoints<pairs> * output_stride_)),
        outside_(std::max(input_size_, output_size_)),
        unused_(outside_.size()) {}

  /// How many of `all` clips to work on at once, so that they stay in an L2 cache of a megabyte.
  static std::int64_t fitting(const WinogradShape& shape, std::int64_t all) {
    constexpr std::int64_t kNumbers = (640 << 10) / sizeof(Number);
    const std::int64_t numbers_of_clip =
        kPoints<pairs> * shape.joints *
        (shape.stride * shape.input_tiles() * shape.in + shape.output_tiles() * shape.out);
    return even_chunk(all, kNumbers / numbers_of_clip);
  }

  /// Sets the inputs from frames [N, T, V C].
  void evaluate_inputs(const Number* x, const Chunk& chunk) {
    for_input_tiles(shape_.input_tiles(), chunk, [&](std::int64_t phase, std::int64_t tile, std::int64_t clip) {
      const auto frames =
          input_frames<const Number, kPoints<pairs>>(x, outside_.data(), phase, tile, chunk.first + clip);
      evaluate<pairs, Number>(frames, input_size_, {input(phase, tile, clip, chunk), input_stride_});
    });
  }
  /// Writes the gradient of frames, from that of the inputs.
  void evaluate_inputs_backward(Number* grad_x, const Chunk& chunk) {
    const std::int64_t reached = ceil_div(shape_.frames + shape_.taps, shape_.stride * kOutputs);
    for_input_tiles(reached, chunk, [&](std::int64_t phase, std::int64_t tile, std::int64_t clip) {
      const auto at = [&](std::int64_t which) -> FrameAtPoints<const Number> {
        if (which < 0 || which >= shape_.input_tiles()) return {outside_.data(), 0};
        return {input(phase, which, clip, chunk), input_stride_};
      };
      const auto frames = input_frames<Number, kOutputs>(grad_x, unused_.data(), phase, tile, chunk.first + clip);
      evaluate_backward<pairs, Number>(at(tile - 1), at(tile), input_size_, frames);
    });
  }
  /// Writes frames [N, T', V C'], from the outputs.
  void interpolate_outputs(Number* y, const Chunk& chunk) {
    for_output_tiles(chunk, [&](std::int64_t tile, std::int64_t clip) {
      const auto frames = output_frames<Number>(y, unused_.data(), tile, chunk.first + clip);
      interpolate<pairs, Number>({output(tile, clip, chunk), output_stride_}, output_size_, frames);
    });
  }
  /// Sets the gradient of the outputs, from that of frames.
  void interpolate_outputs_backward(const Number* grad_y, const Chunk& chunk) {
    for_output_tiles(chunk, [&](std::int64_t tile, std::int64_t clip) {
      const auto frames = output_frames<const Number>(grad_y, outside_.data(), tile, chunk.first + clip);
      interpolate_backward<pairs, Number>(frames, output_size_, {output(tile, clip, chunk), output_stride_});
    });
  }

  /// The inputs that meet a filter, and the outputs, as matrices: at each point, a row for each tile, clip and joint.
  Matrices inputs(const Taps& taps, const Chunk& chunk) {
    return matrices(input(taps.phase, taps.shift, 0, chunk), input_stride_, chunk.count, shape_.in);
  }
  Matrices outputs(const Chunk& chunk) { return matrices(outputs_.get(), output_stride_, chunk.count, shape_.out); }

  /// Sets the inputs to 0 that only shifted filters meet: the others are written before they are added to.
  void clear_shifted_inputs(const Chunk& chunk) {
    const std::int64_t first = shape_.output_tiles() * chunk.count * input_size_;
    const std::int64_t last = shape_.input_tiles() * chunk.count * input_size_;
    for (std::int64_t i = 0; i < shape_.stride * kPoints<pairs>; ++i) {
      Number* point = inputs_.get() + i * input_stride_;
      std::fill(point + first, point + last, Number{0});
    }
  }

 private:
  // Points that lie a multiple of 4 KiB apart would compete for the same few lines of the L1 cache.
  static std::int64_t pad(std::int64_t numbers) { return ceil_div(numbers, 32) * 32 + 16; }

  template <class Run>
  void for_input_tiles(std::int64_t tiles, const Chunk& chunk, const Run& run) const {
    for (std::int64_t phase = 0; phase < shape_.stride; ++phase) {
      for (std::int64_t tile = 0; tile < tiles; ++tile) {
        for (std::int64_t clip = 0; clip < chunk.count; ++clip) run(phase, tile, clip);
      }
    }
  }
  template <class Run>
  void for_output_tiles(const Chunk& chunk, const Run& run) const {
    for (std::int64_t tile = 0; tile < shape_.output_tiles(); ++tile) {
      for (std::int64_t clip = 0; clip < chunk.count; ++clip) run(tile, clip);
    }
  }

  /// The first frames of a tile of x; `other` stands for frames before the first of a clip and after its last.
  template <class Pointed, std::size_t count>
  FramePointers<Pointed, count> input_frames(Pointed* x, Pointed* other, std::int64_t phase, std::int64_t tile,
                                             std::int64_t clip) const {
    FramePointers<Pointed, count> frames;
    for (std::size_t i = 0; i < count; ++i) {
      const auto along = tile * kOutputs + static_cast<std::int64_t>(i);
      const std::int64_t frame = along * shape_.stride + phase - shape_.taps / 2;
      frames[i] = frame >= 0 && frame < shape_.frames ? x + (clip * shape_.frames + frame) * input_size_ : other;
    }
    return frames;
  }
  template <class Pointed>
  FramePointers<Pointed, kOutputs> output_frames(Pointed* y, Pointed* other, std::int64_t tile,
                                                 std::int64_t clip) const {
    FramePointers<Pointed, kOutputs> frames;
    for (std::int64_t i = 0; i < kOutputs; ++i) {
      const std::int64_t frame = tile * kOutputs + i;
      frames[i] = frame < shape_.outputs() ? y + (clip * shape_.outputs() + frame) * output_size_ : other;
    }
    return frames;
  }

  Number* input(std::int64_t phase, std::int64_t tile, std::int64_t clip, const Chunk& chunk) {
    return inputs_.get() + phase * kPoints<pairs> * input_stride_ + (tile * chunk.count + clip) * input_size_;
  }
  Number* output(std::int64_t tile, std::int64_t clip, const Chunk& chunk) {
    return outputs_.get() + (tile * chunk.count + clip) * output_size_;
  }
  Matrices matrices(Number* first, std::int64_t stride, std::int64_t clips, std::int64_t channels) const {
    const std::int64_t rows = shape_.output_tiles() * clips * shape_.joints;
    return {first, c10::CppTypeToScalarType<Number>::value, {kPoints<pairs>, rows, channels}, {stride, channels, 1}};
  }

  const WinogradShape& shape_;
  std::int64_t input_size_, output_size_;      ///< numbers of a frame
  std::int64_t input_stride_, output_stride_;  ///< numbers from a point to the next
  std::unique_ptr<Number[]> inputs_;           ///< [phases, points, tiles, clips, V, C]
  std::unique_ptr<Number[]> outputs_;          ///< [points, tiles, clips, V, C']
  std::vector<Number> outside_, unused_;       ///< a frame of zeros, and one that is never read
};

}  // namespace pskd::ops::cpu
