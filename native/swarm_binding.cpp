// The class Swarm of the Python module: swarm.c of the firmware, with the numbers of an organism given at run time.

#include "swarm_binding.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/tuple.h>

#include <cstdint>
#include <memory>
#include <new>
#include <tuple>
#include <vector>

#include "arrays.hpp"
#include "interpreter_lock.hpp"
extern "C" {
#include "organism.h"
#include "swarm.h"
}

namespace nb = nanobind;
using namespace nb::literals;

namespace blastema {
namespace {

// weights, update_bias, one, hidden_shift, update_shift, update_factor, alive_above.
using Numbers = std::tuple<Input, Input, Input, int, int, int, int>;
// delay, loss, noise, drift, blur, as in struct swarm_conditions.
using Conditions = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, uint32_t>;

// Three weights of each channel, a bias of two bytes, a weight for each channel.
constexpr size_t unit_bytes = 4 * CELL_CHANNELS + 2;
constexpr uint32_t all = 1 << 16;

swarm_conditions conditions_of(const Conditions& given) {
  const auto& [delay, loss, noise, drift, blur] = given;
  if (delay > all || loss > all || noise > all || drift >= all || blur > all)
    throw nb::value_error("delay must be at most 65536 ticks, loss, noise and blur at most 65536, drift below 65536");
  return {.delay = delay, .loss = loss, .noise = noise, .drift = drift, .blur = blur};
}

class PySwarm {
 public:
  PySwarm(const Numbers& numbers, int height, int width, bool wrap, uint32_t seed, const Conditions& conditions)
      : height_(height), width_(width) {
    if (height < 1 || width < 1 || height > 8192 || width > 8192) throw nb::value_error("sides must be 1 to 8192");
    copy(numbers);
    organism_use(&organism_);
    swarm_.reset(swarm_new(height, width, wrap, seed, conditions_of(conditions)));
    if (!swarm_) throw std::bad_alloc();
  }

  // Lets ticks pass, without the interpreter's lock; returns the number of updates.
  int64_t run(uint32_t ticks) {
    check();
    usable_ = false;
    PyThreadState* state = PyEval_SaveThread();
    organism_use(&organism_);
    const int64_t updates = swarm_run(swarm_.get(), ticks);
    take_lock([&] { PyEval_RestoreThread(state); });
    if (updates < 0) throw std::bad_alloc();
    usable_ = true;
    return updates;
  }

  // Makes a cell that was just switched on the seed cell.
  void seed(int y, int x) {
    check();
    if (y < 0 || x < 0 || y >= height_ || x >= width_) throw nb::value_error("there is no such cell");
    organism_use(&organism_);
    swarm_seed(swarm_.get(), y, x);
  }

  // Switches cells off, or on: they then begin as empty cells.
  void turn(const Input& mask, bool on) {
    check();
    const bool* chosen = data_of<bool>("mask", mask, {size_t(height_), size_t(width_)});
    for (int place = 0; place < height_ * width_; ++place)
      if (chosen[place]) swarm_switch(swarm_.get(), place / width_, place % width_, on);
  }

  void read_states(const Output& states) {
    check();
    swarm_states(swarm_.get(), data_of<int16_t>("states", states, {size_t(height_), size_t(width_), CELL_CHANNELS}));
  }

  uint64_t messages() {
    check();
    return swarm_messages(swarm_.get());
  }

  uint64_t dropped() {
    check();
    return swarm_dropped(swarm_.get());
  }

 private:
  struct Free {
    void operator()(swarm* pointer) const { swarm_free(pointer); }
  };

  void check() const {
    if (!usable_) throw nb::value_error("this swarm ran out of memory or is in use; begin another");
  }

  void copy(const Numbers& numbers) {
    const auto& [weights, update_bias, one, hidden_shift, update_shift, update_factor, alive_above] = numbers;
    const size_t count = shape_of("weights", weights).at(0);
    if (count % unit_bytes || hidden_shift < 1 || hidden_shift > 24 || update_shift < 1 || update_shift > 24)
      throw nb::value_error("needed are 66 weights a hidden unit, and shifts of 1 to 24 bits");
    const int8_t* bytes = data_of<int8_t>("weights", weights, {count});
    const int16_t* biases = data_of<int16_t>("update_bias", update_bias, {CELL_CHANNELS});
    const int16_t* ones = data_of<int16_t>("one", one, {CELL_CHANNELS});
    weights_.assign(bytes, bytes + count);
    update_bias_.assign(biases, biases + CELL_CHANNELS);
    one_.assign(ones, ones + CELL_CHANNELS);
    organism_ = {.weights = weights_.data(),
                 .update_bias = update_bias_.data(),
                 .one = one_.data(),
                 .count = ptrdiff_t(count),
                 .hidden_shift = hidden_shift,
                 .update_shift = update_shift,
                 .update_factor = update_factor,
                 .alive_above = alive_above};
  }

  int height_, width_;
  bool usable_ = true;
  std::vector<int8_t> weights_;
  std::vector<int16_t> update_bias_, one_;
  organism organism_ = {};
  std::unique_ptr<swarm, Free> swarm_;
};

}  // namespace

void bind_swarm(nb::module_& module) {
  nb::class_<PySwarm>(module, "Swarm")
      .def(nb::init<const Numbers&, int, int, bool, uint32_t, const Conditions&>(), "numbers"_a, nb::kw_only(),
           "height"_a, "width"_a, "wrap"_a, "seed"_a, "conditions"_a)
      .def("run", &PySwarm::run, "ticks"_a)
      .def("seed", &PySwarm::seed, "y"_a, "x"_a)
      .def("turn", &PySwarm::turn, "mask"_a, "on"_a)
      .def("read_states", &PySwarm::read_states, "states"_a)
      .def("messages", &PySwarm::messages)
      .def("dropped", &PySwarm::dropped);
}

}  // namespace blastema
