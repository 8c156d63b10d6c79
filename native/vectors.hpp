// Vectors of floats as wide as the instruction set has them, by the compilers' vector extensions.
#pragma once

#include <cstdint>
#include <cstring>

#ifndef BLASTEMA_LANES
#error "compile with -DBLASTEMA_LANES=4, 8 or 16"
#endif

namespace blastema {
namespace {

constexpr int lanes = BLASTEMA_LANES;
typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef uint32_t UintVector __attribute__((vector_size(lanes * 4)));
typedef uint8_t ByteVector __attribute__((vector_size(lanes * 4)));

inline Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }
inline Vector load_unaligned(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline void store_unaligned(float* to, Vector value) { std::memcpy(to, &value, sizeof value); }
// value - 0, not value + 0: the latter turns -0 into +0, so compilers could not leave the addition out.
inline Vector broadcast(float value) { return value - Vector{}; }

inline ByteVector load_bytes(const uint8_t* from) {
  ByteVector bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
inline void store_bytes(uint8_t* to, ByteVector bytes) { std::memcpy(to, &bytes, sizeof bytes); }
inline uint64_t load_word(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace
}  // namespace blastema
