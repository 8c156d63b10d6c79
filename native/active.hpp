// Active hidden units: those that are not zero, about a third in a grown lizard. What comes after computes with them
// alone, and only they are kept for the way back, packed side by side. One bit for each unit tells which they are.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <arm_neon.h>
#endif

#include "vectors.hpp"

namespace blastema {
namespace {

// For each set of lanes, where each lane of the packed vector comes from, and where from there each lane goes back to.
// A lane is named by `Bytes` bytes, as the shuffle instructions want it; those for a lane without a source are negative.
template <int Lanes, int Bytes>
struct Moves {
  int8_t pack[1 << Lanes][Lanes * Bytes], unpack[1 << Lanes][Lanes * Bytes];
  constexpr Moves() : pack{}, unpack{} {
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

// nonzero: a bit for each lane that is not zero, NaN among them. pack: brings the lanes of a set to the front. unpack: takes them back to
// their places, zero between them.
#if BLASTEMA_LANES == 16
inline uint32_t nonzero(Vector v) { return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ); }
inline Vector pack(Vector v, uint32_t set) { return (Vector)_mm512_maskz_compress_ps(__mmask16(set), (__m512)v); }
inline Vector unpack(Vector v, uint32_t set) { return (Vector)_mm512_maskz_expand_ps(__mmask16(set), (__m512)v); }
#elif BLASTEMA_LANES == 8
constexpr Moves<8, 1> moves;
inline Vector shuffle(Vector v, const int8_t* from) {
  const __m256i lane = _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
  const __m256 shuffled = _mm256_permutevar8x32_ps((__m256)v, lane);
  return (Vector)_mm256_blendv_ps(shuffled, _mm256_setzero_ps(), _mm256_castsi256_ps(lane));
}
inline uint32_t nonzero(Vector v) {
  return uint32_t(_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
}
inline Vector pack(Vector v, uint32_t set) { return shuffle(v, moves.pack[set]); }
inline Vector unpack(Vector v, uint32_t set) { return shuffle(v, moves.unpack[set]); }
#else
constexpr Moves<4, 4> moves;
#if defined(__x86_64__)
inline Vector shuffle(Vector v, const int8_t* from) {
  return (Vector)_mm_shuffle_epi8((__m128i)v, _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline uint32_t nonzero(Vector v) { return uint32_t(_mm_movemask_ps(_mm_cmpneq_ps((__m128)v, _mm_setzero_ps()))); }
#else
inline Vector shuffle(Vector v, const int8_t* from) {
  return (Vector)vqtbl1q_u8((uint8x16_t)v, vld1q_u8(reinterpret_cast<const uint8_t*>(from)));
}
inline uint32_t nonzero(Vector v) {
  const uint32x4_t bit = {1, 2, 4, 8};
  return vaddvq_u32(vbicq_u32(bit, vceqzq_f32((float32x4_t)v)));
}
#endif
inline Vector pack(Vector v, uint32_t set) { return shuffle(v, moves.pack[set]); }
inline Vector unpack(Vector v, uint32_t set) { return shuffle(v, moves.unpack[set]); }
#endif

// Calls each(word, begin, end) for every word of bits of some rows: the numbers that it tells of.
template <class Word, class Each>
inline void for_each_word(int units, int rows, Word* active, const Each& each) {
  for (int row = 0; row < rows; ++row, active += words_for(units))
    for (int word = 0; word < words_for(units); ++word) {
      const ptrdiff_t first = ptrdiff_t(row) * units, begin = word * 64, end = begin + 64 < units ? begin + 64 : units;
      each(active[word], first + begin, first + end);
    }
}

// Finds the active units of some rows.
inline void find_active(const float* hidden, int units, int rows, uint64_t* active) {
  for_each_word(units, rows, active, [&](uint64_t& word, ptrdiff_t begin, ptrdiff_t end) {
    uint64_t bits = 0;
    for (ptrdiff_t unit = begin; unit < end; unit += lanes)
      bits |= uint64_t(nonzero(load(hidden + unit))) << (unit - begin);
    word = bits;
  });
}

// The tape is too large for the caches: it is asked for so many numbers before they are needed.
constexpr ptrdiff_t ahead = 256;

// Finds the active units of some rows and packs them; returns the end. Up to a vector beyond it is written to.
inline float* keep_active(const float* hidden, int units, int rows, uint64_t* active, float* packed) {
  for_each_word(units, rows, active, [&](uint64_t& word, ptrdiff_t begin, ptrdiff_t end) {
    uint64_t bits = 0;
    __builtin_prefetch(packed + ahead, 1);
    __builtin_prefetch(packed + ahead + 16, 1);
    for (ptrdiff_t unit = begin; unit < end; unit += lanes) {
      const Vector v = load(hidden + unit);
      const uint32_t set = nonzero(v);
      store_anywhere(packed, pack(v, set));
      packed += __builtin_popcount(set);
      bits |= uint64_t(set) << (unit - begin);
    }
    word = bits;
  });
  return packed;
}

// Unpacks what was kept and returns the end of it. Up to a vector beyond it is read.
inline const float* restore_active(float* hidden, int units, int rows, const uint64_t* active, const float* packed) {
  for_each_word(units, rows, active, [&](uint64_t bits, ptrdiff_t begin, ptrdiff_t end) {
    for (ptrdiff_t unit = begin; unit < end; unit += lanes) {
      const uint32_t set = uint32_t(bits) & ((1u << lanes) - 1);
      store(hidden + unit, unpack(load_anywhere(packed), set));
      packed += __builtin_popcount(set);
      bits >>= lanes;
    }
  });
  return packed;
}

// What a product sums over: the units that are active in any of a block's rows. The fewer the rows, the fewer the units.
struct Active {
  const uint64_t* bits;
  int words;  // a row
  template <class Visit>
  void visit(int row, int rows, const Visit& each) const {
    for (int word = 0; word < words; ++word) visit_word(word, row, rows, each);
  }
  template <class Visit>
  void visit_word(int word, int row, int rows, const Visit& each) const {
    uint64_t any = 0;
    for (int r = 0; r < rows; ++r) any |= bits[ptrdiff_t(row + r) * words + word];
    for (; any; any &= any - 1) each(word * 64 + __builtin_ctzll(any));
  }
};

}  // namespace
}  // namespace blastema
