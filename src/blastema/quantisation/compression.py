"""Compression: fewer hidden units and fewer bits, so that an organism fits into so many bytes."""

from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.few_bits import FEWEST_BITS, MOST_BITS, Whole, weights_of, whole_of
from blastema.quantisation.packed import check_packs, packed_size
from blastema.quantisation.pruning import pruned
from blastema.rule import Rule, Weights, update


class Compressed(NamedTuple):
    """A smaller organism.

    Attributes:
        rule: with fewer hidden units, if any were removed.
        whole: its weights in whole numbers.
        error: root mean square difference between its cells' changes in a step and the original's; NaN if no cell was
            alive.
    """

    rule: Rule
    whole: Whole
    error: float

    @property
    def size(self) -> int:
        """Length in the format `packed`, in bytes."""
        return packed_size(self.rule, self.whole.bits)

    @property
    def weights(self) -> Weights:
        """The weights that its whole numbers stand for."""
        return weights_of(self.whole)


def compressed(rule: Rule, weights: Weights, inputs: np.ndarray, bits: int, hidden: int) -> Compressed:
    """Return an organism with so many bits and hidden units.

    Args:
        rule, weights: of the organism.
        inputs: what its cells perceive, `(count, perception)`.
        bits: of a weight, 2 to 8.
        hidden: units that stay, 1 to all.

    Raises:
        BlastemaError: the format `packed` cannot hold the rule.
    """
    check_packs(rule)
    smaller, fewer = (rule, weights) if hidden == rule.hidden else pruned(rule, weights, inputs, hidden)
    whole = compensated_whole(fewer, bits, inputs)
    difference = update(inputs, weights_of(whole)) - update(inputs, weights)
    return Compressed(smaller, whole, float(np.sqrt(np.mean(difference**2))) if len(inputs) else float("nan"))


def fitted(rule: Rule, weights: Weights, inputs: np.ndarray, size: int, bits: int | None = None) -> Compressed:
    """Return the organism with the least error that fits into so many bytes.

    Args:
        rule, weights, inputs: as for `compressed`.
        size: bytes.
        bits: of a weight; by default those with the least error.

    Raises:
        BlastemaError: nothing is small enough, or as for `compressed`.
    """
    check_possible(rule, size, bits)
    units = {number: most_hidden(rule, number, size) for number in _choices(bits)}
    results = [compressed(rule, weights, inputs, number, hidden) for number, hidden in units.items() if hidden]
    return min(results, key=lambda result: (result.error, result.size))


def check_possible(rule: Rule, size: int | None = None, bits: int | None = None) -> None:
    """Raise a BlastemaError if an organism of this rule cannot be packed, or not into so many bytes.

    Args:
        rule: of the organism.
        size: bytes, None for any.
        bits: of a weight, None for any.
    """
    check_packs(rule)
    fewest = min(_choices(bits))
    least = packed_size(rule.replace(hidden=1), fewest)
    if size is not None and size < least:
        raise BlastemaError(
            f"{size} bytes are too few; with one hidden unit and {fewest} bits per weight, an organism of "
            f"{rule.channels} channels needs {least}"
        )


def _choices(bits: int | None) -> range:
    return range(FEWEST_BITS, MOST_BITS + 1) if bits is None else range(bits, bits + 1)


def most_hidden(rule: Rule, bits: int, size: int) -> int:
    """Return how many of the hidden units fit into so many bytes, 0 if none.

    >>> most_hidden(Rule(), 4, 2000), most_hidden(Rule(), 4, 50), most_hidden(Rule(), 4, 9999)
    (57, 0, 128)
    """
    fits = (hidden for hidden in range(rule.hidden, 0, -1) if packed_size(rule.replace(hidden=hidden), bits) <= size)
    return next(fits, 0)


def packed_whole(weights: Weights) -> Whole | None:
    """Return the whole numbers of the fewest bits that stand for exactly these weights, or None."""
    for bits in range(FEWEST_BITS, MOST_BITS + 1):
        whole = whole_of(weights, bits)
        if all(np.array_equal(*pair) for pair in zip(weights_of(whole)[:4], weights[:4], strict=True)):
            return whole
    return None
