// The loops of batch norm with ReLU, residual and pooling, forward and backward. They are bound by memory traffic: each
// reads its tensors once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/cpu/bfloat16.hpp"

namespace pskd::ops::cpu {

/// A channels-last tensor as a matrix: a row for each clip, frame and joint.
struct Extent {
  std::int64_t rows, channels;
};

/// Calls run<Vector>(row, end, c) for blocks of a few rows and as many channels as a vector has lanes. Over the rows of
/// a block, what belongs to a channel stays in registers; over its channels, the rows stay in the L1 cache.
template <class Number, class Run>
void for_blocks(Extent extent, const Run& run) {
  constexpr std::int64_t kRows = 16;
  run_on_processor([=]<int bytes>() __attribute__((always_inline)) {
    for (std::int64_t row = 0; row < extent.rows; row += kRows) {
      const std::int64_t end = std::min(row + kRows, extent.rows);
      for_lanes<bytes, Number>(
          extent.channels, [&]<class Vector>(std::int64_t c)
                               __attribute__((always_inline)) { run.template operator()<Vector>(row, end, c); });
    }
  });
}

/// Adds to each channel the sums over the rows of x - origin and of its square.
template <class Stored>
void add_moments(Extent extent, const Stored* x, const Computed<Stored>* origin, Computed<Stored>* sums,
                 Computed<Stored>* squares) {
  for_blocks<Computed<Stored>>(
      extent, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto from = load<Vector>(origin + c);
        auto sum = load<Vector>(sums + c), square = load<Vector>(squares + c);
        for (; row < end; ++row) {
          const Vector value = load<Vector>(x + row * extent.channels + c) - from;
          sum += value;
          square += value * value;
        }
        store(sums + c, sum);
        store(squares + c, square);
      });
}

/// y = max(floor, (x - mean) scale + bias + residual), with a mean, a scale and a bias for each channel.
template <class Number>
struct Affine {
  const Number *mean, *scale, *bias;
  Number floor;  ///< 0 with a ReLU, else minus infinity
};

/// Whether the first of two neighbors is the larger one after scaling. Of equals the first is taken.
template <class Vector>
PSKD_INLINE auto is_first(const Vector& value, const Vector& next, const Vector& scale) {
  return (value - next) * scale >= 0;
}

/// The x that y is computed from: x itself or, where pairs are pooled, the one of two rows that gives the larger y.
template <class Vector, int pool, class Stored>
PSKD_INLINE Vector highest(const Stored* x, std::int64_t channels, const Vector& scale) {
  const auto value = load<Vector>(x);
  if constexpr (pool == 1) return value;
  const auto next = load<Vector>(x + channels);
  return is_first(value, next, scale) ? value : next;
}

/// Writes a row of y for each `pool` rows of x, the largest of them. NaN propagates, unless it is the first of a pair.
/// `y` may be `x`.
template <int pool, class Stored>
void apply_norm(Extent out, const Stored* x, Affine<Computed<Stored>> affine, const Stored* residual, Stored* y) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c);
        const Vector floor = Vector{} + affine.floor;
        for (; row < end; ++row) {
          const std::int64_t at = row * out.channels + c;
          Vector value =
              (highest<Vector, pool>(x + pool * row * out.channels + c, out.channels, scale) - mean) * scale + bias;
          if (residual != nullptr) value += load<Vector>(residual + at);
          value = value < floor ? floor : value;
          store(y + at, value);
        }
      });
}

/// What the gradient of a group of rows is computed from; `y` is null unless a residual was added.
template <class Stored>
struct BackwardRows {
  const Stored *grad_y, *y, *x;
};

/// The gradient before the ReLU: that of y where y is above the floor, else 0. Without a residual, y is `affine_x`.
template <class Vector, class Stored>
PSKD_INLINE Vector relu_backward(const BackwardRows<Stored>& rows, std::int64_t at, const Vector& affine_x,
                                 Computed<Stored> floor) {
  const Vector y = rows.y != nullptr ? load<Vector>(rows.y + at) : affine_x;
  return y <= Vector{} + floor ? Vector{} : load<Vector>(rows.grad_y + at);
}

/// Adds to each channel the sums over the rows of the gradient g before the ReLU and of g (x - mean).
template <int pool, class Stored>
void add_gradients(Extent out, BackwardRows<Stored> rows, Affine<Computed<Stored>> affine, Computed<Stored>* sums,
                   Computed<Stored>* products) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c);
        auto sum = load<Vector>(sums + c), product = load<Vector>(products + c);
        for (; row < end; ++row) {
          const Vector centered =
              highest<Vector, pool>(rows.x + pool * row * out.channels + c, out.channels, scale) - mean;
          const auto g = relu_backward(rows, row * out.channels + c, centered * scale + bias, affine.floor);
          sum += g;
          product += g * centered;
        }
        store(sums + c, sum);
        store(products + c, product);
      });
}

/// Writes the gradients of x, g scale + (x - mean) slope + offset, and of the residual, g, unless that is null.
template <int pool, class Stored>
void apply_gradients(Extent out, BackwardRows<Stored> rows, Affine<Computed<Stored>> affine,
                     const Computed<Stored>* slopes, const Computed<Stored>* offsets, Stored* grad_x,
                     Stored* grad_residual) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c), slope = load<Vector>(slopes + c),
                   offset = load<Vector>(offsets + c);
        for (; row < end; ++row) {
          const std::int64_t at = row * out.channels + c, in = pool * row * out.channels + c;
          const auto value = load<Vector>(rows.x + in);
          const Vector centered = highest<Vector, pool>(rows.x + in, out.channels, scale) - mean;
          const auto g = relu_backward(rows, at, centered * scale + bias, affine.floor);
          Vector grad_value = g;
          if constexpr (pool == 2) {
            const auto next = load<Vector>(rows.x + in + out.channels);
            const auto first = is_first(value, next, scale);
            grad_value = first ? g : Vector{};
            const Vector grad_next = first ? Vector{} : g;
            store(grad_x + in + out.channels, Vector(grad_next * scale + (next - mean) * slope + offset));
          }
          store(grad_x + in, Vector(grad_value * scale + (value - mean) * slope + offset));
          if (grad_residual != nullptr) store(grad_residual + at, g);
        }
      });
}

}  // namespace pskd::ops::cpu
