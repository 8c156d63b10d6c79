"""Allowed ranges of numbers on the command line."""

from blastema.errors import BlastemaError
from blastema.rule.grid import LARGEST_WHOLE

LARGEST_SEED = LARGEST_WHOLE


def check_range(flag: str, value: float, least: float, most: float | None = None) -> None:
    """Raise a BlastemaError that names the flag unless its value is between two numbers, both included.

    >>> check_range("--steps", -1, 0, 10_000_000)
    Traceback (most recent call last):
    blastema.errors.BlastemaError: --steps is -1; it must be between 0 and 10,000,000
    """
    # NaN is in no range.
    if not (least <= value and (most is None or value <= most)):
        allowed = f"at least {_plain(least)}" if most is None else f"between {_plain(least)} and {_plain(most)}"
        raise BlastemaError(f"{flag} is {value}; it must be {allowed}")


def _plain(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"
