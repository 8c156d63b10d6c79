// The update rule, relu(p W1 + b1) W2 + b2, for a chunk of cells, and its way back.
#pragma once

#include "active.hpp"
#include "products.hpp"

namespace blastema {
namespace {

// The article's sizes as constants, so that the compiler knows all loops; any others at run time.
struct ArticleShape {
  static constexpr int channels = 16, hidden = 128, perception = 48;
  static constexpr bool article_filters = true;
  explicit ArticleShape(const Shape&) {}
};
struct AnyShape {
  int channels, hidden, perception;
  bool article_filters;
  explicit AnyShape(const Shape& s)
      : channels(s.channels), hidden(s.hidden), perception(s.filters * s.channels),
        article_filters(s.article_filters) {}
};
inline bool is_article(const Shape& s) { return s.channels == 16 && s.hidden == 128 && s.article_filters; }

template <class S>
inline void hidden_layer(const S& s, const Model& model, const Scratch& scratch, int count) {
  float* hidden = scratch.hidden;
  product(
      HiddenBlock{}, {scratch.perception, s.perception, 1}, {model.hidden_weight, s.hidden}, count, s.hidden / lanes,
      Everything{s.perception}, [&](int, int column) { return load(model.hidden_bias + column); },
      [&](int row, int column, Vector sum) {
        // Written so that NaN stays NaN, as it does in the rule.
        store(hidden + ptrdiff_t(row) * s.hidden + column, Vector{} > sum ? Vector{} : sum);
      });
}

template <class S>
inline void update(const S& s, const Model& model, const Scratch& scratch, int count, const uint64_t* active,
                   float* changes) {
  product(
      UpdateBlock{}, {scratch.hidden, s.hidden, 1}, {model.update_weight, s.channels}, count, s.channels / lanes,
      Active{active, words_for(s.hidden)}, [&](int, int column) { return load(model.update_bias + column); },
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

#if BLASTEMA_LANES == 16
// With 32 wide registers all that is done for active units goes in one pass: less to load, and fewer jumps that cannot
// be foreseen.
constexpr int rows_at_once = 3;

template <int Rows>
inline void units_back(const ArticleShape& s, const Model& model, const Scratch& scratch, const float* changes,
                       Active active, int word, int row, Band& band) {
  constexpr int columns = ArticleShape::perception / lanes;
  const float* hidden = scratch.hidden + row * s.hidden;
  const float* hidden_back = scratch.hidden_back + row * s.hidden;
  float* back_at = scratch.perception_back + row * s.perception;
  Vector seen[Rows][columns], seen_back[Rows][columns], change[Rows];
  for (int r = 0; r < Rows; ++r) {
    change[r] = load(changes + (row + r) * s.channels);
    for (int c = 0; c < columns; ++c) {
      seen[r][c] = load(scratch.perception + (row + r) * s.perception + c * lanes);
      seen_back[r][c] = word ? load(back_at + r * s.perception + c * lanes) : Vector{};
    }
  }
  active.visit_word(word, row, Rows, [&](ptrdiff_t unit) {
    const float* weight = model.hidden_weight_turned + unit * s.perception;
    float *first = band.hidden_weight_turned + unit * s.perception, *second = band.update_weight + unit * s.channels;
    Vector sums[columns], sum = load(second);
    for (int c = 0; c < columns; ++c) sums[c] = load(first + c * lanes);
    for (int r = 0; r < Rows; ++r) {
      const Vector back = broadcast(hidden_back[r * s.hidden + unit]);
      sum += broadcast(hidden[r * s.hidden + unit]) * change[r];
      for (int c = 0; c < columns; ++c) {
        sums[c] += back * seen[r][c];
        seen_back[r][c] += back * load(weight + c * lanes);
      }
    }
    store(second, sum);
    for (int c = 0; c < columns; ++c) store(first + c * lanes, sums[c]);
  });
  for (int r = 0; r < Rows; ++r)
    for (int c = 0; c < columns; ++c) store(back_at + r * s.perception + c * lanes, seen_back[r][c]);
}

inline void units_back(const ArticleShape& s, const Model& model, const Scratch& scratch, const float* changes,
                       Active active, int rows, Band& band) {
  // The weights of 64 units and their gradients stay in the first cache; those of all would not.
  for (int word = 0; word < active.words; ++word)
    for_each_block<rows_at_once>(0, rows, [&](auto height, int row) {
      units_back<decltype(height)::number>(s, model, scratch, changes, active, word, row, band);
    });
}
#endif

// From the gradients of active units: those of the weights around them, and of the perception.
template <class S>
inline void units_back(const S& s, const Model& model, const Scratch& scratch, const float* changes, Active active,
                       int rows, Band& band) {
  const Left hidden_back{scratch.hidden_back, s.hidden, 1};
  add_outer(HiddenGradientBlock{}, hidden_back, {scratch.perception, s.perception}, rows, s.perception / lanes, active,
            band.hidden_weight_turned);
  add_outer(UpdateGradientBlock{}, {scratch.hidden, s.hidden, 1}, {changes, s.channels}, rows, s.channels / lanes,
            active, band.update_weight);
  product(
      PerceptionBlock{}, hidden_back, {model.hidden_weight_turned, s.perception}, rows, s.perception / lanes, active,
      [](int, int) { return Vector{}; },
      [&](int row, int column, Vector sum) {
        store(scratch.perception_back + ptrdiff_t(row) * s.perception + column, sum);
      });
}

// Adds to the band's gradients and leaves that of the perception in the scratch, which holds the hidden layer.
template <class S>
inline void update_back(const S& s, const Model& model, const Scratch& scratch, int count, const float* changes,
                        const uint64_t* active, Band& band) {
  const float* hidden = scratch.hidden;
  float* hidden_back = scratch.hidden_back;
  product(
      HiddenBlock{}, {changes, s.channels, 1}, {model.update_weight_turned, s.hidden}, count, s.hidden / lanes,
      Everything{s.channels},
      [](int, int) { return Vector{}; },
      [&](int row, int column, Vector sum) {
        const ptrdiff_t at = ptrdiff_t(row) * s.hidden + column;
        store(hidden_back + at, load(hidden + at) > Vector{} ? sum : Vector{});
      });
  add_rows(changes, s.channels, count, s.channels, band.update_bias);
  add_rows(hidden_back, s.hidden, count, s.hidden, band.hidden_bias);
  units_back(s, model, scratch, changes, Active{active, words_for(s.hidden)}, count, band);
}

}  // namespace
}  // namespace blastema
