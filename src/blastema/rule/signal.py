"""Signals: numbers set from outside that select what a cell grows. One rule, many bodies.

Each cell has a signal, 0 to K - 1, whose row of `Weights.signal_bias` is added to the hidden bias. The article ends on
the planarian, whose body plan is a set point that can be rewritten; here the signal is that set point. Cells cannot
change it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule.grid import Array

MOST_SIGNALS, LONGEST_SIGNAL = 256, 40
# They separate signals on the command line.
RESERVED = "=,@"


def check_signals(names: object) -> tuple[str, ...]:
    """Return the names of a rule's signals.

    Raises:
        BlastemaError: there are too many, one is repeated, or one is not a name.
    """
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise BlastemaError(f"signals of a rule is {names!r}; it must be a list of names")
    if len(names) > MOST_SIGNALS:
        raise BlastemaError(f"a rule has at most {MOST_SIGNALS} signals, not {len(names)}")
    for name in names:
        if not _is_name(name):
            raise BlastemaError(
                f"invalid signal name {name!r}; use 1 to {LONGEST_SIGNAL} printable characters without = , @ and "
                "without spaces at the ends"
            )
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise BlastemaError(f"the signal {repeated[0]} is listed twice; each signal needs a name of its own")
    return tuple(names)


def _is_name(name: str) -> bool:
    # Emoji are joined by U+200D and varied by U+FE0F, which do not count as printable.
    visible = name.replace("\u200d", "").replace("\ufe0f", "")
    return (
        0 < len(name) <= LONGEST_SIGNAL
        and visible.isprintable()
        and name == name.strip()
        and not set(name) & set(RESERVED)
    )


def mixture(names: Sequence[str], given: str | Mapping[str, float]) -> np.ndarray:
    """Return the weight of each signal in a mixture, float32 `(signals,)`.

    Args:
        names: of the rule's signals.
        given: the name of one signal, or weights by name, each from 0 to 1, that add up to 1; the others are 0.

    Raises:
        BlastemaError: a name is unknown, or the weights do not add up to 1.

    >>> mixture(("lizard", "tree"), {"tree": 0.25, "lizard": 0.75})
    array([0.75, 0.25], dtype=float32)
    """
    shares = {given: 1.0} if isinstance(given, str) else dict(given)
    for name, share in shares.items():
        if name not in names:
            allowed = f"choose {' or '.join(names)}" if names else "its rule has no signals"
            raise BlastemaError(f"there is no signal {name!r}; {allowed}")
        number = isinstance(share, int | float | np.number) and not isinstance(share, bool)
        # NaN is in no range.
        if not (number and 0 <= share <= 1):
            raise BlastemaError(f"the weight of the signal {name} is {share!r}; it must be a number from 0 to 1")
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise BlastemaError(f"the weights of the signals add up to {sum(shares.values()):g}; they must add up to 1")
    return np.array([shares.get(name, 0) for name in names], np.float32)


def hidden_bias_of(weights: Any, signals: Array | None) -> Array:
    """Return the hidden bias of each cell, in a shape that broadcasts to `(batch, height, width, hidden)`.

    Args:
        weights: `blastema.rule.Weights`.
        signals: as in `blastema.rule.Batch`.
    """
    bias, rows = weights.hidden_bias, weights.signal_bias
    if rows.shape[0] == 0:
        return bias
    if signals is None:
        return bias + rows[0]
    if signals.ndim == 2:
        return (bias + signals @ rows)[:, None, None, :]
    return bias + rows[signals]
