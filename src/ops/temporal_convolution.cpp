#include "ops/temporal_convolution.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "ops/cpu/gemm.hpp"
#include "ops/cpu/shared_work.hpp"
#include "ops/cpu/winograd.hpp"

namespace pskd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// The taps of one filter: `count` of the kernel's from `first` on, as many apart as the stride. Frames that they meet
/// are as far apart, from `phase` on, and `shift` tiles later than the tile of their outputs.
struct Taps {
  std::int64_t phase, shift, first, count;
};

/// A kernel as filters of four taps, the last of five: another tile of four inputs begins where the next filter does.
std::vector<Taps> split_kernel(std::int64_t taps, std::int64_t stride) {
  std::vector<Taps> filters;
  for (std::int64_t phase = 0; phase < stride; ++phase) {
    const std::int64_t all = share(taps - phase, stride), last = share(all - 1, kOutputs) - 1;
    for (std::int64_t i = 0; i <= std::max<std::int64_t>(0, last); ++i) {
      filters.push_back({phase, i, phase + stride * kOutputs * i, i < last ? kOutputs : all - i * kOutputs});
    }
  }
  return filters;
}

/// How many pairs of opposite points hold every filter: two hold three taps, three hold five.
int pairs_for(const std::vector<Taps>& filters) {
  const auto fits = [](const Taps& taps) { return taps.shift == 0 && taps.count <= kTaps<2>; };
  return std::all_of(filters.begin(), filters.end(), fits) ? 2 : 3;
}

struct Shape {
  std::vector<Taps> kernel;
  std::int64_t taps, stride;
  std::int64_t clips, frames, joints, in, out;  ///< of x; channels

  std::int64_t filters() const { return static_cast<std::int64_t>(kernel.size()); }
  std::int64_t outputs() const { return share(frames, stride); }
  std::int64_t output_tiles() const { return share(outputs(), kOutputs); }
  std::int64_t input_tiles() const {
    const auto later = [](const Taps& a, const Taps& b) { return a.shift < b.shift; };
    return output_tiles() + std::max_element(kernel.begin(), kernel.end(), later)->shift;
  }
  /// Rows of the matrices that are multiplied at a point.
  std::int64_t rows() const { return clips * output_tiles() * joints; }
};

Shape shape_of(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  const std::int64_t taps = weights.size(2);
  return {split_kernel(taps, stride), taps, stride, x.size(0), x.size(2), x.size(3), x.size(1), weights.size(0)};
}

/// The rows of a kernel [K, ...] that `taps` are, and `other` for those that the filter has beyond.
template <int pairs, class Number>
Frames<Number, kTaps<pairs>> rows_of(const torch::Tensor& kernel, const Taps& taps, std::int64_t stride,
                                     const torch::Tensor& other) {
  Frames<Number, kTaps<pairs>> rows;
  for (std::int64_t k = 0; k < kTaps<pairs>; ++k) {
    const torch::Tensor row = k < taps.count ? kernel[taps.first + k * stride] : other;
    rows[k] = row.template data_ptr<std::remove_const_t<Number>>();
  }
  return rows;
}

/// Calls run(first, count) for shares of the products of a channel with a channel.
template <class Run>
void for_channels(const Shape& shape, const Run& run) {
  constexpr std::int64_t kLeast = 4096;
  at::parallel_for(0, shape.in * shape.out, kLeast,
                   [&](std::int64_t begin, std::int64_t end) { run(begin, end - begin); });
}

template <class Number, std::size_t count>
Frames<Number, count> advance(Frames<Number, count> frames, std::int64_t numbers) {
  for (Number*& frame : frames) frame += numbers;
  return frames;
}

/// [C', C, K] -> each filter at the points: [filters, points, C, C'].
template <int pairs, class Number>
torch::Tensor filters_at_points(const torch::Tensor& weights, const Shape& shape) {
  const torch::Tensor kernel = weights.permute({2, 1, 0}).contiguous().flatten(1), zeros = torch::zeros_like(kernel[0]);
  const torch::Tensor filters = torch::empty({shape.filters(), kPoints<pairs>, shape.in, shape.out}, weights.options());
  for (std::int64_t i = 0; i < shape.filters(); ++i) {
    const auto taps = rows_of<pairs, const Number>(kernel, shape.kernel[i], shape.stride, zeros);
    Number* filter = filters[i].data_ptr<Number>();
    for_channels(shape, [&](std::int64_t first, std::int64_t count) {
      evaluate_taps<pairs, Number>(advance(taps, first), count, {filter + first, shape.in * shape.out});
    });
  }
  return filters;
}

