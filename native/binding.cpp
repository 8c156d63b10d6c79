// The Python module blastema._native: checks arguments, releases the interpreter's lock, calls the rollout.

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "interpreter_lock.hpp"
#include "isa.hpp"
#include "memory.hpp"
#include "rollout.hpp"
#include "swarm_binding.hpp"
#include "thread_pool.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace blastema {
namespace {

// hidden_weight, hidden_bias, update_weight, update_bias, signal_bias, as blastema.rule.Weights has them.
using WeightArrays = std::tuple<Input, Input, Input, Input, Input>;
using GradientArrays = std::tuple<Output, Output, Output, Output, Output>;
// states, seeds, ages, signals, as blastema.rule.Batch has them.
using BatchArrays = std::tuple<Input, Input, Input, std::optional<Input>>;

RuleSpec make_rule(int channels, int hidden, const Input& kernels, std::optional<std::pair<double, double>> rotation,
                   double alive_threshold, uint32_t fire_threshold, bool wrap, int signals) {
  if (channels < 4 || channels > 1024 || hidden < 1 || hidden > 65536 || signals < 0 || signals > 256)
    throw nb::value_error("channels must be 4 to 1024, hidden 1 to 65536, signals 0 to 256");
  const size_t filters = kernels.ndim() ? kernels.shape(0) : 0;
  if (filters < 1 || filters > 1024 || (rotation && filters != 3))
    throw nb::value_error("needed are 1 to 1024 kernels, and 3 with a rotation");
  const float* data = data_of<float>("kernels", kernels, {filters, 3, 3});
  return {.channels = channels,
          .hidden = hidden,
          .filters = int(filters),
          .kernels = std::vector<float>(data, data + filters * 9),
          .article_filters = rotation.has_value(),
          .cos = rotation ? float(rotation->first) : 1.0f,
          .sin = rotation ? float(rotation->second) : 0.0f,
          .alive_threshold = float(alive_threshold),
          .fire_threshold = fire_threshold,
          .wrap = wrap,
          .signals = signals};
}

struct WeightShapes {
  Dimensions hidden_weight, hidden_bias, update_weight, update_bias, signal_bias;
  explicit WeightShapes(const RuleSpec& rule)
      : hidden_weight{size_t(rule.filters) * rule.channels, size_t(rule.hidden)},
        hidden_bias{size_t(rule.hidden)},
        update_weight{size_t(rule.hidden), size_t(rule.channels)},
        update_bias{size_t(rule.channels)},
        signal_bias{size_t(rule.signals), size_t(rule.hidden)} {}
};

// Checks the arrays of weights or of gradients.
template <class Float, class Arrays>
Parameters<Float> parameters_of(const RuleSpec& rule, const Arrays& arrays) {
  const auto& [hidden_weight, hidden_bias, update_weight, update_bias, signal_bias] = arrays;
  const WeightShapes shapes(rule);
  return {.hidden_weight = data_of<float>("hidden_weight", hidden_weight, shapes.hidden_weight),
          .hidden_bias = data_of<float>("hidden_bias", hidden_bias, shapes.hidden_bias),
          .update_weight = data_of<float>("update_weight", update_weight, shapes.update_weight),
          .update_bias = data_of<float>("update_bias", update_bias, shapes.update_bias),
          .signal_bias = data_of<float>("signal_bias", signal_bias, shapes.signal_bias)};
}

Batch batch_of(const RuleSpec& rule, const BatchArrays& arrays) {
  const auto& [states, seeds, ages, signals] = arrays;
  const Dimensions shape = shape_of("states", states);
  if (shape.size() != 4) throw nb::value_error("states must have 4 axes: batch, height, width, channels");
  const size_t count = shape[0], height = shape[1], width = shape[2];
  if (count < 1 || height < 1 || width < 1 || count > 1 << 20 || height > 65536 || width > 65536 ||
      height * width >= size_t(1) << 31)
    throw nb::value_error("needed are a batch of at least 1 and grids of 1x1 to fewer than 2^31 cells");
  Batch batch{.count = int(count),
              .height = uint32_t(height),
              .width = uint32_t(width),
              .states = data_of<float>("states", states, {count, height, width, size_t(rule.channels)}),
              .seeds = data_of<uint32_t>("seeds", seeds, {count}),
              .ages = data_of<uint32_t>("ages", ages, {count})};
  if (signals) {
    if (!rule.signals) throw nb::value_error("this rule has no signals");
    if (signals->is_valid() && signals->dtype() == nb::dtype<uint8_t>())
      batch.map = data_of<uint8_t>("signals", *signals, {count, height, width});
    else
      batch.mixtures = data_of<float>("signals", *signals, {count, size_t(rule.signals)});
  }
  return batch;
}

// The Rollout that Python sees.
class PyRollout {
 public:
  PyRollout(const RuleSpec& rule, const WeightArrays& weight_arrays, const BatchArrays& batch_arrays,
            const std::string& isa, int threads, bool record)
      : rule_(rule), record_(record) {
    touch_thread_local_data();
    if (threads < 1 || threads > 1024) throw nb::value_error("threads must be 1 to 1024");
    const IsaKernel& kernel = kernel_for(isa);
    const Batch batch = batch_of(rule, batch_arrays);
    const Weights weights = parameters_of<const float>(rule, weight_arrays);
    shape_ = {size_t(batch.count), batch.height, batch.width, size_t(rule.channels)};
    const Options options{.threads = threads, .record = record, .interrupted = is_interrupted};
    without_lock([&] { rollout_ = std::make_unique<Rollout>(kernel, rule, weights, batch, options); });
  }

