"""The engines by name, and the choice of one."""

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
            f"the native engine is not installed ({error}); building it needs GCC or Clang: "
            "pip install --force-reinstall --no-deps --verbose . shows what is missing"
        ) from error
    return NativeEngine()


def _numpy() -> Engine:
    from blastema.engines.numpy_engine import NumpyEngine

    return NumpyEngine()


def _jax(devices: int | None = None) -> Engine:
    try:
        from blastema.engines.jax_engine import JaxEngine
    except ImportError as error:
        raise BlastemaError(
            f"the jax engine is not installed ({error}); install it with: pip install 'blastema[jax]'"
        ) from error
    return JaxEngine(devices)


class EngineKind(NamedTuple):
    """An engine that can be chosen.

    Attributes:
        make: returns it, or raises a BlastemaError that says what it needs.
        details: what `blastema doctor` says of it, such as a version.
        over: returns it on a number of devices; None if it uses only one.
    """

    make: Callable[[], Engine]
    details: Callable[[Any], str]
    over: Callable[[int], Engine] | None = None


# Fastest on a CPU first.
ENGINES = {
    "native": EngineKind(_native, lambda engine: f"{engine.isa}, threads: {engine.threads}"),
    "numpy": EngineKind(_numpy, lambda _: f"numpy {installed('numpy')}"),
    "jax": EngineKind(_jax, lambda engine: f"jax {installed('jax')}, devices: {engine.available}", _jax),
}


def default_engine() -> str:
    """Return the name of the fastest engine that runs on this machine's processor without extras."""
    try:
        from blastema import _native
    except ImportError:
        return "numpy"
    return "native" if _native.isas() else "numpy"


def choose_engine(name: str | None = None, devices: int | None = None) -> Engine:
    """Return the engine of that name, or the default one.

    Args:
        name: a key of `ENGINES`; by default the fastest engine that runs here without extras.
        devices: number of devices that share the work, for an engine that can use several; by default one.

    Raises:
        BlastemaError: there is no engine of that name, something that it needs is not installed, or it cannot use so
            many devices.

    >>> choose_engine("numpy").name
    'numpy'
    """
    if name is None:
        name = default_engine()
    if name not in ENGINES:
        raise BlastemaError(f"there is no engine {name!r}; choose one of {', '.join(ENGINES)}")
    if devices is None:
        return ENGINES[name].make()
    over = ENGINES[name].over
    if over is None:
        able = " or ".join(f"--engine {other}" for other, kind in ENGINES.items() if kind.over)
        raise BlastemaError(f"--devices needs {able}; the {name} engine uses one device")
    return over(devices)