/// The gradient of the weights from that of their filters at the points.
template <int pairs, class Number>
torch::Tensor weights_backward(const torch::Tensor& filters, const Shape& shape) {
  const torch::Tensor kernel = torch::empty({shape.taps, shape.in * shape.out}, filters.options());
  const torch::Tensor unused = torch::empty_like(kernel[0]);
  for (std::int64_t i = 0; i < shape.filters(); ++i) {
    const auto taps = rows_of<pairs, Number>(kernel, shape.kernel[i], shape.stride, unused);
    const Number* filter = filters[i].data_ptr<Number>();
    for_channels(shape, [&](std::int64_t first, std::int64_t count) {
      evaluate_taps_backward<pairs, Number>({filter + first, shape.in * shape.out}, count, advance(taps, first));
    });
  }
  return kernel.unflatten(1, {shape.in, shape.out}).permute({2, 1, 0});
}

/// The inputs and outputs of a chunk at the points. A tile begins with every fourth output, and with the first input
/// that the output's first tap meets; of both there is one for each joint and channel.
template <int pairs, class Number>
class ChunkAtPoints {
 public:
  /// Room for so many clips.
  ChunkAtPoints(const Shape& shape, std::int64_t clips)
      : shape_(shape),
        input_size_(shape.joints * shape.in),
        output_size_(shape.joints * shape.out),
        input_stride_(pad(clips * shape.input_tiles() * input_size_)),
        output_stride_(pad(clips * shape.output_tiles() * output_size_)),
        inputs_(std::make_unique_for_overwrite<Number[]>(shape.stride * kPoints<pairs> * input_stride_)),
        outputs_(std::make_unique_for_overwrite<Number[]>(kPoints<pairs> * output_stride_)),
        outside_(std::max(input_size_, output_size_)),
        unused_(outside_.size()) {}

  /// Of `all` clips so many that they stay in an L2 cache of a megabyte.
  static std::int64_t fitting(const Shape& shape, std::int64_t all) {
    constexpr std::int64_t kNumbers = (640 << 10) / sizeof(Number);
    const std::int64_t of_clip = kPoints<pairs> * shape.joints *
                                 (shape.stride * shape.input_tiles() * shape.in + shape.output_tiles() * shape.out);
    return even_chunk(all, kNumbers / of_clip);
  }

  /// Inputs, from frames [N, T, V C].
  void evaluate_inputs(const Number* x, const Chunk& chunk) {
    for_input_tiles(shape_.input_tiles(), chunk, [&](std::int64_t phase, std::int64_t tile, std::int64_t clip) {
      const auto frames =
          input_frames<const Number, kPoints<pairs>>(x, outside_.data(), phase, tile, chunk.first + clip);
      evaluate<pairs, Number>(frames, input_size_, {input(phase, tile, clip, chunk), input_stride_});
    });
  }
  /// The gradient of frames, from that of inputs.
  void evaluate_inputs_backward(Number* of_x, const Chunk& chunk) {
    const std::int64_t reached = share(shape_.frames + shape_.taps, shape_.stride * kOutputs);
    for_input_tiles(reached, chunk, [&](std::int64_t phase, std::int64_t tile, std::int64_t clip) {
      const auto at = [&](std::int64_t which) -> FrameAtPoints<const Number> {
        if (which < 0 || which >= shape_.input_tiles()) return {outside_.data(), 0};
        return {input(phase, which, clip, chunk), input_stride_};
      };
      const auto frames = input_frames<Number, kOutputs>(of_x, unused_.data(), phase, tile, chunk.first + clip);
      evaluate_backward<pairs, Number>(at(tile - 1), at(tile), input_size_, frames);
    });
  }
  /// Frames [N, T', V C'], from outputs.
  void interpolate_outputs(Number* y, const Chunk& chunk) {
    for_output_tiles(chunk, [&](std::int64_t tile, std::int64_t clip) {
      const auto frames = output_frames<Number>(y, unused_.data(), tile, chunk.first + clip);
      interpolate<pairs, Number>({output(tile, clip, chunk), output_stride_}, output_size_, frames);
    });
  }
  /// The gradient of outputs, from that of frames.
  void interpolate_outputs_backward(const Number* of_y, const Chunk& chunk) {
    for_output_tiles(chunk, [&](std::int64_t tile, std::int64_t clip) {
      const auto frames = output_frames<const Number>(of_y, outside_.data(), tile, chunk.first + clip);
      interpolate_backward<pairs, Number>(frames, output_size_, {output(tile, clip, chunk), output_stride_});
    });
  }

  /// The inputs that meet a filter, and outputs: at each point, rows for the joints of the clips of the tiles.
  Matrices inputs(const Taps& taps, const Chunk& chunk) {
    return matrices(input(taps.phase, taps.shift, 0, chunk), input_stride_, chunk.count, shape_.in);
  }
  Matrices outputs(const Chunk& chunk) { return matrices(outputs_.get(), output_stride_, chunk.count, shape_.out); }