  void forward(int64_t steps) {
    if (steps < 0) throw nb::value_error("steps must be 0 or more");
    if (went_backward_) throw nb::value_error("this rollout has gone backward already; begin another");
    without_lock([&] { rollout_->forward(uint64_t(steps)); });
  }

  void read_states(const Output& states) {
    float* data = data_of<float>("states", states, shape_);
    without_lock([&] { rollout_->read_states(data); });
  }

  void backward(const Input& cotangent, const GradientArrays& gradient_arrays, const Output& states_gradient) {
    if (!record_ || went_backward_) throw nb::value_error("this rollout has no recorded steps");
    const float* from = data_of<float>("cotangent", cotangent, shape_);
    const Gradients gradients = parameters_of<float>(rule_, gradient_arrays);
    float* to = data_of<float>("states_gradient", states_gradient, shape_);
    went_backward_ = true;
    without_lock([&] { rollout_->backward(from, gradients, to); });
  }

 private:
  // Calls `work` without the interpreter's lock. A rollout that failed cannot be used any more, and its memory is
  // freed; nor can two threads use one at once.
  template <class Work>
  void without_lock(const Work& work) {
    if (!usable_) throw nb::value_error("this rollout failed, was interrupted or is in use; begin another");
    usable_ = false;
    std::exception_ptr error;
    bool out_of_memory = false;
    PyThreadState* state = PyEval_SaveThread();
    try {
      work();
    } catch (const std::bad_alloc&) {
      error = std::current_exception();
      out_of_memory = true;
    } catch (...) {
      error = std::current_exception();
    }
    if (error) rollout_.reset();
    if (out_of_memory) BlockCache::clear();
    take_lock([&] { PyEval_RestoreThread(state); });
    // The work was stopped because a signal handler raised.
    if (PyErr_Occurred()) throw nb::python_error();
    if (error) std::rethrow_exception(error);
    usable_ = true;
  }

  RuleSpec rule_;
  Dimensions shape_;
  bool record_, went_backward_ = false, usable_ = true;
  std::unique_ptr<Rollout> rollout_;
};

}  // namespace
}  // namespace blastema

NB_MODULE(_native, module) {
  using namespace blastema;
  // When the process ends, a daemon thread may still hold a rollout. That is not a leak.
  nb::set_leak_warnings(false);
  module.def("isas", &isas, "Names of the instruction sets that run here, best first.");
  bind_swarm(module);
  nb::class_<RuleSpec>(module, "RuleSpec")
      .def(
          "__init__",
          [](RuleSpec* self, int channels, int hidden, const Input& kernels,
             std::optional<std::pair<double, double>> rotation, double alive_threshold, uint32_t fire_threshold,
             bool wrap, int signals) {
            new (self) RuleSpec(
                make_rule(channels, hidden, kernels, rotation, alive_threshold, fire_threshold, wrap, signals));
          },
          nb::kw_only(), "channels"_a, "hidden"_a, "kernels"_a, "rotation"_a.none(), "alive_threshold"_a,
          "fire_threshold"_a, "wrap"_a, "signals"_a);
  nb::class_<PyRollout>(module, "Rollout")
      .def(nb::init<const RuleSpec&, const WeightArrays&, const BatchArrays&, const std::string&, int, bool>(),
           "rule"_a, "weights"_a, "batch"_a, nb::kw_only(), "isa"_a, "threads"_a, "record"_a)
      .def("forward", &PyRollout::forward, "steps"_a)
      .def("read_states", &PyRollout::read_states, "states"_a)
      .def("backward", &PyRollout::backward, "cotangent"_a, "gradients"_a, "states_gradient"_a);
}
