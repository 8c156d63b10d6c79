/* A grid of tiles on this machine: each is the sketch of examples/tile, a member of a class instead of a program of its
   own, with clocks, serial lines that take their time, buttons and LEDs. */
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "tile.h"

namespace {

constexpr double BYTE_MS = 10 * 1000.0 / BAUD;
/* How long a button is held. */
constexpr int HELD_MS = 400;

struct World {
  int now = 0;
  std::mt19937 random;
  double lost;
  bool chance(double share) { return share > 0 && std::generate_canonical<double, 32>(random) < share; }
};

/* An access to a register of the board, see Arduino.h. */
struct Access {
  uint32_t number, value;
};

/* What a tile did, if it is recorded. */
struct Trace {
  bool on = false;
  std::vector<Access> accesses;
  int log(int number, int value) {
    if (on) {
      accesses.push_back({static_cast<uint32_t>(number), static_cast<uint32_t>(value)});
    }
    return value;
  }
};

/* One end of a line. Bytes arrive one after the other, and some not at all. */
struct Line : HardwareSerial {
  World* world = nullptr;
  Trace* trace = nullptr;
  int number = 0;
  Line* other = nullptr;
  double busy = 0;
  std::deque<std::pair<double, uint8_t>> arriving;

  void begin(unsigned long) override { arriving.clear(); }
  int available() override {
    return trace->log(AVAILABLE + number, !arriving.empty() && arriving.front().first <= world->now);
  }
  int read() override {
    const uint8_t byte = arriving.front().second;
    arriving.pop_front();
    return trace->log(READ + number, byte);
  }
  using HardwareSerial::write;
  size_t write(uint8_t byte) override {
    trace->log(WRITE + number, byte);
    busy = std::max<double>(busy, world->now) + BYTE_MS;
    if (other && !world->chance(world->lost)) {
      other->arriving.emplace_back(busy, byte);
    }
    return 1;
  }
};

struct Tile {
  Line Serial, Serial1, Serial2, Serial3;
  World* world;
  /* When it was switched on, and how fast its clock is. */
  int began = 0, released = 0;
  double speed = 1;
  bool on = true;
  std::array<uint8_t, 16> leds{};

  Trace trace;

  std::array<Line*, 4> lines() { return {&Serial, &Serial1, &Serial2, &Serial3}; }
  uint32_t millis() { return trace.log(CLOCK, static_cast<int>((world->now - began) * speed)); }
  void pinMode(uint8_t, uint8_t) {}
  int digitalRead(uint8_t pin) { return trace.log(PINS + pin, world->now >= released); }
  int analogRead(uint8_t pin) { return trace.log(PINS + pin, static_cast<int>(world->random() & 1023)); }
  void analogWrite(uint8_t pin, int value) { leds[pin] = static_cast<uint8_t>(trace.log(PINS + pin, value)); }

#include "tile.ino"
};

struct Grid {
  int width;
  World world;
  std::vector<std::unique_ptr<Tile>> tiles;
};

void wire(Line& one, Line& other) {
  one.other = &other;
  other.other = &one;
}

void begin(Grid* grid, Tile& tile) {
  tile.began = grid->world.now;
  tile.leds = {};
  tile.setup();
}

}  // namespace

extern "C" {

Grid* grid_new(int height, int width, uint32_t seed, double lost, double drift) {
  auto grid = new Grid{width, {0, std::mt19937(seed), lost}, {}};
  for (int i = 0; i < height * width; i++) {
    grid->tiles.push_back(std::make_unique<Tile>());
    Tile& tile = *grid->tiles.back();
    tile.world = &grid->world;
    int number = 0;
    tile.speed = std::uniform_real_distribution<>(1 - drift, 1 + drift)(grid->world.random);
    for (Line* line : tile.lines()) {
      line->world = &grid->world;
      line->trace = &tile.trace;
      line->number = number++;
    }
    if (i % width) {
      wire(grid->tiles[i - 1]->PORT_RIGHT, tile.PORT_LEFT);
    }
    if (i >= width) {
      wire(grid->tiles[i - width]->PORT_BELOW, tile.PORT_ABOVE);
    }
  }
  for (auto& tile : grid->tiles) {
    begin(grid, *tile);
  }
  return grid;
}

void grid_free(Grid* grid) { delete grid; }

void grid_run(Grid* grid, int ms) {
  for (int end = grid->world.now + ms; grid->world.now < end; grid->world.now++) {
    for (auto& tile : grid->tiles) {
      if (tile->on) {
        tile->loop();
      }
    }
  }
}

void grid_press(Grid* grid, int y, int x) { grid->tiles[y * grid->width + x]->released = grid->world.now + HELD_MS; }

void grid_switch(Grid* grid, int y, int x, int on) {
  Tile& tile = *grid->tiles[y * grid->width + x];
  tile.on = on;
  tile.mine = {};
  if (on) {
    begin(grid, tile);
  }
}

/* Restart a tile and record what it does from then on. */
void grid_trace(Grid* grid, int y, int x) {
  Tile& tile = *grid->tiles[y * grid->width + x];
  tile.trace.on = true;
  tile.mine = {};
  begin(grid, tile);
}

/* Copy at most so many accesses; return how many there are. */
int grid_traced(const Grid* grid, int y, int x, Access* accesses, int most) {
  const auto& trace = grid->tiles[y * grid->width + x]->trace.accesses;
  std::copy_n(trace.begin(), std::min<size_t>(most, trace.size()), accesses);
  return static_cast<int>(trace.size());
}

void grid_cells(const Grid* grid, struct cell* cells) {
  for (const auto& tile : grid->tiles) {
    *cells++ = tile->mine;
  }
}

void grid_leds(const Grid* grid, uint8_t* leds) {
  for (const auto& tile : grid->tiles) {
    for (int pin : {RED, GREEN, BLUE}) {
      *leds++ = tile->leds[pin];
    }
  }
}
}
