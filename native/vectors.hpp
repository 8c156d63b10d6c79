// Vectors of floats as wide as the instruction set has them, by the compilers' vector extensions.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernel.hpp"

#ifndef BLASTEMA_LANES
#error "compile with -DBLASTEMA_LANES=4, 8 or 16"
#endif

namespace blastema {
namespace {

constexpr int lanes = BLASTEMA_LANES;
typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef uint32_t Integers __attribute__((vector_size(lanes * 4)));
typedef uint8_t Bytes __attribute__((vector_size(lanes * 4)));

inline Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }
inline Vector load_anywhere(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline void store_anywhere(float* to, Vector value) { std::memcpy(to, &value, sizeof value); }
// Minus zero, not plus: x + 0 is not x for x = -0, so compilers could not leave it out.
inline Vector broadcast(float value) { return value - Vector{}; }

inline Bytes load_bytes(const uint8_t* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
inline void store_bytes(uint8_t* to, Bytes bytes) { std::memcpy(to, &bytes, sizeof bytes); }
inline uint64_t load_word(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace
}  // namespace blastema
