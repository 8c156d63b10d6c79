// Matrix products with small fixed inner sizes: a block of the result stays in registers.
#pragma once

#include "vectors.hpp"

namespace blastema {
namespace {

// Rows of the result by vectors of columns. Accumulators, one row of the right factor and one broadcast number of the
// left must fit the registers: 32 with AVX-512 and NEON, 16 otherwise, where a larger block runs 40 times slower.
template <int Rows, int Columns>
struct Block {};
#if BLASTEMA_LANES == 16
using HiddenBlock = Block<6, 4>;
using UpdateBlock = Block<12, 1>;
using UpdateGradientBlock = Block<8, 2>;
using HiddenGradientBlock = Block<6, 4>;
using PerceptionBlock = Block<8, 3>;
#elif defined(__ARM_NEON)
using HiddenBlock = Block<6, 4>;
using UpdateBlock = Block<6, 4>;
using UpdateGradientBlock = Block<4, 4>;
using HiddenGradientBlock = Block<6, 4>;
using PerceptionBlock = Block<6, 4>;
#else
using HiddenBlock = Block<6, 2>;
using UpdateBlock = Block<6, 2>;
using UpdateGradientBlock = Block<4, 2>;
using HiddenGradientBlock = Block<6, 2>;
using PerceptionBlock = Block<6, 2>;
#endif

// The left factor: element (row, inner) is at[row * row_step + inner * inner_step].
struct Left {
  const float* at;
  ptrdiff_t row_step, inner_step;
};
// The right factor: rows of vectors.
struct Right {
  const float* at;
  ptrdiff_t inner_step;
};

template <int Rows, int Columns, class Start, class Finish>
inline void block(Left left, Right right, int inner, int row, int column, const Start& start, const Finish& finish) {
  Vector sum[Rows][Columns];
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) sum[r][c] = start(row + r, (column + c) * lanes);
  const float* a = left.at + row * left.row_step;
  const float* b = right.at + column * lanes;
  for (int k = 0; k < inner; ++k, a += left.inner_step, b += right.inner_step) {
    Vector line[Columns];
    for (int c = 0; c < Columns; ++c) line[c] = load(b + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector number = broadcast(a[r * left.row_step]);
      for (int c = 0; c < Columns; ++c) sum[r][c] += number * line[c];
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) finish(row + r, (column + c) * lanes, sum[r][c]);
}

template <int Rows, int Columns, class Start, class Finish>
inline void down(Left left, Right right, int inner, int row, int rows, int column, const Start& start,
                 const Finish& finish) {
  const int whole = row + (rows - row) / Rows * Rows;
  for (; row < whole; row += Rows) block<Rows, Columns>(left, right, inner, row, column, start, finish);
  if constexpr (Rows > 1)
    if (whole < rows) down<Rows / 2, Columns>(left, right, inner, whole, rows, column, start, finish);
}

// start(row, column) gives what a vector of the result starts from, finish(row, column, sum) takes it.
template <int Rows, int Columns, class Start, class Finish>
inline void product(Block<Rows, Columns>, Left left, Right right, int rows, int columns, int inner, const Start& start,
                    const Finish& finish, int column = 0) {
  const int whole = column + (columns - column) / Columns * Columns;
  for (; column < whole; column += Columns)
    down<Rows, Columns>(left, right, inner, 0, rows, column, start, finish);
  if constexpr (Columns > 1)
    if (whole < columns)
      product(Block<Rows, Columns / 2>{}, left, right, rows, columns, inner, start, finish, whole);
}

}  // namespace
}  // namespace blastema
