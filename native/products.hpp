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
using UpdateBlock = Block<6, 1>;
using PerceptionBlock = Block<3, 3>;
using HiddenGradientBlock = Block<4, 3>;
using UpdateGradientBlock = Block<4, 1>;
#elif defined(__ARM_NEON)
using HiddenBlock = Block<6, 4>;
using UpdateBlock = Block<4, 4>;
using PerceptionBlock = Block<2, 12>;
using HiddenGradientBlock = Block<2, 6>;
using UpdateGradientBlock = Block<3, 4>;
#elif BLASTEMA_LANES == 8
using HiddenBlock = Block<6, 2>;
using UpdateBlock = Block<4, 2>;
using PerceptionBlock = Block<2, 6>;
using HiddenGradientBlock = Block<2, 6>;
using UpdateGradientBlock = Block<4, 2>;
#else
using HiddenBlock = Block<6, 2>;
using UpdateBlock = Block<2, 4>;
using PerceptionBlock = Block<1, 12>;
using HiddenGradientBlock = Block<1, 6>;
using UpdateGradientBlock = Block<3, 2>;
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

// What a product sums over: all of the inner size,
struct Everything {
  int count;
  template <class Visit>
  void visit(int, int, const Visit& visit) const {
    for (int k = 0; k < count; ++k) visit(k);
  }
};
// or the units that are active in any of a block's rows. Fewer rows have more units that none of them needs.
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

template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void block(Left left, Right right, Inner inner, int row, int column, const Start& start, const Finish& finish) {
  Vector sum[Rows][Columns];
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) sum[r][c] = start(row + r, (column + c) * lanes);
  const float* a = left.at + row * left.row_step;
  const float* b = right.at + column * lanes;
  inner.visit(row, Rows, [&](ptrdiff_t k) {
    Vector line[Columns];
    for (int c = 0; c < Columns; ++c) line[c] = load(b + k * right.inner_step + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector number = broadcast(a[r * left.row_step + k * left.inner_step]);
      for (int c = 0; c < Columns; ++c) sum[r][c] += number * line[c];
    }
  });
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) finish(row + r, (column + c) * lanes, sum[r][c]);
}

template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void down(Left left, Right right, Inner inner, int row, int rows, int column, const Start& start,
                 const Finish& finish) {
  const int whole = row + (rows - row) / Rows * Rows;
  for (; row < whole; row += Rows) block<Rows, Columns>(left, right, inner, row, column, start, finish);
  if constexpr (Rows > 1)
    if (whole < rows) down<Rows / 2, Columns>(left, right, inner, whole, rows, column, start, finish);
}

// start(row, column) gives what a vector of the result starts from, finish(row, column, sum) takes it.
template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void product(Block<Rows, Columns>, Left left, Right right, int rows, int columns, Inner inner,
                    const Start& start, const Finish& finish, int column = 0) {
  const int whole = column + (columns - column) / Columns * Columns;
  for (; column < whole; column += Columns)
    down<Rows, Columns>(left, right, inner, 0, rows, column, start, finish);
  if constexpr (Columns > 1)
    if (whole < columns)
      product(Block<Rows, Columns / 2>{}, left, right, rows, columns, inner, start, finish, whole);
}

// Adds number(row, unit) * line(row) to line `unit` of the sum, for all rows and the units active in them: the gradient
// of a weight matrix. A block's lines stay in registers.
template <int Rows, int Columns>
inline void outer_down(Left number, Right line, Active active, int row, int rows, int column, float* sum) {
  const int whole = row + (rows - row) / Rows * Rows;
  for (; row < whole; row += Rows) {
    Vector lines[Rows][Columns];
    for (int r = 0; r < Rows; ++r)
      for (int c = 0; c < Columns; ++c) lines[r][c] = load(line.at + (row + r) * line.inner_step + (column + c) * lanes);
    active.visit(row, Rows, [&](ptrdiff_t unit) {
      float* at = sum + unit * line.inner_step + column * lanes;
      Vector sums[Columns];
      for (int c = 0; c < Columns; ++c) sums[c] = load(at + c * lanes);
      for (int r = 0; r < Rows; ++r) {
        const Vector times = broadcast(number.at[(row + r) * number.row_step + unit]);
        for (int c = 0; c < Columns; ++c) sums[c] += times * lines[r][c];
      }
      for (int c = 0; c < Columns; ++c) store(at + c * lanes, sums[c]);
    });
  }
  if constexpr (Rows > 1)
    if (whole < rows) outer_down<Rows / 2, Columns>(number, line, active, whole, rows, column, sum);
}

template <int Rows, int Columns>
inline void add_outer(Block<Rows, Columns>, Left number, Right line, Active active, int rows, int columns, float* sum,
                      int column = 0) {
  const int whole = column + (columns - column) / Columns * Columns;
  for (; column < whole; column += Columns) outer_down<Rows, Columns>(number, line, active, 0, rows, column, sum);
  if constexpr (Columns > 1)
    if (whole < columns)
      add_outer(Block<Rows, Columns / 2>{}, number, line, active, rows, columns, sum, whole);
}

}  // namespace
}  // namespace blastema
