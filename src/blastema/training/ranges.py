"""Ranges: what a value may be, in code and in words, declared once."""

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np


class Range(NamedTuple):
    """What a value may be.

    Attributes:
        plain: returns a value in range as plain numbers, strings and tuples; raises a ValueError for all others.
        text: the same in words, after "it must be".
    """

    plain: Callable[[Any], Any]
    text: str


def whole(least: int, most: int) -> Range:
    """Return the range of whole numbers from `least` to `most`, of Python or NumPy, but not truth values.

    >>> whole(1, 9).text
    'a whole number from 1 to 9'
    """

    def plain(value: Any) -> int:
        _require(_is(Integral, value) and least <= value <= most)
        return int(value)

    return Range(plain, f"a whole number from {least} to {most}")


def whole_or(least: int, most: int, other: int) -> Range:
    """Return the range of whole numbers from `least` to `most`, and one other."""

    def plain(value: Any) -> int:
        _require(_is(Integral, value) and (least <= value <= most or value == other))
        return int(value)

    return Range(plain, f"a whole number from {least} to {most}, or {other}")


def number(least: float, most: float, below: bool = False) -> Range:
    """Return the range of numbers from `least` to `most`, or to below `most`; not of NaN."""

    def plain(value: Any) -> float:
        _require(_is(Real, value) and least <= value <= most and not (below and value >= most))
        # Whole numbers stay whole, so that files keep their bytes.
        return int(value) if _is(Integral, value) else float(value)

    return Range(plain, f"a number from {least:g} to {'below ' if below else ''}{most:g}")


def ascending(inner: Range) -> Range:
    """Return the range of pairs of values, the first at most as large as the second."""
    both = pair(inner, inner)

    def plain(value: Any) -> tuple[Any, ...]:
        first, second = both.plain(value)
        _require(first <= second)
        return first, second

    return Range(plain, f"two of {inner.text}, the first not larger")


def pair(first: Range, second: Range) -> Range:
    """Return the range of pairs of these values."""

    def plain(value: Any) -> tuple[Any, ...]:
        return tuple(inner.plain(part) for inner, part in zip((first, second), _sequence(value), strict=True))

    return Range(plain, f"{first.text}, and {second.text}")


def one_of(names: Mapping[str, Any]) -> Range:
    """Return the range of the names in a registry."""

    def plain(value: Any) -> str:
        _require(isinstance(value, str) and value in names)
        return value

    return Range(plain, f"one of {', '.join(names)}")


def some_of(names: Mapping[str, Any]) -> Range:
    """Return the range of one or more of the names in a registry."""

    def plain(value: Any) -> tuple[str, ...]:
        values = _sequence(value)
        _require(len(values) > 0 and all(isinstance(name, str) and name in names for name in values))
        return tuple(values)

    return Range(plain, f"one or more of {', '.join(names)}")


def several(inner: Range) -> Range:
    """Return the range of one or more of these values."""

    def plain(value: Any) -> tuple[Any, ...]:
        values = tuple(inner.plain(part) for part in _sequence(value))
        _require(len(values) > 0)
        return values

    return Range(plain, f"one or more of {inner.text}")


def stages(inner: Range) -> Range:
    """Return the range of values that apply from shares of the training steps on: the first from 0, in order."""
    each = pair(number(0, 1), inner)

    def plain(value: Any) -> tuple[Any, ...]:
        values = tuple(each.plain(part) for part in _sequence(value))
        begins = [begin for begin, _ in values]
        _require(begins[:1] == [0] and begins == sorted(set(begins)))
        return values

    return Range(plain, f"pairs of a share of the training steps, ascending from 0 to 1, and {inner.text}")


def _sequence(value: Any) -> list[Any] | tuple[Any, ...]:
    _require(isinstance(value, list | tuple))
    return value


def _is(kind: type, value: Any) -> bool:
    """Return whether a value is a number of this kind; truth values are none."""
    return isinstance(value, kind) and not isinstance(value, bool | np.bool_)


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError
