// Vectors of numbers, and loops compiled once for each width of vector registers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#define PSKD_INLINE __attribute__((always_inline)) inline
// Loops are compiled for AVX-512, for AVX2 and for other processors.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PSKD_EACH_PROCESSOR 1
#endif

#if defined(__GNUC__) && !defined(__clang__)
// The warning is about the calling convention of vectors. They are passed between inlined functions only.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace pskd::simd {

/// Whether the processor multiplies bfloat16 by itself (AVX-512 BF16).
inline bool multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

/// The widest vector registers, in bytes, that this processor has and loops are compiled for.
inline int register_bytes() {
#if PSKD_EACH_PROCESSOR
  static const int bytes = __builtin_cpu_supports("x86-64-v4") != 0   ? 64
                           : __builtin_cpu_supports("x86-64-v3") != 0 ? 32
                                                                      : 16;
  return bytes;
#else
  return 16;
#endif
}

#if PSKD_EACH_PROCESSOR
template <class Loops>
__attribute__((target("arch=x86-64-v4"))) void run_in_64_bytes(Loops loops) {
  loops.template operator()<64>();
}
template <class Loops>
__attribute__((target("arch=x86-64-v3"))) void run_in_32_bytes(Loops loops) {
  loops.template operator()<32>();
}
#endif

/// Runs loops<bytes>() compiled for this processor, whose vector registers have so many bytes: a wider vector would lie
/// in memory, where sums in it are twenty times as slow. What the loops call must be inlined into them (PSKD_INLINE),
/// else it is compiled for any processor. They capture copies, not references, which a store might change.
template <class Loops>
void run_on_processor(const Loops& loops) {
#if PSKD_EACH_PROCESSOR
  if (register_bytes() == 64) return run_in_64_bytes(loops);
  if (register_bytes() == 32) return run_in_32_bytes(loops);
#endif
  loops.template operator()<16>();
}

template <class Scalar, int count>
struct LanesOf {
  typedef Scalar type __attribute__((vector_size(count * sizeof(Scalar))));
};
/// A vector of `count` numbers.
template <class Scalar, int count>
using Lanes = typename LanesOf<Scalar, count>::type;

template <class Vector, class Scalar>
PSKD_INLINE Vector load(const Scalar* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof(Vector));
  return vector;
}

template <class Vector, class Scalar>
PSKD_INLINE void store(Scalar* to, const Vector& vector) {
  std::memcpy(to, &vector, sizeof(Vector));
}

/// Covers `count` numbers with vectors that fill a register of `bytes` or half of it, and the rest one by one: calls
/// run<Vector>(i) for those from i on.
template <int bytes, class Number, class Run>
PSKD_INLINE void for_lanes(std::int64_t count, const Run& run) {
  constexpr int kLanes = bytes / sizeof(Number), kHalf = kLanes / 2;
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) run.template operator()<Lanes<Number, kLanes>>(i);
  for (; i + kHalf <= count; i += kHalf) run.template operator()<Lanes<Number, kHalf>>(i);
  for (; i < count; ++i) run.template operator()<Lanes<Number, 1>>(i);
}

/// for_lanes on this processor.
template <class Number, class Run>
void for_numbers(std::int64_t count, const Run& run) {
  run_on_processor([=]<int bytes>() __attribute__((always_inline)) { for_lanes<bytes, Number>(count, run); });
}

}  // namespace pskd::simd
