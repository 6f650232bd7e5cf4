// Vectors of numbers, and functions compiled once for each width of vector registers.
#pragma once

#include <cstdint>
#include <cstring>

// Compiles a function three times, for AVX-512, for AVX2 and for other processors; the loader picks one. What such a
// function calls must be inlined into it (PSKD_INLINE), else it is compiled for other processors only. Not under the
// address sanitizer, whose runtime is not ready when the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define PSKD_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PSKD_EACH_PROCESSOR
#endif
#define PSKD_INLINE __attribute__((always_inline)) inline

#if defined(__GNUC__) && !defined(__clang__)
// The warning is about the calling convention of vectors. They are passed between inlined functions only.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace pskd::ops::cpu {

/// Whether the processor multiplies bfloat16 by itself (AVX-512 BF16).
inline bool multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
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

/// Covers `count` numbers with vectors of 16, 8 and 1: calls run<Vector>(i) for those from i on.
template <class Number, class Run>
PSKD_INLINE void for_lanes(std::int64_t count, const Run& run) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) run.template operator()<Lanes<Number, 16>>(i);
  for (; i + 8 <= count; i += 8) run.template operator()<Lanes<Number, 8>>(i);
  for (; i < count; ++i) run.template operator()<Lanes<Number, 1>>(i);
}

}  // namespace pskd::ops::cpu
