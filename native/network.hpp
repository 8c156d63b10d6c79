// The network of the update rule, relu(p W1 + b1) W2 + b2, for a chunk of cells, and its gradients.
#pragma once

#include "active.hpp"
#include "matmul.hpp"
#include "shape.hpp"

namespace blastema {
namespace {

// scratch.hidden = relu(scratch.perception @ W1 + bias(row, column)), for `count` cells.
template <class S, class Bias>
inline void hidden_layer_with(const S& s, const Model& model, const Scratch& scratch, int count, const Bias& bias) {
  float* hidden = scratch.hidden;
  matmul(HiddenBlock{}, {scratch.perception, s.perception}, {model.hidden_weight, s.hidden}, count, s.hidden / lanes,
         AllIndices{s.perception}, bias, [&](int row, int column, Vector sum) {
           // This order of the comparison lets NaN through, as the rule does.
           store(hidden + ptrdiff_t(row) * s.hidden + column, Vector{} > sum ? Vector{} : sum);
         });
}

// The same with the biases of the grid's cells, (count).
template <class S>
inline void hidden_layer(const S& s, const Model& model, const GridView& grid, const uint32_t* cells, int count,
                         const Scratch& scratch) {
  if (!grid.signals) {
    hidden_layer_with(s, model, scratch, count, [&](int, int column) { return load(grid.hidden_bias + column); });
    return;
  }
  const float* biases[chunk];
  for (int i = 0; i < count; ++i)
    biases[i] = grid.hidden_bias + ptrdiff_t(grid.signals[cells[i] & ~edge_bit]) * s.hidden;
  hidden_layer_with(s, model, scratch, count, [&](int row, int column) { return load(biases[row] + column); });
}

// changes, (count, channels), = scratch.hidden @ W2 + b2. active_units: (count, words_for(hidden)).
template <class S>
inline void output_layer(const S& s, const Model& model, const Scratch& scratch, int count,
                         const uint64_t* active_units, float* changes) {
  matmul(
      UpdateBlock{}, {scratch.hidden, s.hidden}, {model.update_weight, s.channels}, count, s.channels / lanes,
      ActiveUnits{active_units, words_for(s.hidden)}, [&](int, int column) { return load(model.update_bias + column); },
      [&](int row, int column, Vector sum) { store(changes + ptrdiff_t(row) * s.channels + column, sum); });
}

// Adds the rows of (count, columns), `stride` floats apart, to sum, (columns).
inline void add_rows(const float* rows, ptrdiff_t stride, int count, int columns, float* sum) {
  // Eight vectors at a time, since each addition has to wait for the one before.
  constexpr int width = 8;
  int column = 0;
  for (; column + width * lanes <= columns; column += width * lanes) {
    Vector sums[width];
    for (int c = 0; c < width; ++c) sums[c] = load(sum + column + c * lanes);
    for (int row = 0; row < count; ++row)
      for (int c = 0; c < width; ++c) sums[c] += load(rows + row * stride + column + c * lanes);
    for (int c = 0; c < width; ++c) store(sum + column + c * lanes, sums[c]);
  }
  for (; column < columns; column += lanes) {
    Vector total = load(sum + column);
    for (int row = 0; row < count; ++row) total += load(rows + row * stride + column);
    store(sum + column, total);
  }
}

// Adds the rows of scratch.hidden_grad, (count), to the gradients of the biases that the cells have.
template <class S>
inline void add_bias_gradients(const S& s, const GridView& grid, const uint32_t* cells, int count,
                               const float* hidden_grad, float* sum) {
  if (!grid.signals) {
    add_rows(hidden_grad, s.hidden, count, s.hidden, sum);
    return;
  }
  // Neighbours mostly have the same signal: one call for each run of cells.
  for (int begin = 0, end; begin < count; begin = end) {
    const uint8_t signal = grid.signals[cells[begin] & ~edge_bit];
    for (end = begin + 1; end < count && grid.signals[cells[end] & ~edge_bit] == signal;) ++end;
    add_rows(hidden_grad + ptrdiff_t(begin) * s.hidden, s.hidden, end - begin, s.hidden,
             sum + ptrdiff_t(signal) * s.hidden);
  }
}

#if BLASTEMA_LANES == 16
// With 32 wide registers one pass does everything for the active units: less to load, and fewer mispredicted branches.
constexpr int rows_at_once = 3;

template <int Rows>
inline void active_units_backward(const ArticleShape& s, const Model& model, const Scratch& scratch,
                                  const float* changes_grad, ActiveUnits active, int word, int row, Band& band) {
  constexpr int columns = ArticleShape::perception / lanes;
  const float* hidden = scratch.hidden + row * s.hidden;
  const float* hidden_grad = scratch.hidden_grad + row * s.hidden;
  float* perception_grad = scratch.perception_grad + row * s.perception;
  Vector seen[Rows][columns], seen_grad[Rows][columns], change_grad[Rows];
  for (int r = 0; r < Rows; ++r) {
    change_grad[r] = load(changes_grad + (row + r) * s.channels);
    for (int c = 0; c < columns; ++c) {
      seen[r][c] = load(scratch.perception + (row + r) * s.perception + c * lanes);
      seen_grad[r][c] = word ? load(perception_grad + r * s.perception + c * lanes) : Vector{};
    }
  }
  active.visit_word(word, row, Rows, [&](ptrdiff_t unit) {
    const float* weight = model.hidden_weight_t + unit * s.perception;
    float* first_grad = band.hidden_weight_t_grad + unit * s.perception;
    float* second_grad = band.update_weight_grad + unit * s.channels;
    Vector sums[columns], sum = load(second_grad);
    for (int c = 0; c < columns; ++c) sums[c] = load(first_grad + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector unit_grad = broadcast(hidden_grad[r * s.hidden + unit]);
      sum += broadcast(hidden[r * s.hidden + unit]) * change_grad[r];
      for (int c = 0; c < columns; ++c) {
        sums[c] += unit_grad * seen[r][c];
        seen_grad[r][c] += unit_grad * load(weight + c * lanes);
      }
    }
    store(second_grad, sum);
    for (int c = 0; c < columns; ++c) store(first_grad + c * lanes, sums[c]);
  });
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columns; ++c) store(perception_grad + r * s.perception + c * lanes, seen_grad[r][c]);
}

inline void active_units_backward(const ArticleShape& s, const Model& model, const Scratch& scratch,
                                  const float* changes_grad, ActiveUnits active, int rows, Band& band) {
  // The weights of 64 units and their gradients stay in the first-level cache; those of all units would not.
  for (int word = 0; word < active.words; ++word)
    for_each_block<rows_at_once>(0, rows, [&](auto height, int row) {
      active_units_backward<decltype(height)::number>(s, model, scratch, changes_grad, active, word, row, band);
    });
}
#endif

// From scratch.hidden_grad: the gradients of the weights on both sides of the active units, added to the band's, and
// scratch.perception_grad. changes_grad: (rows, channels).
template <class S>
inline void active_units_backward(const S& s, const Model& model, const Scratch& scratch, const float* changes_grad,
                                  ActiveUnits active, int rows, Band& band) {
  const Matrix hidden_grad{scratch.hidden_grad, s.hidden};
  add_outer_products(HiddenGradientBlock{}, hidden_grad, {scratch.perception, s.perception}, rows, s.perception / lanes,
                     active, band.hidden_weight_t_grad);
  add_outer_products(UpdateGradientBlock{}, {scratch.hidden, s.hidden}, {changes_grad, s.channels}, rows,
                     s.channels / lanes, active, band.update_weight_grad);
  matmul(
      PerceptionBlock{}, hidden_grad, {model.hidden_weight_t, s.perception}, rows, s.perception / lanes, active,
      [](int, int) { return Vector{}; },
      [&](int row, int column, Vector sum) {
        store(scratch.perception_grad + ptrdiff_t(row) * s.perception + column, sum);
      });
}

// Backward of both layers, for cells, (count), whose perception and hidden layer are in the scratch: adds to the band's
// gradients and writes scratch.perception_grad. changes_grad: (count, channels).
template <class S>
inline void network_backward(const S& s, const Model& model, const GridView& grid, const uint32_t* cells, int count,
                             const Scratch& scratch, const float* changes_grad, const uint64_t* active_units,
                             Band& band) {
  const float* hidden = scratch.hidden;
  float* hidden_grad = scratch.hidden_grad;
  matmul(
      HiddenBlock{}, {changes_grad, s.channels}, {model.update_weight_t, s.hidden}, count, s.hidden / lanes,
      AllIndices{s.channels}, [](int, int) { return Vector{}; },
      [&](int row, int column, Vector sum) {
        const ptrdiff_t i = ptrdiff_t(row) * s.hidden + column;
        store(hidden_grad + i, load(hidden + i) > Vector{} ? sum : Vector{});
      });
  add_rows(changes_grad, s.channels, count, s.channels, band.update_bias_grad);
  add_bias_gradients(s, grid, cells, count, hidden_grad, band.hidden_bias_grad);
  active_units_backward(s, model, scratch, changes_grad, ActiveUnits{active_units, words_for(s.hidden)}, count, band);
}

}  // namespace
}  // namespace blastema
