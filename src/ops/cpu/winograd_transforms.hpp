// Winograd's minimal filtering (Winograd 1980; Lavin and Gray 2016): four outputs of a filter of r taps by r + 3
// products instead of 4 r. Inputs and taps are the coefficients of polynomials, which are evaluated at r + 3 points: 0,
// pairs of opposite numbers, and infinity. The values are multiplied point by point, and the outputs interpolated from
// the products: the transposed algorithm of Toom and Cook. The additions cost some precision: in float the error is
// 1e-6 of the norm of the result, that of a plain sum of products 2e-7.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "base/simd.hpp"

namespace pskd::ops::cpu {

using simd::for_numbers;
using simd::load;
using simd::store;

constexpr int kOutputs = 4;
/// Taps and points of a filter with so many pairs of opposite points.
template <int pairs>
constexpr int kTaps = 2 * pairs - 1;
template <int pairs>
constexpr int kPoints = 2 * pairs + 2;

/// The positive of each pair.
constexpr std::array kOpposites = {1.0, 2.0, 0.5};

/// The product of x^2 - a^2 over all pairs but `left_out`, as coefficients of x^0, x^2, x^4, ...; the highest is 1.
template <int pairs>
constexpr std::array<double, pairs + 1> product_without(int left_out) {
  std::array<double, pairs + 1> coefficients = {1};
  int degree = 0;
  for (int pair = 0; pair < pairs; ++pair) {
    if (pair == left_out) continue;
    ++degree;
    for (int k = degree; k >= 0; --k) {
      coefficients[k] = (k > 0 ? coefficients[k - 1] : 0) - kOpposites[pair] * kOpposites[pair] * coefficients[k];
    }
  }
  return coefficients;
}

template <int pairs>
constexpr auto kProduct = product_without<pairs>(pairs);
/// For each pair, the product of the others.
template <int pairs>
constexpr auto kProducts = [] {
  std::array<std::array<double, pairs + 1>, pairs> products;
  for (int pair = 0; pair < pairs; ++pair) products[pair] = product_without<pairs>(pair);
  return products;
}();
/// For each pair, its positive to the power of 0, 1, 2, ...
constexpr auto kPowers = [] {
  std::array<std::array<double, kOutputs + 1>, kOpposites.size()> powers;
  for (std::size_t pair = 0; pair < powers.size(); ++pair) {
    double power = 1;
    for (double& entry : powers[pair]) {
      entry = power;
      power *= kOpposites[pair];
    }
  }
  return powers;
}();

/// The matrix that evaluates taps at the points, [kPoints, kTaps]. The divisors of the interpolation are in it: taps
/// are evaluated once, outputs interpolated many times.
template <int pairs>
constexpr auto kTapsToPoints = [] {
  std::array<std::array<double, kTaps<pairs>>, kPoints<pairs>> matrix{};
  matrix.front()[0] = 1 / kProduct<pairs>[0];
  matrix.back()[kTaps<pairs> - 1] = 1;
  for (int pair = 0; pair < pairs; ++pair) {
    double divisor = 0;
    for (int k = pairs; k >= 0; --k) divisor = divisor * kPowers[pair][2] + kProducts<pairs>[pair][k];
    divisor *= 2 * kPowers[pair][2];
    for (int tap = 0; tap < kTaps<pairs>; ++tap) {
      matrix[2 * pair + 1][tap] = kPowers[pair][tap] / divisor;
      matrix[2 * pair + 2][tap] = (tap % 2 == 0 ? 1 : -1) * kPowers[pair][tap] / divisor;
    }
  }
  return matrix;
}();

template <class Vector>
using NumberOf = std::remove_cvref_t<decltype(std::declval<Vector>()[0])>;
template <class Vector, int pairs>
using AtPoints = std::array<Vector, kPoints<pairs>>;
template <class Vector>
using Outputs = std::array<Vector, kOutputs>;

/// Evaluates inputs at the points. The sum of the even powers is the same for a and -a, that of the odd ones its
/// opposite.
template <int pairs, class Vector>
PSKD_INLINE AtPoints<Vector, pairs> inputs_to_points(const AtPoints<Vector, pairs>& x) {
  using Number = NumberOf<Vector>;
  AtPoints<Vector, pairs> points;
  Vector zero = x[2 * pairs], infinity = x[2 * pairs + 1];
  for (int k = 0; k < pairs; ++k) {
    zero += static_cast<Number>(kProduct<pairs>[k]) * x[2 * k];
    infinity += static_cast<Number>(kProduct<pairs>[k]) * x[2 * k + 1];
  }
  points.front() = zero;
  points.back() = infinity;
  for (int pair = 0; pair < pairs; ++pair) {
    Vector even = x[2 * pairs], odd = x[2 * pairs - 1];
    for (int k = 0; k + 1 < pairs; ++k) {
      even += static_cast<Number>(kProducts<pairs>[pair][k]) * x[2 * k + 2];
      odd += static_cast<Number>(kProducts<pairs>[pair][k]) * x[2 * k + 1];
    }
    odd *= static_cast<Number>(kOpposites[pair]);
    points[2 * pair + 1] = even + odd;
    points[2 * pair + 2] = even - odd;
  }
  return points;
}

/// The transpose of inputs_to_points.
template <int pairs, class Vector>
PSKD_INLINE AtPoints<Vector, pairs> points_to_inputs(const AtPoints<Vector, pairs>& points) {
  using Number = NumberOf<Vector>;
  AtPoints<Vector, pairs> x;
  for (int k = 0; k <= pairs; ++k) {
    x[2 * k] = static_cast<Number>(kProduct<pairs>[k]) * points.front();
    x[2 * k + 1] = static_cast<Number>(kProduct<pairs>[k]) * points.back();
  }
  for (int pair = 0; pair < pairs; ++pair) {
    const Vector even = points[2 * pair + 1] + points[2 * pair + 2];
    const Vector odd = static_cast<Number>(kOpposites[pair]) * (points[2 * pair + 1] - points[2 * pair + 2]);
    for (int k = 0; k < pairs; ++k) {
      x[2 * k + 2] += static_cast<Number>(kProducts<pairs>[pair][k]) * even;
      x[2 * k + 1] += static_cast<Number>(kProducts<pairs>[pair][k]) * odd;
    }
  }
  return x;
}

template <int pairs, class Vector>
PSKD_INLINE Outputs<Vector> points_to_outputs(const AtPoints<Vector, pairs>& points) {
  using Number = NumberOf<Vector>;
  Outputs<Vector> y{};
  y.front() = points.front();
  y.back() = points.back();
  for (int pair = 0; pair < pairs; ++pair) {
    const Vector even = points[2 * pair + 1] + points[2 * pair + 2];
    const Vector odd = points[2 * pair + 1] - points[2 * pair + 2];
    for (int k = 0; k < kOutputs; ++k) y[k] += static_cast<Number>(kPowers[pair][k]) * (k % 2 == 0 ? even : odd);
  }
  return y;
}

/// The transpose of points_to_outputs.
template <int pairs, class Vector>
PSKD_INLINE AtPoints<Vector, pairs> outputs_to_points(const Outputs<Vector>& y) {
  using Number = NumberOf<Vector>;
  AtPoints<Vector, pairs> points;
  points.front() = y.front();
  points.back() = y.back();
  for (int pair = 0; pair < pairs; ++pair) {
    Vector even{}, odd{};
    for (int k = 0; k < kOutputs; ++k) (k % 2 == 0 ? even : odd) += static_cast<Number>(kPowers[pair][k]) * y[k];
    points[2 * pair + 1] = even + odd;
    points[2 * pair + 2] = even - odd;
  }
  return points;
}

template <class Vector, int pairs>
using TapsOf = std::array<Vector, kTaps<pairs>>;

template <int pairs, class Vector>
PSKD_INLINE AtPoints<Vector, pairs> taps_to_points(const TapsOf<Vector, pairs>& taps) {
  AtPoints<Vector, pairs> points{};
  for (int p = 0; p < kPoints<pairs>; ++p) {
    for (int k = 0; k < kTaps<pairs>; ++k)
      points[p] += static_cast<NumberOf<Vector>>(kTapsToPoints<pairs>[p][k]) * taps[k];
  }
  return points;
}

/// The transpose of taps_to_points.
template <int pairs, class Vector>
PSKD_INLINE TapsOf<Vector, pairs> points_to_taps(const AtPoints<Vector, pairs>& points) {
  TapsOf<Vector, pairs> taps{};
  for (int p = 0; p < kPoints<pairs>; ++p) {
    for (int k = 0; k < kTaps<pairs>; ++k)
      taps[k] += static_cast<NumberOf<Vector>>(kTapsToPoints<pairs>[p][k]) * points[p];
  }
  return taps;
}

template <class Number, std::size_t count>
using FramePointers = std::array<Number*, count>;

/// The values of a frame at the points, each `stride` numbers after the one before.
template <class Number>
struct FrameAtPoints {
  Number* numbers;
  std::int64_t stride;
};

template <class Vector, std::size_t count, class Number>
PSKD_INLINE std::array<Vector, count> load_all(const FramePointers<const Number, count>& frames, std::int64_t i) {
  std::array<Vector, count> vectors;
  for (std::size_t k = 0; k < count; ++k) vectors[k] = load<Vector>(frames[k] + i);
  return vectors;
}

template <class Vector, int pairs, class Number>
PSKD_INLINE AtPoints<Vector, pairs> load_points(const FrameAtPoints<Number>& from, std::int64_t i) {
  AtPoints<Vector, pairs> vectors;
  for (int p = 0; p < kPoints<pairs>; ++p) vectors[p] = load<Vector>(from.numbers + p * from.stride + i);
  return vectors;
}

template <int pairs, class Vector, class Number>
PSKD_INLINE void store_points(const FrameAtPoints<Number>& to, std::int64_t i, const AtPoints<Vector, pairs>& vectors) {
  for (int p = 0; p < kPoints<pairs>; ++p) store(to.numbers + p * to.stride + i, vectors[p]);
}

/// Evaluates as many frames of `count` numbers as there are points.
template <int pairs, class Number>
void evaluate(const FramePointers<const Number, kPoints<pairs>>& frames, std::int64_t count,
              const FrameAtPoints<Number>& points) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        store_points<pairs>(points, i, inputs_to_points<pairs>(load_all<Vector>(frames, i)));
      });
}

