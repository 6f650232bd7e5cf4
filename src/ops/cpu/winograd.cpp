#include "ops/cpu/winograd.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <bit>

#include "ops/cpu/chunks.hpp"
#include "ops/cpu/gemm.hpp"
#include "ops/cpu/winograd_tiles.hpp"

namespace pskd::ops::cpu {
namespace {

/// Pointers to the taps of a filter in a kernel [K, C C'], and to `other` for taps that the filter has and the kernel
/// does not.
template <int pairs, class Number>
FramePointers<Number, kTaps<pairs>> rows_of(const torch::Tensor& kernel, const Taps& taps, std::int64_t stride,
                                            const torch::Tensor& other) {
  FramePointers<Number, kTaps<pairs>> rows;
  for (std::int64_t k = 0; k < kTaps<pairs>; ++k) {
    const torch::Tensor row = k < taps.count ? kernel[taps.first + k * stride] : other;
    rows[k] = row.template data_ptr<std::remove_const_t<Number>>();
  }
  return rows;
}

/// Shares the C C' pairs of an input and an output channel among threads: calls run(first, count).
template <class Run>
void for_channels(const WinogradShape& shape, const Run& run) {
  constexpr std::int64_t kMinPairs = 4096;
  at::parallel_for(0, shape.in * shape.out, kMinPairs,
                   [&](std::int64_t begin, std::int64_t end) { run(begin, end - begin); });
}

template <class Number, std::size_t count>
FramePointers<Number, count> advance(FramePointers<Number, count> frames, std::int64_t numbers) {
  for (Number*& frame : frames) frame += numbers;
  return frames;
}

/// The filters of a kernel [C', C, K] at the points, [filters, points, C, C'].
template <int pairs, class Number>
torch::Tensor filters_at_points(const torch::Tensor& weights, const WinogradShape& shape) {
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
torch::Tensor weights_backward(const torch::Tensor& filters, const WinogradShape& shape) {
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

template <int pairs, class Number>
torch::Tensor forward_frames(const torch::Tensor& x, const torch::Tensor& filters, const WinogradShape& shape) {
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

// A batch is split into groups only where each has rows enough for an efficient product.
constexpr std::int64_t kMinRows = 128;

std::int64_t groups_of(const WinogradShape& shape) {
  constexpr std::int64_t kMinGroups = 2;
  const auto groups = static_cast<std::uint64_t>(std::clamp(shape.rows() / kMinRows, kMinGroups, kMaxGroups));
  return std::min(shape.clips, static_cast<std::int64_t>(std::bit_floor(groups)));
}

/// The gradient of the filters [filters, points, C, C'], from a chunk's inputs and the gradient of its outputs; added
/// to what is there where `add`.
template <class Points>
void filters_backward(Points& points, const WinogradShape& shape, const Chunk& chunk, const torch::Tensor& filters,
                      bool add) {
  const auto product = add ? add_product : multiply;
  for (std::int64_t k = 0; k < shape.filters(); ++k) {
    product(points.inputs(shape.kernel[k], chunk).transposed(), points.outputs(chunk), matrices_of(filters[k]));
  }
}

/// The gradient of a chunk's inputs, from that of its outputs.
template <class Points>
void inputs_backward(Points& points, const WinogradShape& shape, const Chunk& chunk, const torch::Tensor& filters) {
  points.clear_shifted_inputs(chunk);
  for (std::int64_t k = 0; k < shape.filters(); ++k) {
    const auto product = shape.kernel[k].shift == 0 ? multiply : add_product;
    product(points.outputs(chunk), matrices_of(filters[k]).transposed(), points.inputs(shape.kernel[k], chunk));
  }
}

template <int pairs, class Number>
WinogradGradients backward_frames(const torch::Tensor& x, const torch::Tensor& filters, const WinogradShape& shape,
                                  const torch::Tensor& grad_y, bool needs_x) {
  const torch::Tensor grad_x = needs_x ? torch::empty_like(x) : torch::Tensor();
  const std::int64_t group_clips = ceil_div(shape.clips, groups_of(shape)), groups = ceil_div(shape.clips, group_clips);
  const std::int64_t clips = ChunkAtPoints<pairs, Number>::fitting(shape, group_clips);
  const torch::Tensor sums = torch::empty({groups, shape.filters(), kPoints<pairs>, shape.in, shape.out}, x.options());
  const auto start = [&] { return ChunkAtPoints<pairs, Number>(shape, clips); };
  for_chunks(shape.clips, group_clips, clips, start, [&](ChunkAtPoints<pairs, Number>& points, const Chunk& chunk) {
    points.evaluate_inputs(x.data_ptr<Number>(), chunk);
    points.interpolate_outputs_backward(grad_y.data_ptr<Number>(), chunk);
    filters_backward(points, shape, chunk, sums[chunk.group], chunk.first > chunk.group * group_clips);
    if (!needs_x) return;
    inputs_backward(points, shape, chunk, filters);  // the chunk now holds the gradient of its inputs
    points.evaluate_inputs_backward(grad_x.data_ptr<Number>(), chunk);
  });
  return {grad_x, weights_backward<pairs, Number>(sums.sum(0), shape)};
}

/// Calls run<pairs, Number>() for the pairs of points that the kernel needs and the type of numbers.
template <class Run>
auto dispatch(const WinogradShape& shape, torch::ScalarType type, const Run& run) {
  return AT_DISPATCH_FLOATING_TYPES(type, "temporal_convolution", [&] {
    return pairs_for(shape.kernel) == 2 ? run.template operator()<2, scalar_t>()
                                        : run.template operator()<3, scalar_t>();
  });
}

}  // namespace

bool winograd_saves_products(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  constexpr std::int64_t kMinChannels = 16;
  const WinogradShape shape = shape_of(x, weights, stride);
  if (x.scalar_type() == torch::kBFloat16 || shape.taps < 3 || stride > 2) return false;
  if (std::min(shape.in, shape.out) < kMinChannels || shape.rows() < kMinRows) return false;
  return shape.filters() * (pairs_for(shape.kernel) == 2 ? kPoints<2> : kPoints<3>) < kOutputs * shape.taps;
}

WinogradResult winograd_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  const WinogradShape shape = shape_of(x, weights, stride);
  return dispatch(shape, x.scalar_type(), [&]<int pairs, class Number>() -> WinogradResult {
    const torch::Tensor filters = filters_at_points<pairs, Number>(weights, shape);
    return {unfold(forward_frames<pairs, Number>(frames_of(x), filters, shape)), filters};
  });
}

WinogradGradients winograd_convolution_backward(const torch::Tensor& x, const torch::Tensor& weights,
                                                const torch::Tensor& filters, const torch::Tensor& grad_y,
                                                std::int64_t stride, bool needs_x) {
  const WinogradShape shape = shape_of(x, weights, stride);
  const WinogradGradients found = dispatch(shape, x.scalar_type(), [&]<int pairs, class Number> {
    return backward_frames<pairs, Number>(frames_of(x), filters, shape, frames_of(grad_y), needs_x);
  });
  return {needs_x ? unfold(found.x) : torch::Tensor(), found.weights};
}

}  // namespace pskd::ops::cpu
