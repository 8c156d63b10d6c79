#include "dish.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "filter_taps.hpp"

namespace blastema {

namespace {

// Less than any alpha of a mature cell, since no threshold is below zero.
constexpr float immature = -1;

}  // namespace

void Dish::Box::add(const Box& other) {
  left = std::min(left, other.left);
  top = std::min(top, other.top);
  right = std::max(right, other.right);
  bottom = std::max(bottom, other.bottom);
}

Dish::Dish(const IsaKernel& kernel, uint32_t height, uint32_t width)
    : kernel_(kernel),
      height_(height),
      width_(width),
      // Vectors of bytes are read beyond the margin.
      stride_(width + 2 + 64),
      states_(size_t(height) * width * dish_channels),
      life_(size_t(height) * width * 4),
      mature_(size_t(height) * width),
      alive_((height + 2) * stride_),
      spans_(height + 2),
      fired_(size_t(height) * width + 1),
      changes_(size_t(height) * width * dish_channels),
      zeros_(dish_channels) {
  std::fill_n(mature_.get(), size_t(height) * width, immature);
}

void Dish::note_written() {
  boxes_.fill(Box{});
  is_whole_ = true;
  for (uint32_t y = 0; y < height_; ++y)
    for (uint32_t x = 0; x < width_; ++x) {
      const size_t cell = size_t(y) * width_ + x;
      const uint8_t* life = life_.get() + 4 * cell;
      if (life[0]) boxes_[life[1]].add({x, y, x + 1, y + 1});
      if (!life[2]) std::fill_n(states_.get() + cell * dish_channels, dish_channels, 0.0f);
    }
}

void Dish::step(Organisms organisms, const Moment& moment) {
  uint32_t fired = 0;
  for (int number = 1; number < int(organisms.size()); ++number)
    if (boxes_[number].left < boxes_[number].right) fired += compute_changes(organisms[number], number, moment, fired);
  apply_changes(fired);
  update_life(organisms, moment.wrap, true);
}

// Lists the cells of an organism that fire, and computes their changes; `done` are those of others. Returns how many.
uint32_t Dish::compute_changes(const Organism& organism, int number, const Moment& moment, uint32_t done) {
  const std::vector<FilterTaps> taps = taps_of(organism.kernels, organism.filters);
  const Model model{.shape = {dish_channels, organism.hidden, organism.filters, organism.article_filters != 0},
                    .alive_threshold = organism.alive_threshold,
                    .fire_threshold = moment.fire_threshold,
                    .cos = organism.cos,
                    .sin = organism.sin,
                    .taps = taps.data(),
                    .hidden_weight = organism.hidden_weight,
                    .update_weight = organism.update_weight,
                    .update_bias = organism.update_bias,
                    .hidden_weight_t = nullptr,
                    .update_weight_t = nullptr};
  const uint32_t living = mark_alive(number);
  const GridView view{.height = height_,
                      .width = width_,
                      .stride = stride_,
                      .wrap = moment.wrap,
                      .seed = moment.seed,
                      .age = moment.age,
                      .states = states_.get(),
                      .states_grad = nullptr,
                      .hidden_bias = organism.hidden_bias,
                      .signals = organism.signals,
                      .mature = nullptr,
                      .alive = {alive_.get(), alive_.get()},
                      .mature_spans = nullptr,
                      .alive_spans = {spans_.get(), spans_.get()},
                      .current = 0};
  Band band{.top = boxes_[number].top,
            .bottom = boxes_[number].bottom,
            .living = living,
            .fired_cells = fired_.get() + done,
            .changes = changes_.get() + size_t(done) * dish_channels,
            .active_units = active_units_.resize(living * size_t(words_for(organism.hidden)))};
  const Scratch scratch{.perception = perception_.resize(size_t(chunk) * organism.filters * dish_channels),
                        .perception_grad = nullptr,
                        .hidden = hidden_.resize(size_t(chunk) * organism.hidden),
                        .hidden_grad = nullptr,
                        .zeros = zeros_.get(),
                        .discard = nullptr,
                        .should_stop = [](void*, int) { return false; },
                        .token = nullptr,
                        .worker = 0};
  kernel_.compute_changes(model, view, band, scratch);
  return band.fired;
}

// Marks the living cells of an organism in the map that the kernel reads. Returns how many.
uint32_t Dish::mark_alive(int number) {
  const Box& box = boxes_[number];
  uint32_t living = 0;
  for (uint32_t y = box.top; y < box.bottom; ++y) {
    const uint8_t* life = life_.get() + size_t(y) * width_ * 4;
    uint8_t* alive = alive_.get() + (y + 1) * stride_ + 1;
    for (uint32_t x = box.left; x < box.right; ++x) {
      alive[x] = life[4 * x] && life[4 * x + 1] == number;
      living += alive[x];
    }
    spans_.get()[y + 1] = {box.left + 1, box.right + 1};
  }
  return living;
}

void Dish::apply_changes(uint32_t fired) {
  for (uint32_t i = 0; i < fired; ++i) {
    float* state = states_.get() + size_t(fired_.get()[i] & ~edge_bit) * dish_channels;
    const float* change = changes_.get() + size_t(i) * dish_channels;
    for (int c = 0; c < dish_channels; ++c) state[c] += change[c];
  }
}

// updated: after an update, when every cell that was alive has a state.
void Dish::update_life(Organisms organisms, bool wrap, bool updated) {
  const Box box = reachable(wrap);
  find_mature(organisms, box, updated);
  boxes_.fill(Box{});
  // A mature cell stays with its organism; a growing one joins the neighbour with the most alpha. Only the organisms of
  // mature cells are read, and these do not change.
  for (uint32_t y = box.top; y < box.bottom; ++y)
    for (uint32_t x = box.left; x < box.right; ++x) {
      const size_t cell = size_t(y) * width_ + x;
      const bool is_mature = mature_.get()[cell] != immature;
      set_life(y, x, is_mature ? life_.get()[4 * cell + 1] : strongest_neighbour(y, x, wrap), updated);
    }
  for (uint32_t y = box.top; y < box.bottom; ++y)
    std::fill_n(mature_.get() + size_t(y) * width_ + box.left, box.right - box.left, immature);
  is_whole_ = false;
}

void Dish::find_mature(Organisms organisms, const Box& box, bool updated) {
  for (uint32_t y = box.top; y < box.bottom; ++y)
    for (uint32_t x = box.left; x < box.right; ++x) {
      const size_t cell = size_t(y) * width_ + x;
      const uint8_t* life = life_.get() + 4 * cell;
      const float alpha = states_.get()[cell * dish_channels + 3];
      if (life[updated ? 0 : 2] && alpha > organisms[life[1]].alive_threshold) mature_.get()[cell] = alpha;
    }
}

// The organism of the mature neighbour with the most alpha, of several the first one, row by row; 0 if there is none.
int Dish::strongest_neighbour(uint32_t y, uint32_t x, bool wrap) const {
  float most = immature;
  int owner = 0;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx) {
      // Minus one wraps around to a number that no height or width reaches.
      uint32_t ny = y + uint32_t(dy), nx = x + uint32_t(dx);
      if (wrap) {
        ny = ny == UINT32_MAX ? height_ - 1 : ny == height_ ? 0 : ny;
        nx = nx == UINT32_MAX ? width_ - 1 : nx == width_ ? 0 : nx;
      }
      if (ny >= height_ || nx >= width_) continue;
      const size_t cell = size_t(ny) * width_ + nx;
      if (!(mature_.get()[cell] > most)) continue;
      most = mature_.get()[cell];
      owner = life_.get()[4 * cell + 1];
    }
  return owner;
}

