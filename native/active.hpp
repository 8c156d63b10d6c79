// Active hidden units: those that are not zero, about a third in a grown lizard. Later products read only these, and
// only these are kept for backward, packed without gaps. A bit for each unit says whether it is active.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__wasm__)
#include <wasm_simd128.h>
#else
#include <arm_neon.h>
#endif

#include "isa_kernel.hpp"
#include "vectors.hpp"

namespace blastema {
namespace {

// Shuffles for each set of lanes: `pack` moves the lanes of the set to the front, `unpack` moves them back. A lane is
// `Bytes` indices, as the shuffle instructions need them; negative indices give zero.
template <int Lanes, int Bytes>
struct LaneShuffles {
  int8_t pack[1 << Lanes][Lanes * Bytes], unpack[1 << Lanes][Lanes * Bytes];
  constexpr LaneShuffles() : pack{}, unpack{} {
    for (int set = 0; set < 1 << Lanes; ++set)
      for (int lane = 0, packed = 0; lane < Lanes; ++lane) {
        const bool present = set >> lane & 1;
        for (int byte = 0; byte < Bytes; ++byte) {
          if (present) pack[set][packed * Bytes + byte] = int8_t(lane * Bytes + byte);
          unpack[set][lane * Bytes + byte] = present ? int8_t(packed * Bytes + byte) : int8_t(-1);
        }
        packed += present;
      }
  }
};

// nonzero: a bit for each lane that is not zero; NaN is not zero. pack: moves the lanes of a set to the front. unpack:
// moves them back, with zeros between them.
#if BLASTEMA_LANES == 16
inline uint32_t nonzero(Vector v) { return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
inline Vector pack(Vector v, uint32_t set) { return (Vector)_mm512_maskz_compress_ps(__mmask16(set), (__m512)v); }
inline Vector unpack(Vector v, uint32_t set) { return (Vector)_mm512_maskz_expand_ps(__mmask16(set), (__m512)v); }
#elif BLASTEMA_LANES == 8
constexpr LaneShuffles<8, 1> shuffles;
inline Vector shuffle(Vector v, const int8_t* indices) {
  const __m256i lane = _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(indices)));
  const __m256 shuffled = _mm256_permutevar8x32_ps((__m256)v, lane);
  return (Vector)_mm256_blendv_ps(shuffled, _mm256_setzero_ps(), _mm256_castsi256_ps(lane));
}
inline uint32_t nonzero(Vector v) {
  return uint32_t(_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
}
inline Vector pack(Vector v, uint32_t set) { return shuffle(v, shuffles.pack[set]); }
inline Vector unpack(Vector v, uint32_t set) { return shuffle(v, shuffles.unpack[set]); }
#else
constexpr LaneShuffles<4, 4> shuffles;
#if defined(__x86_64__)
inline Vector shuffle(Vector v, const int8_t* indices) {
  return (Vector)_mm_shuffle_epi8((__m128i)v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(indices)));
}
inline uint32_t nonzero(Vector v) { return uint32_t(_mm_movemask_ps(_mm_cmpneq_ps((__m128)v, _mm_setzero_ps()))); }
#elif defined(__wasm__)
inline Vector shuffle(Vector v, const int8_t* indices) {
  return (Vector)wasm_i8x16_swizzle((v128_t)v, wasm_v128_load(indices));
}
inline uint32_t nonzero(Vector v) { return wasm_i32x4_bitmask(wasm_f32x4_ne((v128_t)v, wasm_f32x4_splat(0))); }
#else
inline Vector shuffle(Vector v, const int8_t* indices) {
  return (Vector)vqtbl1q_u8((uint8x16_t)v, vld1q_u8(reinterpret_cast<const uint8_t*>(indices)));
}
inline uint32_t nonzero(Vector v) {
  const uint32x4_t bit = {1, 2, 4, 8};
  return vaddvq_u32(vbicq_u32(bit, vceqzq_f32((float32x4_t)v)));
}
#endif
inline Vector pack(Vector v, uint32_t set) { return shuffle(v, shuffles.pack[set]); }
inline Vector unpack(Vector v, uint32_t set) { return shuffle(v, shuffles.unpack[set]); }
#endif

// Calls body(word, begin, end) for every word of `rows` rows of bits (rows, words_for(units)), with the range of
// elements of (rows, units) that its bits describe.
template <class Word, class Body>
inline void for_each_word(int units, int rows, Word* bits, const Body& body) {
  for (int row = 0; row < rows; ++row, bits += words_for(units))
    for (int word = 0; word < words_for(units); ++word) {
      const ptrdiff_t first = ptrdiff_t(row) * units, begin = word * 64, end = begin + 64 < units ? begin + 64 : units;
      body(bits[word], first + begin, first + end);
    }
}

// Finds the active units of hidden, (rows, units); sets bits, (rows, words_for(units)).
inline void find_active(const float* hidden, int units, int rows, uint64_t* bits) {
  for_each_word(units, rows, bits, [&](uint64_t& word, ptrdiff_t begin, ptrdiff_t end) {
    uint64_t set = 0;
    for (ptrdiff_t unit = begin; unit < end; unit += lanes)
      set |= uint64_t(nonzero(load(hidden + unit))) << (unit - begin);
    word = set;
  });
}

// The records of a rollout do not fit the caches; this many floats are prefetched before they are needed.
constexpr ptrdiff_t prefetch_distance = 256;

// Finds the active units of hidden, (rows, units), sets bits, (rows, words_for(units)), and packs the values. Returns
// the end of what was packed; up to a vector beyond it is overwritten.
inline float* pack_active(const float* hidden, int units, int rows, uint64_t* bits, float* packed) {
  for_each_word(units, rows, bits, [&](uint64_t& word, ptrdiff_t begin, ptrdiff_t end) {
    uint64_t sets = 0;
    __builtin_prefetch(packed + prefetch_distance, 1);
    __builtin_prefetch(packed + prefetch_distance + 16, 1);
    for (ptrdiff_t unit = begin; unit < end; unit += lanes) {
      const Vector v = load(hidden + unit);
      const uint32_t set = nonzero(v);
      store_unaligned(packed, pack(v, set));
      packed += __builtin_popcount(set);
      sets |= uint64_t(set) << (unit - begin);
    }
    word = sets;
  });
  return packed;
}

// Unpacks values into hidden, (rows, units). Returns the end of what was read; up to a vector beyond it is read, too.
inline const float* unpack_active(float* hidden, int units, int rows, const uint64_t* bits, const float* packed) {
  for_each_word(units, rows, bits, [&](uint64_t sets, ptrdiff_t begin, ptrdiff_t end) {
    for (ptrdiff_t unit = begin; unit < end; unit += lanes) {
      const uint32_t set = uint32_t(sets) & ((1u << lanes) - 1);
      store(hidden + unit, unpack(load_unaligned(packed), set));
      packed += __builtin_popcount(set);
      sets >>= lanes;
    }
  });
  return packed;
}

// Inner indices of a product: the units that are active in any row of a block. Fewer rows have fewer such units.
struct ActiveUnits {
  const uint64_t* bits;  // (rows, words)
  int words;
  template <class Body>
  void visit(int row, int rows, const Body& body) const {
    for (int word = 0; word < words; ++word) visit_word(word, row, rows, body);
  }
  template <class Body>
  void visit_word(int word, int row, int rows, const Body& body) const {
    uint64_t any = 0;
    for (int r = 0; r < rows; ++r) any |= bits[ptrdiff_t(row + r) * words + word];
    for (; any; any &= any - 1) body(word * 64 + __builtin_ctzll(any));
  }
};

}  // namespace
}  // namespace blastema