  /// Sets to 0 the inputs that no filter without a shift meets.
  void clear_shifted_inputs(const Chunk& chunk) {
    const std::int64_t first = shape_.output_tiles() * chunk.count * input_size_;
    const std::int64_t last = shape_.input_tiles() * chunk.count * input_size_;
    for (std::int64_t i = 0; i < shape_.stride * kPoints<pairs>; ++i) {
      Number* point = inputs_.get() + i * input_stride_;
      std::fill(point + first, point + last, Number{0});
    }
  }

 private:
  // Points that lie a multiple of 4 KiB apart would share few lines of the L1 cache.
  static std::int64_t pad(std::int64_t numbers) { return share(numbers, 32) * 32 + 16; }

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

  /// A tile's first frames of x, and `other` for those before the first and after the last.
  template <class Pointed, std::size_t count>
  Frames<Pointed, count> input_frames(Pointed* x, Pointed* other, std::int64_t phase, std::int64_t tile,
                                      std::int64_t clip) const {
    Frames<Pointed, count> frames;
    for (std::size_t i = 0; i < count; ++i) {
      const auto along = tile * kOutputs + static_cast<std::int64_t>(i);
      const std::int64_t frame = along * shape_.stride + phase - shape_.taps / 2;
      frames[i] = frame >= 0 && frame < shape_.frames ? x + (clip * shape_.frames + frame) * input_size_ : other;
    }
    return frames;
  }
  template <class Pointed>
  Frames<Pointed, kOutputs> output_frames(Pointed* y, Pointed* other, std::int64_t tile, std::int64_t clip) const {
    Frames<Pointed, kOutputs> frames;
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

  const Shape& shape_;
  std::int64_t input_size_, output_size_;      ///< numbers of a frame
  std::int64_t input_stride_, output_stride_;  ///< numbers from a point to the next
  std::unique_ptr<Number[]> inputs_;           ///< [phases, points, tiles, clips, V, C]
  std::unique_ptr<Number[]> outputs_;          ///< [points, tiles, clips, V, C']
  std::vector<Number> outside_, unused_;       ///< frames of zeros, and that nobody reads
};

template <int pairs, class Number>
torch::Tensor forward_frames(const torch::Tensor& x, const torch::Tensor& filters, const Shape& shape) {
  const torch::Tensor y = torch::empty({shape.clips, shape.outputs(), shape.joints, shape.out}, x.options());
  const std::int64_t clips = ChunkAtPoints<pairs, Number>::fitting(shape, shape.clips);
  const auto start = [&] { return ChunkAtPoints<pairs, Number>(shape, clips); };
  for_chunks(shape.clips, clips, clips, start, [&](ChunkAtPoints<pairs, Number>& points, const Chunk& chunk) {
    points.evaluate_inputs(x.data_ptr<Number>(), chunk);
    for (std::int64_t k = 0; k < shape.filters(); ++k) {
      const auto product = k == 0 ? multiply : add_product;
      product(points.inputs(shape.kernel[k], chunk), matrices_of(filters[k]), points.outputs(chunk));
    }
    points.interpolate_outputs(y.data_ptr<Number>(), chunk);
  });
  return y;
}

struct Gradients {
  torch::Tensor x, weights;
};

// A batch is split into groups where each has rows enough for a product to be worth it.
constexpr std::int64_t kLeastRows = 128;

std::int64_t groups_of(const Shape& shape) {
  constexpr std::int64_t kLeast = 2;
  const auto most = static_cast<std::uint64_t>(std::clamp(shape.rows() / kLeastRows, kLeast, kMostGroups));
  return std::min(shape.clips, static_cast<std::int64_t>(std::bit_floor(most)));
}

/// The gradient of the filters [filters, points, C, C'] by a chunk's inputs and that of its outputs.
template <class Points>
void filters_backward(Points& points, const Shape& shape, const Chunk& chunk, const torch::Tensor& filters, bool add) {
  const auto product = add ? add_product : multiply;
  for (std::int64_t k = 0; k < shape.filters(); ++k) {
    product(points.inputs(shape.kernel[k], chunk).transposed(), points.outputs(chunk), matrices_of(filters[k]));
  }
}

/// The gradient of a chunk's inputs, from that of its outputs.
template <class Points>
void inputs_backward(Points& points, const Shape& shape, const Chunk& chunk, const torch::Tensor& filters) {
  points.clear_shifted_inputs(chunk);
  for (std::int64_t k = 0; k < shape.filters(); ++k) {
    const auto product = shape.kernel[k].shift == 0 ? multiply : add_product;
    product(points.outputs(chunk), matrices_of(filters[k]).transposed(), points.inputs(shape.kernel[k], chunk));
  }
}

template <int pairs, class Number>
Gradients backward_frames(const torch::Tensor& x, const torch::Tensor& filters, const Shape& shape,
                          const torch::Tensor& of_y, bool of_frames) {
  const torch::Tensor of_x = of_frames ? torch::empty_like(x) : torch::Tensor();
  const std::int64_t group_clips = share(shape.clips, groups_of(shape)), groups = share(shape.clips, group_clips);
  const std::int64_t clips = ChunkAtPoints<pairs, Number>::fitting(shape, group_clips);
  const torch::Tensor sums = torch::empty({groups, shape.filters(), kPoints<pairs>, shape.in, shape.out}, x.options());
  const auto start = [&] { return ChunkAtPoints<pairs, Number>(shape, clips); };
  for_chunks(shape.clips, group_clips, clips, start, [&](ChunkAtPoints<pairs, Number>& points, const Chunk& chunk) {
    points.evaluate_inputs(x.data_ptr<Number>(), chunk);
    points.interpolate_outputs_backward(of_y.data_ptr<Number>(), chunk);
    filters_backward(points, shape, chunk, sums[chunk.group], chunk.first > chunk.group * group_clips);
    if (!of_frames) return;
    inputs_backward(points, shape, chunk, filters);  // from here on the gradient of the inputs
    points.evaluate_inputs_backward(of_x.data_ptr<Number>(), chunk);
  });
  return {of_x, weights_backward<pairs, Number>(sums.sum(0), shape)};
}

/// Calls run<pairs, Number>() as the kernel and the type of numbers ask for.
template <class Run>
auto dispatch(const Shape& shape, torch::ScalarType type, const Run& run) {
  return AT_DISPATCH_FLOATING_TYPES(type, "temporal_convolution", [&] {
    return pairs_for(shape.kernel) == 2 ? run.template operator()<2, scalar_t>()
                                        : run.template operator()<3, scalar_t>();
  });
}

class MinimalFiltering : public torch::autograd::Function<MinimalFiltering> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weights,
                               std::int64_t stride) {
    const Shape shape = shape_of(x, weights, stride);
    context->saved_data["stride"] = stride;
    return dispatch(shape, x.scalar_type(), [&]<int pairs, class Number> {
      const torch::Tensor filters = filters_at_points<pairs, Number>(weights, shape);
      context->save_for_backward({x, weights, filters});
      return unfold(forward_frames<pairs, Number>(frames_of(x), filters, shape));
    });
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Shape shape = shape_of(saved[0], saved[1], context->saved_data["stride"].toInt());
    const Gradients found = dispatch(shape, saved[0].scalar_type(), [&]<int pairs, class Number> {
      return backward_frames<pairs, Number>(frames_of(saved[0]), saved[2], shape, frames_of(gradients[0]),
                                            context->needs_input_grad(0));
    });
    return {found.x.defined() ? unfold(found.x) : torch::Tensor(), found.weights, {}};
  }
};

