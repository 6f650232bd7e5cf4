// Joint mixing in bfloat16 on processors with AVX-512 BF16. Its instruction multiplies pairs of numbers and adds both
// products to a sum in float: twice the multiply-adds of joint_mixing.hpp, and nothing to widen. The adjacency is
// rounded to bfloat16 for it. At the end, `mix` and `correlate` choose between these loops and the general ones.
//
// The tiles are those of joint_mixing.hpp, but its loops over them cannot be shared: GCC inlines what is compiled for
// an instruction set only into functions compiled for it too.
#pragma once

#include "ops/cpu/joint_mixing.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PSKD_BFLOAT16_PRODUCTS 1
#include <immintrin.h>

#include <bit>
#include <type_traits>
#include <vector>

#define PSKD_BFLOAT16_PROCESSOR __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,fma")))
#define PSKD_BFLOAT16_LAMBDA PSKD_BFLOAT16_PROCESSOR __attribute__((always_inline))
#define PSKD_BFLOAT16_INLINE PSKD_BFLOAT16_LAMBDA inline

namespace pskd::ops::cpu {

/// Two bfloat16 numbers, the first in the lower half.
using Pair = std::uint32_t;

PSKD_BFLOAT16_INLINE __m256 add_products(__m256 sums, __m256i a, __m256i b) {
  return _mm256_dpbf16_ps(sums, std::bit_cast<__m256bh>(a), std::bit_cast<__m256bh>(b));
}
PSKD_BFLOAT16_INLINE __m512 add_products(__m512 sums, __m512i a, __m512i b) {
  return _mm512_dpbf16_ps(sums, std::bit_cast<__m512bh>(a), std::bit_cast<__m512bh>(b));
}

/// Vectors of pairs, and of the sums of their products. `store` writes no more than `channels` numbers.
struct EightPairs {
  using Sums = __m256;
  static constexpr std::int64_t kLanes = 8;
  PSKD_BFLOAT16_INLINE static Sums zero() { return _mm256_setzero_ps(); }
  PSKD_BFLOAT16_INLINE static __m256i load(const Pair* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  PSKD_BFLOAT16_INLINE static __m256i repeat(Pair pair) { return _mm256_set1_epi32(std::bit_cast<int>(pair)); }
  PSKD_BFLOAT16_INLINE static void store(c10::BFloat16* to, Sums sums, std::int64_t channels) {
    const auto rounded = std::bit_cast<__m128i>(_mm256_cvtneps_pbh(sums));
    _mm_mask_storeu_epi16(to, static_cast<__mmask8>(channels >= kLanes ? 0xff : (1 << channels) - 1), rounded);
  }
};
struct SixteenPairs {
  using Sums = __m512;
  static constexpr std::int64_t kLanes = 16;
  PSKD_BFLOAT16_INLINE static Sums zero() { return _mm512_setzero_ps(); }
  PSKD_BFLOAT16_INLINE static __m512i load(const Pair* from) { return _mm512_loadu_si512(from); }
  PSKD_BFLOAT16_INLINE static __m512i repeat(Pair pair) { return _mm512_set1_epi32(std::bit_cast<int>(pair)); }
  PSKD_BFLOAT16_INLINE static void store(c10::BFloat16* to, Sums sums, std::int64_t) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), std::bit_cast<__m256i>(_mm512_cvtneps_pbh(sums)));
  }
};

/// A matrix [rows, columns] with the columns in pairs, [rows, ceil(columns / 2)].
inline std::vector<Pair> pair_up(const float* numbers, std::int64_t rows, std::int64_t columns) {
  const std::int64_t pairs = (columns + 1) / 2;
  std::vector<Pair> paired(rows * pairs);
  const auto bits = [](float number) -> Pair { return c10::BFloat16(number).x; };
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* from = numbers + row * columns;
    for (std::int64_t column = 0; column < columns; ++column) {
      paired[row * pairs + column / 2] |= bits(from[column]) << (column % 2 * 16);
    }
  }
  return paired;
}

