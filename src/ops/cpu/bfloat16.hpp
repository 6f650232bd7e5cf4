// The same loops for float, double and bfloat16: a bfloat16 is widened to float where it is read and rounded where it
// is written. Everything between has the precision of float.
#pragma once

#include <ATen/OpMathType.h>
#include <c10/util/BFloat16.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/simd.hpp"

namespace pskd::ops::cpu {

using simd::for_lanes;
using simd::Lanes;
using simd::load;
using simd::multiplies_bfloat16;
using simd::run_on_processor;
using simd::store;

/// What loops over `Stored` compute in: float for bfloat16, else the type itself.
template <class Stored>
using Computed = at::opmath_type<Stored>;

template <class Vector>
PSKD_INLINE Vector load(const c10::BFloat16* from) {
  constexpr int kCount = sizeof(Vector) / sizeof(float);
  Lanes<std::uint16_t, kCount> stored;
  std::memcpy(&stored, from, sizeof(stored));
  const auto bits = __builtin_convertvector(stored, Lanes<std::uint32_t, kCount>) << 16;
  return std::bit_cast<Vector>(bits);
}

/// Rounds to nearest, ties to even. NaN propagates: a NaN whose bits were rounded up could become infinity or zero.
template <class Vector>
PSKD_INLINE void store(c10::BFloat16* to, const Vector& vector) {
  constexpr int kCount = sizeof(Vector) / sizeof(float);
  using Bits = Lanes<std::uint32_t, kCount>;
  const auto bits = std::bit_cast<Bits>(vector);
  const Bits rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const Bits kept = vector != vector ? Bits{} + 0x7fc0 : rounded;
  const auto stored = __builtin_convertvector(kept, Lanes<std::uint16_t, kCount>);
  std::memcpy(to, &stored, sizeof(stored));
}

}  // namespace pskd::ops::cpu
