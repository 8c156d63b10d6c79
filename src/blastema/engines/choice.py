"""Which engines there are, which of them run here, and which one to take."""

from collections.abc import Callable
from typing import Any, NamedTuple

from blastema.engines.protocol import Engine
from blastema.errors import BlastemaError
from blastema.machine import installed


def _native() -> Engine:
    try:
        from blastema.engines.native_engine import NativeEngine
    except ImportError as error:
        raise BlastemaError(
            f"the native engine is not there ({error}); it needs GCC or Clang where the package is installed: "
            "pip install --force-reinstall --no-deps --verbose . shows what is missing"
        ) from error
    return NativeEngine()


def _numpy() -> Engine:
    from blastema.engines.numpy_engine import NumpyEngine

    return NumpyEngine()


def _jax() -> Engine:
    try:
        from blastema.engines.jax_engine import JaxEngine
    except ImportError as error:
        raise BlastemaError(
            f"the jax engine is not there ({error}); install it with: pip install 'blastema[jax]'"
        ) from error
    return JaxEngine()


class EngineKind(NamedTuple):
    """An engine that can be chosen.

    Attributes:
        make: returns it, or raises a BlastemaError that says what it needs.
        details: what `blastema doctor` says of it, such as a version.
    """

    make: Callable[[], Engine]
    details: Callable[[Any], str]


# The fastest on a CPU first: it is the default.
ENGINES = {
    "native": EngineKind(_native, lambda engine: f"{engine.isa}, threads: {engine.threads}"),
    "numpy": EngineKind(_numpy, lambda _: f"numpy {installed('numpy')}"),
    "jax": EngineKind(_jax, lambda _: f"jax {installed('jax')}"),
}


def default_engine() -> str:
    """Return the name of the fastest engine that runs on this machine's processor with nothing to add."""
    try:
        from blastema import _native
    except ImportError:
        return "numpy"
    return "native" if _native.isas() else "numpy"


def choose_engine(name: str | None = None) -> Engine:
    """Return the engine of that name, or the fastest one present.

    Raises:
        BlastemaError: no engine has that name, or what it needs is not installed.

    >>> choose_engine("numpy").name
    'numpy'
    """
    if name is None:
        name = default_engine()
    if name not in ENGINES:
        raise BlastemaError(f"there is no engine {name!r}; choose one of {', '.join(ENGINES)}")
    return ENGINES[name].make()
