// Checked access to the arrays that Python passes.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace blastema {

namespace nb = nanobind;

using Input = nb::ndarray<nb::ro, nb::device::cpu>;
using Output = nb::ndarray<nb::device::cpu>;
using Dimensions = std::vector<size_t>;

inline std::string to_text(const Dimensions& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

template <class Array>
bool is_contiguous(const Array& array) {
  if (array.size() == 0) return true;  // whatever its strides are
  int64_t step = 1;
  for (size_t i = array.ndim(); i-- > 0; step *= int64_t(array.shape(i)))
    if (array.shape(i) > 1 && array.stride(i) != step) return false;
  return true;
}

template <class T, class Array>
bool is_aligned(const Array& array) {
  return reinterpret_cast<uintptr_t>(array.data()) % alignof(T) == 0;
}

// Returns the shape of an array. Older versions of nanobind turn None in a tuple into an array that is not valid.
template <class Array>
Dimensions shape_of(const char* name, const Array& array) {
  if (!array.is_valid()) throw nb::type_error((std::string(name) + " must be an array, not None").c_str());
  Dimensions shape;
  for (size_t i = 0; i < array.ndim(); ++i) shape.push_back(array.shape(i));
  return shape;
}

template <class T>
const char* type_name() {
  if constexpr (std::is_same_v<T, float>) return "float32";
  if constexpr (std::is_same_v<T, bool>) return "bool";
  if constexpr (std::is_same_v<T, int8_t>) return "int8";
  if constexpr (std::is_same_v<T, int16_t>) return "int16";
  if constexpr (std::is_same_v<T, uint8_t>) return "uint8";
  return "uint32";
}

// Returns the elements of an array. Throws a ValueError unless it has this type and shape and is contiguous.
template <class T, class Array>
auto data_of(const char* name, const Array& array, const Dimensions& needed) {
  const Dimensions shape = shape_of(name, array);
  const char* type = type_name<T>();
  const bool has_type = array.dtype() == nb::dtype<T>();
  if (!has_type || shape != needed || !is_contiguous(array) || !is_aligned<T>(array)) {
    std::string text = std::string(name) + " has shape " + to_text(shape);
    if (!has_type) text += ", another type";
    if (!is_contiguous(array)) text += ", not contiguous";
    if (!is_aligned<T>(array)) text += ", not aligned";
    throw nb::value_error((text + "; needed is contiguous " + type + " " + to_text(needed)).c_str());
  }
  if constexpr (std::is_same_v<Array, Input>)
    return static_cast<const T*>(array.data());
  else
    return static_cast<T*>(array.data());
}

}  // namespace blastema