/// The gradient of four frames that two overlapping tiles share, from the gradients at the points. They are the first
/// four of the tile `after`, and follow the first four of the tile `before`, which has all or only some of them.
template <int pairs, class Number>
void evaluate_backward(const FrameAtPoints<const Number>& before, const FrameAtPoints<const Number>& after,
                       std::int64_t count, const FramePointers<Number, kOutputs>& frames) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        const auto last = points_to_inputs<pairs>(load_points<Vector, pairs>(before, i));
        const auto first = points_to_inputs<pairs>(load_points<Vector, pairs>(after, i));
        for (int k = 0; k < kOutputs; ++k) {
          store(frames[k] + i,
                kOutputs + k < kPoints<pairs> ? last[(kOutputs + k) % kPoints<pairs>] + first[k] : first[k]);
        }
      });
}

/// Interpolates four frames of outputs from the products at the points.
template <int pairs, class Number>
void interpolate(const FrameAtPoints<const Number>& points, std::int64_t count,
                 const FramePointers<Number, kOutputs>& frames) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        const auto outputs = points_to_outputs<pairs>(load_points<Vector, pairs>(points, i));
        for (int k = 0; k < kOutputs; ++k) store(frames[k] + i, outputs[k]);
      });
}

/// The gradient of the products at the points, from that of the outputs.
template <int pairs, class Number>
void interpolate_backward(const FramePointers<const Number, kOutputs>& frames, std::int64_t count,
                          const FrameAtPoints<Number>& points) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        store_points<pairs>(points, i, outputs_to_points<pairs>(load_all<Vector>(frames, i)));
      });
}

/// Evaluates `count` filters of kTaps taps.
template <int pairs, class Number>
void evaluate_taps(const FramePointers<const Number, kTaps<pairs>>& taps, std::int64_t count,
                   const FrameAtPoints<Number>& points) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        store_points<pairs>(points, i, taps_to_points<pairs>(load_all<Vector>(taps, i)));
      });
}

/// The gradient of the taps, from that of the filters at the points.
template <int pairs, class Number>
void evaluate_taps_backward(const FrameAtPoints<const Number>& points, std::int64_t count,
                            const FramePointers<Number, kTaps<pairs>>& taps) {
  for_numbers<Number>(
      count, [=]<class Vector>(std::int64_t i) __attribute__((always_inline)) {
        const auto all = points_to_taps<pairs>(load_points<Vector, pairs>(points, i));
        for (int k = 0; k < kTaps<pairs>; ++k) store(taps[k] + i, all[k]);
      });
}

}  // namespace pskd::ops::cpu
