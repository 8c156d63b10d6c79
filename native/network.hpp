// The update rule, relu(p W1 + b1) W2 + b2, for a chunk of cells, and its way back.
#pragma once

#include "products.hpp"

namespace blastema {
namespace {

// The article's sizes as constants, so that the compiler knows all loops; any others at run time.
struct ArticleShape {
  static constexpr int channels = 16, hidden = 128, perception = 48;
  static constexpr int identity = 0, sobel_x = 1, sobel_y = 2, laplacian = -1;
  explicit ArticleShape(const Shape&) {}
};
struct AnyShape {
  int channels, hidden, perception, identity, sobel_x, sobel_y, laplacian;
  explicit AnyShape(const Shape& s)
      : channels(s.channels), hidden(s.hidden), perception(s.filters * s.channels), identity(s.identity),
        sobel_x(s.sobel_x), sobel_y(s.sobel_y), laplacian(s.laplacian) {}
};
inline bool is_article(const Shape& s) {
  return s.channels == 16 && s.hidden == 128 && s.filters == 3 && s.identity == 0 && s.sobel_x == 1 && s.sobel_y == 2;
}

template <class S>
inline void hidden_layer(const S& s, const Model& model, const Scratch& scratch, int count) {
  float* hidden = scratch.hidden;
  product(
      HiddenBlock{}, {scratch.perception, s.perception, 1}, {model.hidden_weight, s.hidden}, count, s.hidden / lanes,
      s.perception, [&](int, int column) { return load(model.hidden_bias + column); },
      [&](int row, int column, Vector sum) {
        // Written so that NaN stays NaN, as it does in the rule.
        store(hidden + ptrdiff_t(row) * s.hidden + column, Vector{} > sum ? Vector{} : sum);
      });
}

template <class S>
inline void update(const S& s, const Model& model, const Scratch& scratch, int count, float* changes) {
  hidden_layer(s, model, scratch, count);
  product(
      UpdateBlock{}, {scratch.hidden, s.hidden, 1}, {model.update_weight, s.channels}, count, s.channels / lanes,
      s.hidden, [&](int, int column) { return load(model.update_bias + column); },
      [&](int row, int column, Vector sum) { store(changes + ptrdiff_t(row) * s.channels + column, sum); });
}

inline void add_rows(const float* rows, ptrdiff_t step, int count, int columns, float* sum) {
  // Eight at a time, since one addition has to wait for the one before.
  constexpr int width = 8;
  int column = 0;
  for (; column + width * lanes <= columns; column += width * lanes) {
    Vector sums[width];
    for (int c = 0; c < width; ++c) sums[c] = load(sum + column + c * lanes);
    for (int row = 0; row < count; ++row)
      for (int c = 0; c < width; ++c) sums[c] += load(rows + row * step + column + c * lanes);
    for (int c = 0; c < width; ++c) store(sum + column + c * lanes, sums[c]);
  }
  for (; column < columns; column += lanes) {
    Vector one = load(sum + column);
    for (int row = 0; row < count; ++row) one += load(rows + row * step + column);
    store(sum + column, one);
  }
}

// Adds to the band's gradients and leaves that of the perception in the scratch. The hidden layer is computed anew,
// which costs less than keeping it.
template <class S>
inline void update_back(const S& s, const Model& model, const Scratch& scratch, int count, const float* changes,
                        Band& band) {
  hidden_layer(s, model, scratch, count);
  const float* hidden = scratch.hidden;
  float* hidden_back = scratch.hidden_back;
  float* perception_back = scratch.perception_back;
  const auto zero = [](int, int) { return Vector{}; };
  product(
      HiddenBlock{}, {changes, s.channels, 1}, {model.update_weight_turned, s.hidden}, count, s.hidden / lanes,
      s.channels, zero, [&](int row, int column, Vector sum) {
        const ptrdiff_t at = ptrdiff_t(row) * s.hidden + column;
        store(hidden_back + at, load(hidden + at) > Vector{} ? sum : Vector{});
      });
  const auto add_to = [](float* matrix, ptrdiff_t step, auto&& then) {
    then([=](int row, int column) { return load(matrix + row * step + column); },
         [=](int row, int column, Vector sum) { store(matrix + row * step + column, sum); });
  };
  add_to(band.update_weight_turned, s.hidden, [&](auto start, auto finish) {
    product(UpdateGradientBlock{}, {changes, 1, s.channels}, {hidden, s.hidden}, s.channels, s.hidden / lanes, count,
            start, finish);
  });
  add_to(band.hidden_weight, s.hidden, [&](auto start, auto finish) {
    product(HiddenGradientBlock{}, {scratch.perception, 1, s.perception}, {hidden_back, s.hidden}, s.perception,
            s.hidden / lanes, count, start, finish);
  });
  add_rows(changes, s.channels, count, s.channels, band.update_bias);
  add_rows(hidden_back, s.hidden, count, s.hidden, band.hidden_bias);
  product(
      PerceptionBlock{}, {hidden_back, s.hidden, 1}, {model.hidden_weight_turned, s.perception}, count,
      s.perception / lanes, s.hidden, zero,
      [&](int row, int column, Vector sum) { store(perception_back + ptrdiff_t(row) * s.perception + column, sum); });
}

}  // namespace
}  // namespace blastema
