// The Python module blastema._native: checks what comes, lets go of the interpreter's lock, calls.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "isa.hpp"
#include "memory.hpp"
#include "rollout.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace blastema {
namespace {

using Input = nb::ndarray<nb::ro, nb::device::cpu>;
using Output = nb::ndarray<nb::device::cpu>;

std::string shown(const std::vector<size_t>& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

template <class Array>
bool is_contiguous(const Array& array) {
  int64_t step = 1;
  for (size_t i = array.ndim(); i-- > 0; step *= int64_t(array.shape(i)))
    if (array.shape(i) > 1 && array.stride(i) != step) return false;
  return true;
}

template <class T, class Array>
bool is_aligned(const Array& array) {
  return reinterpret_cast<uintptr_t>(array.data()) % alignof(T) == 0;
}

// Returns the numbers of an array of this type and shape, or says what came instead.
template <class T, class Array>
auto numbers(const char* name, const Array& array, const std::vector<size_t>& needed) {
  std::vector<size_t> came;
  for (size_t i = 0; i < array.ndim(); ++i) came.push_back(array.shape(i));
  const char* type = std::is_same_v<T, float> ? "float32" : "uint32";
  const bool fits = array.dtype() == nb::dtype<T>();
  if (!fits || came != needed || !is_contiguous(array) || !is_aligned<T>(array))
    throw nb::value_error((std::string(name) + " came with shape " + shown(came) + (fits ? "" : " of another type") +
                           (is_contiguous(array) ? "" : ", not contiguous") +
                           (is_aligned<T>(array) ? "" : ", not aligned") + "; needed is contiguous " + type + " " +
                           shown(needed))
                              .c_str());
  if constexpr (std::is_same_v<Array, Input>)
    return static_cast<const T*>(array.data());
  else
    return static_cast<T*>(array.data());
}

// Takes the interpreter's lock by `take`. While the interpreter ends, daemon threads never get it: Python before 3.14
// ends such a thread by unwinding its stack, which aborts the process in the first function that must not throw. So the
// thread waits here for the end of the process, as it does in Python 3.14.
template <class Take>
void take_lock(const Take& take) {
  try {
    take();
  } catch (...) {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

// Whether a signal handler raised an exception, such as KeyboardInterrupt. Only the main thread runs them.
bool is_interrupted() {
  PyGILState_STATE state;
  take_lock([&] { state = PyGILState_Ensure(); });
  const bool raised = PyErr_CheckSignals() != 0;
  PyGILState_Release(state);
  return raised;
}

class Bound {
 public:
  Bound(const std::string& isa, int threads, bool keep, int channels, int hidden, const Input& kernels,
        std::optional<std::pair<double, double>> rotation, double alive_above, uint32_t fires_below, bool wrap,
        const Input& hidden_weight,
        const Input& hidden_bias, const Input& update_weight, const Input& update_bias, const Input& states, const Input& seeds,
        const Input& ages) {
    if (channels < 4 || hidden < 1 || channels > 1024 || hidden > 65536 || threads < 1 || threads > 1024)
      throw nb::value_error("channels must be 4 to 1024, hidden 1 to 65536, threads 1 to 1024");
    const size_t filters = kernels.ndim() ? kernels.shape(0) : 0;
    if (filters < 1 || filters > 1024 || (rotation && filters != 3))
      throw nb::value_error("needed are 1 to 1024 kernels, and the article's 3 where a rotation is given");
    if (states.ndim() != 4) throw nb::value_error("states must have 4 axes: batch, height, width, channels");
    const size_t batch = states.shape(0), height = states.shape(1), width = states.shape(2);
    if (batch < 1 || height < 1 || width < 1 || batch > 1 << 20 || height > 65536 || width > 65536 ||
        height * width >= size_t(1) << 31)
      throw nb::value_error("needed are a batch of at least 1 and grids of 1x1 to fewer than 2^31 cells");
    shape_ = {batch, height, width, size_t(channels)};
    shapes_ = {{filters * channels, size_t(hidden)}, {size_t(hidden)}, {size_t(hidden), size_t(channels)},
               {size_t(channels)}};
    const float* x = numbers<float>("states", states, shape_);
    const uint32_t* s = numbers<uint32_t>("seeds", seeds, {batch});
    const uint32_t* a = numbers<uint32_t>("ages", ages, {batch});
    const Genome genome{channels, hidden, int(filters), numbers<float>("kernels", kernels, {filters, 3, 3}),
                        rotation.has_value(), rotation ? float(rotation->first) : 0.0f,
                        rotation ? float(rotation->second) : 0.0f, float(alive_above), fires_below, wrap,
                        numbers<float>("hidden_weight", hidden_weight, shapes_[0]),
                        numbers<float>("hidden_bias", hidden_bias, shapes_[1]),
                        numbers<float>("update_weight", update_weight, shapes_[2]),
                        numbers<float>("update_bias", update_bias, shapes_[3])};
    const Kernel& kernel = kernel_for(isa);
    work([&] {
      rollout_ = std::make_unique<Rollout>(kernel, genome, x, s, a, int(batch), uint32_t(height), uint32_t(width),
                                           threads, keep, is_interrupted);
    });
    keep_ = keep;
  }

  void advance(int64_t steps) {
    if (steps < 0) throw nb::value_error("steps must be 0 or more");
    if (back_) throw nb::value_error("this rollout has gone back already; begin another");
    work([&] { rollout_->advance(uint64_t(steps)); });
  }

  void read_states(const Output& states) {
    float* to = numbers<float>("states", states, shape_);
    work([&] { rollout_->read_states(to); });
  }

  void go_back(const Input& back, const Output& hidden_weight, const Output& hidden_bias, const Output& update_weight,
               const Output& update_bias, const Output& states_back) {
    if (!keep_ || back_) throw nb::value_error("this rollout keeps no steps to go back");
    const float* from = numbers<float>("back", back, shape_);
    const Gradients gradients{numbers<float>("hidden_weight", hidden_weight, shapes_[0]),
                              numbers<float>("hidden_bias", hidden_bias, shapes_[1]),
                              numbers<float>("update_weight", update_weight, shapes_[2]),
                              numbers<float>("update_bias", update_bias, shapes_[3])};
    float* to = numbers<float>("states_back", states_back, shape_);
    back_ = true;
    work([&] { rollout_->go_back(from, gradients, to); });
  }

 private:
  // Does it without the interpreter's lock. A rollout in which something went wrong is of no more use, and gives its
  // memory back; nor can two threads use one at once.
  template <class Work>
  void work(const Work& work) {
    if (!usable_) throw nb::value_error("this rollout failed, was interrupted or is in use; begin another");
    usable_ = false;
    std::exception_ptr error;
    bool memory = true;
    PyThreadState* state = PyEval_SaveThread();
    try {
      work();
    } catch (const std::bad_alloc&) {
      error = std::current_exception(), memory = false;
    } catch (...) {
      error = std::current_exception();
    }
    if (error) rollout_.reset();
    if (!memory) Blocks::free_spares();
    take_lock([&] { PyEval_RestoreThread(state); });
    // It was stopped because a signal handler raised.
    if (PyErr_Occurred()) throw nb::python_error();
    if (error) std::rethrow_exception(error);
    usable_ = true;
  }

  std::vector<size_t> shape_;
  std::vector<std::vector<size_t>> shapes_;
  bool keep_ = false, back_ = false, usable_ = true;
  std::unique_ptr<Rollout> rollout_;
};

}  // namespace
}  // namespace blastema

NB_MODULE(_native, module) {
  using blastema::Bound;
  // A daemon thread may hold a rollout when the process ends. That is no leak.
  nb::set_leak_warnings(false);
  module.def("isas", &blastema::isas, "Names of the instruction sets that run here, best first.");
  nb::class_<Bound>(module, "Rollout")
      .def(nb::init<const std::string&, int, bool, int, int, const blastema::Input&,
                    std::optional<std::pair<double, double>>, double, uint32_t, bool, const blastema::Input&, const blastema::Input&, const blastema::Input&, const blastema::Input&,
                    const blastema::Input&, const blastema::Input&, const blastema::Input&>(),
           "isa"_a, "threads"_a, "keep"_a, "channels"_a, "hidden"_a, "kernels"_a, "rotation"_a.none(), "alive_above"_a, "fires_below"_a,
           "wrap"_a, "hidden_weight"_a, "hidden_bias"_a, "update_weight"_a, "update_bias"_a,
           "states"_a, "seeds"_a, "ages"_a)
      .def("advance", &Bound::advance, "steps"_a)
      .def("read_states", &Bound::read_states, "states"_a)
      .def("go_back", &Bound::go_back, "back"_a, "hidden_weight"_a, "hidden_bias"_a, "update_weight"_a, "update_bias"_a,
           "states_back"_a);
}