/// Whether minimal filtering has fewer products, of matrices worth multiplying, in numbers precise enough for it.
bool saves_products(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  constexpr std::int64_t kLeastChannels = 16;
  const Shape shape = shape_of(x, weights, stride);
  if (x.scalar_type() == torch::kBFloat16 || shape.taps < 3 || stride > 2) return false;
  if (std::min(shape.in, shape.out) < kLeastChannels || shape.rows() < kLeastRows) return false;
  return shape.filters() * (pairs_for(shape.kernel) == 2 ? kPoints<2> : kPoints<3>) < kOutputs * shape.taps;
}

torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  // oneDNN is up to three times as fast along the last dimension, which time can be where there is a single joint.
  const std::int64_t time = x.size(3) == 1 ? 3 : 2;
  std::array<std::int64_t, 2> strides{1, 1}, padding{0, 0};
  strides[time - 2] = stride;
  padding[time - 2] = weights.size(2) / 2;
  const torch::Tensor y = torch::conv2d(x.transpose(2, time), weights.to(x.scalar_type()).unsqueeze(5 - time), {},
                                        at::IntArrayRef(strides), at::IntArrayRef(padding));
  return y.transpose(2, time).contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace

torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  if (!saves_products(x, weights, stride)) return convolve(x, weights, stride);
  const std::vector<c10::IValue> inputs({x, weights, stride});  // looked at when this function ends
  RECORD_FUNCTION("pskd::temporal_convolution", inputs);
  return MinimalFiltering::apply(x, weights, stride);
}

}  // namespace pskd
