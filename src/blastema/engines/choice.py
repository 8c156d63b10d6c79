"""Which engines there are, which of them run here, and which one to take."""

from collections.abc import Callable

from blastema.engines.protocol import Engine
from blastema.errors import BlastemaError


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


# The fastest on a CPU first: it is the default.
ENGINES: dict[str, Callable[[], Engine]] = {"numpy": _numpy, "jax": _jax}


def choose_engine(name: str | None = None) -> Engine:
    """Return the engine of that name, or the fastest one present.

    Raises:
        BlastemaError: no engine has that name, or what it needs is not installed.

    >>> choose_engine("numpy").name
    'numpy'
    """
    if name is None:
        return next(iter(ENGINES.values()))()
    if name not in ENGINES:
        raise BlastemaError(f"there is no engine {name!r}; choose one of {', '.join(ENGINES)}")
    return ENGINES[name]()
