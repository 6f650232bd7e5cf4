// Vectors of a processor's lanes, and functions compiled once for each width of them.
#pragma once

#include <cstdint>
#include <cstring>

// One copy of the function for AVX-512, one for AVX2, one for the rest; the loader picks. What such a function calls
// must be inlined into it (PSKD_INLINE), else it is compiled for the rest only. The sanitizers' runtime is not ready
// when the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define PSKD_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PSKD_EACH_PROCESSOR
#endif
#define PSKD_INLINE __attribute__((always_inline)) inline

#if defined(__GNUC__) && !defined(__clang__)
// Vectors are passed between inlined functions only: how a call would pass them does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace pskd {

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
/// `count` numbers that are computed with at once.
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

/// Calls run<Vector>(i) for all of `count` numbers, as many from i on as a Vector has lanes.
template <class Number, class Run>
PSKD_INLINE void for_lanes(std::int64_t count, const Run& run) {
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16) run.template operator()<Lanes<Number, 16>>(i);
  for (; i + 8 <= count; i += 8) run.template operator()<Lanes<Number, 8>>(i);
  for (; i < count; ++i) run.template operator()<Lanes<Number, 1>>(i);
}

}  // namespace pskd
