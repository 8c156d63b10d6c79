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

// What a product sums over: all of the inner size, or `Active`.
struct Everything {
  int count;
  template <class Visit>
  void visit(int, int, const Visit& visit) const {
    for (int k = 0; k < count; ++k) visit(k);
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

// Cuts numbers from `at` to `end` into blocks, of the wanted size as long as that fits, then of half of it, and so on.
// Calls each(Size, the first of the block).
template <int Number>
struct Size {
  static constexpr int number = Number;
};
template <int Wanted, class Each>
inline void for_each_block(int at, int end, const Each& each) {
  for (; at + Wanted <= end; at += Wanted) each(Size<Wanted>{}, at);
  if constexpr (Wanted > 1)
    if (at < end) for_each_block<Wanted / 2>(at, end, each);
}

// start(row, column) gives what a vector of the result starts from, finish(row, column, sum) takes it.
template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void product(Block<Rows, Columns>, Left left, Right right, int rows, int columns, Inner inner,
                    const Start& start, const Finish& finish) {
  for_each_block<Columns>(0, columns, [&](auto width, int column) {
    for_each_block<Rows>(0, rows, [&](auto height, int row) {
      block<decltype(height)::number, decltype(width)::number>(left, right, inner, row, column, start, finish);
    });
  });
}

template <int Rows, int Columns, class Inner>
inline void outer_block(Left number, Right line, Inner inner, int row, int column, float* sum) {
  Vector lines[Rows][Columns];
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) lines[r][c] = load(line.at + (row + r) * line.inner_step + (column + c) * lanes);
  inner.visit(row, Rows, [&](ptrdiff_t k) {
    float* at = sum + k * line.inner_step + column * lanes;
    Vector sums[Columns];
    for (int c = 0; c < Columns; ++c) sums[c] = load(at + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector times = broadcast(number.at[(row + r) * number.row_step + k]);
      for (int c = 0; c < Columns; ++c) sums[c] += times * lines[r][c];
    }
    for (int c = 0; c < Columns; ++c) store(at + c * lanes, sums[c]);
  });
}

// Adds number(row, k) * line(row) to line k of the sum, for all rows and what is to be visited of them: the gradient of
// a weight matrix. A block's lines stay in registers.
template <int Rows, int Columns, class Inner>
inline void add_outer(Block<Rows, Columns>, Left number, Right line, int rows, int columns, Inner inner, float* sum) {
  for_each_block<Columns>(0, columns, [&](auto width, int column) {
    for_each_block<Rows>(0, rows, [&](auto height, int row) {
      outer_block<decltype(height)::number, decltype(width)::number>(number, line, inner, row, column, sum);
    });
  });
}

}  // namespace
}  // namespace blastema
