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
#elif defined(__wasm__)
// Of 16 registers the browser keeps one for itself, and without fused operations each product takes another.
using HiddenBlock = Block<4, 2>;
using UpdateBlock = Block<2, 4>;
using PerceptionBlock = Block<1, 6>;
using HiddenGradientBlock = Block<2, 4>;
using UpdateGradientBlock = Block<2, 4>;
#else
using HiddenBlock = Block<6, 2>;
using UpdateBlock = Block<2, 4>;
using PerceptionBlock = Block<1, 12>;
using HiddenGradientBlock = Block<1, 6>;
using UpdateGradientBlock = Block<3, 2>;
#endif

// A row-major matrix, (rows, row_stride).
struct Matrix {
  const float* data;
  ptrdiff_t row_stride;
};

// Inner indices of a product: all of them, or `ActiveUnits`.
struct AllIndices {
  int count;
  template <class Body>
  void visit(int, int, const Body& body) const {
    for (int k = 0; k < count; ++k) body(k);
  }
};

template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void matmul_block(Matrix left, Matrix right, Inner inner, int row, int column, const Start& start,
                         const Finish& finish) {
  Vector sum[Rows][Columns];
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) sum[r][c] = start(row + r, (column + c) * lanes);
  const float* a = left.data + row * left.row_stride;
  const float* b = right.data + column * lanes;
  inner.visit(row, Rows, [&](ptrdiff_t k) {
    Vector line[Columns];
    for (int c = 0; c < Columns; ++c) line[c] = load(b + k * right.row_stride + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector factor = broadcast(a[r * left.row_stride + k]);
      for (int c = 0; c < Columns; ++c) sum[r][c] += factor * line[c];
    }
  });
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c) finish(row + r, (column + c) * lanes, sum[r][c]);
}

template <int Number>
struct Size {
  static constexpr int number = Number;
};
// Cuts [begin, end) into blocks: of the wanted size as long as they fit, then of half of it, and so on. Calls
// body(Size, begin of the block).
template <int Wanted, class Body>
inline void for_each_block(int begin, int end, const Body& body) {
  for (; begin + Wanted <= end; begin += Wanted) body(Size<Wanted>{}, begin);
  if constexpr (Wanted > 1)
    if (begin < end) for_each_block<Wanted / 2>(begin, end, body);
}

// Computes start + left @ right, (rows, columns * lanes): start(row, column) is a vector to begin with, finish(row,
// column, sum) receives the result.
template <int Rows, int Columns, class Inner, class Start, class Finish>
inline void matmul(Block<Rows, Columns>, Matrix left, Matrix right, int rows, int columns, Inner inner,
                   const Start& start, const Finish& finish) {
  for_each_block<Columns>(0, columns, [&](auto width, int column) {
    for_each_block<Rows>(0, rows, [&](auto height, int row) {
      matmul_block<decltype(height)::number, decltype(width)::number>(left, right, inner, row, column, start, finish);
    });
  });
}

template <int Rows, int Columns, class Inner>
inline void add_outer_block(Matrix left, Matrix right, Inner inner, int row, int column, float* sum) {
  Vector lines[Rows][Columns];
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < Columns; ++c)
      lines[r][c] = load(right.data + (row + r) * right.row_stride + (column + c) * lanes);
  inner.visit(row, Rows, [&](ptrdiff_t k) {
    float* line = sum + k * right.row_stride + column * lanes;
    Vector sums[Columns];
    for (int c = 0; c < Columns; ++c) sums[c] = load(line + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector factor = broadcast(left.data[(row + r) * left.row_stride + k]);
      for (int c = 0; c < Columns; ++c) sums[c] += factor * lines[r][c];
    }
    for (int c = 0; c < Columns; ++c) store(line + c * lanes, sums[c]);
  });
}

// Adds left^T @ right, summed over `rows` rows, to sum, (inner, right.row_stride): the gradient of a weight matrix. The
// lines of a block of the right factor stay in registers.
template <int Rows, int Columns, class Inner>
inline void add_outer_products(Block<Rows, Columns>, Matrix left, Matrix right, int rows, int columns, Inner inner,
                               float* sum) {
  for_each_block<Columns>(0, columns, [&](auto width, int column) {
    for_each_block<Rows>(0, rows, [&](auto height, int row) {
      add_outer_block<decltype(height)::number, decltype(width)::number>(left, right, inner, row, column, sum);
    });
  });
}

}  // namespace
}  // namespace blastema
