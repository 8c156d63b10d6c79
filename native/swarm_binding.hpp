// The class Swarm of the Python module.
#pragma once

#include <nanobind/nanobind.h>

namespace blastema {

void bind_swarm(nanobind::module_& module);

}  // namespace blastema
