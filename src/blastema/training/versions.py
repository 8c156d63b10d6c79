"""The versions that the bytes of an organism depend on, besides its configuration."""

from functools import cache

import numpy as np

from blastema._version import __version__
from blastema.engines import Engine
from blastema.machine import installed, instruction_set


def versions(engine: Engine) -> dict[str, str]:
    """Return the versions of the libraries that this engine uses, and its instruction set."""
    libraries = {"jax": installed("jax") or "unknown"} if engine.name == "jax" else {}
    isa = getattr(engine, "isa", None) or _processor()
    return {"blastema": __version__, "numpy": np.__version__, "isa": str(isa)} | libraries


def devices(engine: Engine, batch: int) -> dict[str, str]:
    """Return the number of devices if the last bits of the gradients of a batch of this many grids depend on it."""
    rounds_like_one_device = getattr(engine, "rounds_like_one_device", lambda _: True)
    return {} if rounds_like_one_device(batch) else {"devices": str(getattr(engine, "devices", 1))}


_processor = cache(instruction_set)