void Dish::set_life(uint32_t y, uint32_t x, int owner, bool updated) {
  const size_t cell = size_t(y) * width_ + x;
  uint8_t* life = life_.get() + 4 * cell;
  const bool has_state = life[updated ? 0 : 2];
  if ((life[0] || life[2]) && !(owner && has_state))
    std::fill_n(states_.get() + cell * dish_channels, dish_channels, 0.0f);
  const uint8_t next[4] = {255, uint8_t(owner), uint8_t(has_state ? 255 : 0), 255};
  if (owner)
    std::memcpy(life, next, sizeof next);
  else
    std::memset(life, 0, sizeof next);
  if (owner) boxes_[owner].add({x, y, x + 1, y + 1});
}

// The cells that may be alive after a step, or have a state.
Dish::Box Dish::reachable(bool wrap) const {
  Box box;
  for (const Box& other : boxes_) box.add(other);
  const Box whole{0, 0, width_, height_};
  if (is_whole_) return whole;
  if (box.left >= box.right) return {0, 0, 0, 0};
  const bool across = wrap && (box.left == 0 || box.right == width_);
  const bool down = wrap && (box.top == 0 || box.bottom == height_);
  return {.left = across || box.left == 0 ? 0 : box.left - 1,
          .top = down || box.top == 0 ? 0 : box.top - 1,
          .right = across ? width_ : std::min(box.right + 1, width_),
          .bottom = down ? height_ : std::min(box.bottom + 1, height_)};
}

}  // namespace blastema