/// Writes the joints of a frame in pairs, [pairs, width]: the same channel of two joints makes a pair. `width` is the
/// number of channels rounded up to eight.
PSKD_BFLOAT16_INLINE void pair_joints(FrameShape shape, const c10::BFloat16* frame, std::int64_t width, Pair* pairs) {
  const auto* bits = reinterpret_cast<const std::uint16_t*>(frame);
  for (std::int64_t joint = 0; joint < shape.joints; joint += 2) {
    const std::uint16_t* first = bits + joint * shape.channels;
    Pair* to = pairs + joint / 2 * width;
    if (joint + 1 < shape.joints) {
      const std::uint16_t* second = first + shape.channels;
      for (std::int64_t c = 0; c < shape.channels; ++c) to[c] = first[c] | static_cast<Pair>(second[c]) << 16;
    } else {
      for (std::int64_t c = 0; c < shape.channels; ++c) to[c] = first[c];
    }
  }
}

/// for_tiles of joint_mixing.hpp, compiled for AVX-512 BF16.
template <int tile, class Run>
PSKD_BFLOAT16_INLINE void for_pair_tiles(std::int64_t count, const Run& run) {
  std::int64_t first = 0;
  for (; first + tile <= count; first += tile) run.template operator()<tile>(first);
  for (; first < count; ++first) run.template operator()<1>(first);
}

struct PairedFrame {
  const Pair* pairs;
  std::int64_t count, width;
};

template <class Vector, int rows, int vectors>
PSKD_BFLOAT16_INLINE void mix_pair_tile(FrameShape shape, const Pair* weights, PairedFrame frame, std::int64_t c,
                                        c10::BFloat16* mixed) {
  typename Vector::Sums sums[rows][vectors];
  for (auto& row : sums) {
    for (auto& sum : row) sum = Vector::zero();
  }
  for (std::int64_t pair = 0; pair < frame.count; ++pair) {
    decltype(Vector::load(frame.pairs)) values[vectors];
    for (int v = 0; v < vectors; ++v) {
      values[v] = Vector::load(frame.pairs + pair * frame.width + c + v * Vector::kLanes);
    }
    for (int r = 0; r < rows; ++r) {
      const auto weight = Vector::repeat(weights[r * frame.count + pair]);
      for (int v = 0; v < vectors; ++v) sums[r][v] = add_products(sums[r][v], weight, values[v]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t at = c + v * Vector::kLanes;
      Vector::store(mixed + r * shape.channels + at, sums[r][v], shape.channels - at);
    }
  }
}

template <class Vector, int vectors>
PSKD_BFLOAT16_INLINE void mix_pair_columns(FrameShape shape, const Pair* weights, PairedFrame frame, std::int64_t c,
                                           c10::BFloat16* mixed) {
  for_pair_tiles<mixed_rows(64, vectors)>(shape.rows, [=]<int rows>(std::int64_t row) PSKD_BFLOAT16_LAMBDA {
    mix_pair_tile<Vector, rows, vectors>(shape, weights + row * frame.count, frame, c, mixed + row * shape.channels);
  });
}

PSKD_BFLOAT16_PROCESSOR inline void mix_paired_frames(FrameShape shape, const float* weights,
                                                      const c10::BFloat16* frames, c10::BFloat16* mixed,
                                                      std::int64_t count) {
  const std::int64_t pairs = (shape.joints + 1) / 2, width = (shape.channels + 7) / 8 * 8;
  const std::vector<Pair> paired = pair_up(weights, shape.rows, shape.joints);
  std::vector<Pair> paired_frame(pairs * width);
  const PairedFrame frame{paired_frame.data(), pairs, width};
  for (std::int64_t i = 0; i < count; ++i) {
    pair_joints(shape, frames, width, paired_frame.data());
    std::int64_t c = 0;
    for (; c + 48 <= shape.channels; c += 48) mix_pair_columns<SixteenPairs, 3>(shape, paired.data(), frame, c, mixed);
    for (; c + 24 <= shape.channels; c += 24) mix_pair_columns<EightPairs, 3>(shape, paired.data(), frame, c, mixed);
    for (; c < shape.channels; c += 8) mix_pair_columns<EightPairs, 1>(shape, paired.data(), frame, c, mixed);
    frames += shape.joints * shape.channels;
    mixed += shape.rows * shape.channels;
  }
}

/// Sixteen channels of a row, or those left of it.
PSKD_BFLOAT16_INLINE __m256i load_channels(const c10::BFloat16* from, std::int64_t channels) {
  const auto mask = static_cast<__mmask16>(channels >= 16 ? 0xffff : (1 << channels) - 1);
  return _mm256_maskz_loadu_epi16(mask, from);
}

template <int rows, int joints>
PSKD_BFLOAT16_INLINE void correlate_pair_tile(FrameShape shape, const c10::BFloat16* mixed, const c10::BFloat16* frame,
                                              float* sums, std::int64_t count) {
  __m256 products[rows][joints];
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < joints; ++j) products[r][j] = _mm256_loadu_ps(sums + (r * shape.joints + j) * kSumLanes);
  }
  const std::int64_t mixed_size = shape.rows * shape.channels, frame_size = shape.joints * shape.channels;
  for (std::int64_t f = 0; f < count; ++f, mixed += mixed_size, frame += frame_size) {
    for (std::int64_t c = 0; c < shape.channels; c += 16) {
      __m256i joint_values[joints];
      for (int j = 0; j < joints; ++j) {
        joint_values[j] = load_channels(frame + j * shape.channels + c, shape.channels - c);
      }
      for (int r = 0; r < rows; ++r) {
        const __m256i row_values = load_channels(mixed + r * shape.channels + c, shape.channels - c);
        for (int j = 0; j < joints; ++j) products[r][j] = add_products(products[r][j], row_values, joint_values[j]);
      }
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < joints; ++j) _mm256_storeu_ps(sums + (r * shape.joints + j) * kSumLanes, products[r][j]);
  }
}

