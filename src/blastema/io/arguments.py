"""Checks of arguments: the right type and in range, or a one-line error."""

import math
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from blastema.errors import BlastemaError


def suffix_named(path: Path | str) -> str:
    """Return the suffix of a file name, for messages.

    >>> suffix_named("lizard.gif"), suffix_named("lizard")
    ("the suffix '.gif'", 'no suffix')
    """
    suffix = Path(path).suffix
    return f"the suffix {suffix!r}" if suffix else "no suffix"


def whole_number(name: str, value: Any, least: int, most: int) -> int:
    """Return a whole number of Python or NumPy as an int.

    Raises:
        BlastemaError: it is not a whole number between `least` and `most`, both included.

    >>> whole_number("steps", 2.5, 0, 100)
    Traceback (most recent call last):
    blastema.errors.BlastemaError: steps is 2.5; it must be a whole number between 0 and 100
    """
    if isinstance(value, Integral) and least <= int(value) <= most:
        return int(value)
    raise BlastemaError(f"{name} is {value!r}; it must be a whole number between {least:,} and {most:,}")


def finite_number(name: str, value: Any) -> float:
    """Return a real number of Python or NumPy as a float.

    Raises:
        BlastemaError: it is not a finite number.
    """
    if isinstance(value, Real):
        number = _as_float(value)
        if math.isfinite(number):
            return number
    raise BlastemaError(f"{name} is {value!r}; it must be a finite number")


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        # A whole number beyond the largest float.
        return math.inf