template <int rows>
PSKD_BFLOAT16_INLINE void correlate_pair_rows(FrameShape shape, const c10::BFloat16* mixed, const c10::BFloat16* frame,
                                              float* sums, std::int64_t count) {
  for_pair_tiles<kCorrelatedJoints>(shape.joints, [=]<int joints>(std::int64_t joint) PSKD_BFLOAT16_LAMBDA {
    correlate_pair_tile<rows, joints>(shape, mixed, frame + joint * shape.channels, sums + joint * kSumLanes, count);
  });
}

PSKD_BFLOAT16_PROCESSOR inline void correlate_paired_frames(FrameShape shape, const c10::BFloat16* mixed,
                                                            const c10::BFloat16* frames, float* sums,
                                                            std::int64_t count) {
  const std::int64_t step = frames_at_once(shape, sizeof(c10::BFloat16));
  const std::int64_t sums_of_row = shape.joints * kSumLanes;
  for (std::int64_t first = 0; first < count; first += step) {
    const std::int64_t some = std::min(step, count - first);
    const c10::BFloat16* joints = frames + first * shape.joints * shape.channels;
    for_pair_tiles<correlated_rows(64)>(shape.rows, [=]<int rows>(std::int64_t row) PSKD_BFLOAT16_LAMBDA {
      const c10::BFloat16* some_rows = mixed + (first * shape.rows + row) * shape.channels;
      correlate_pair_rows<rows>(shape, some_rows, joints, sums + row * sums_of_row, some);
    });
  }
}

}  // namespace pskd::ops::cpu
#endif

namespace pskd::ops::cpu {

/// mix_frames, by what this processor does best.
template <class Stored>
void mix(FrameShape shape, const Computed<Stored>* weights, const Stored* frames, Stored* mixed, std::int64_t count) {
#if PSKD_BFLOAT16_PRODUCTS
  if constexpr (std::is_same_v<Stored, c10::BFloat16>) {
    if (multiplies_bfloat16()) return mix_paired_frames(shape, weights, frames, mixed, count);
  }
#endif
  mix_frames(shape, weights, frames, mixed, count);
}

/// correlate_frames, by what this processor does best.
template <class Stored>
void correlate(FrameShape shape, const Stored* mixed, const Stored* frames, Computed<Stored>* sums,
               std::int64_t count) {
#if PSKD_BFLOAT16_PRODUCTS
  if constexpr (std::is_same_v<Stored, c10::BFloat16>) {
    if (multiplies_bfloat16()) return correlate_paired_frames(shape, mixed, frames, sums, count);
  }
#endif
  correlate_frames(shape, mixed, frames, sums, count);
}

}  // namespace pskd::ops::cpu
