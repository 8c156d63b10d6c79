"""What fits into the program of a cell, and how its weights lie in memory: the arrays of `organism.h`."""

from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError
from blastema.quantisation.integer_cell import IntegerCell
from blastema.rule import Rule
from blastema.rule.perception import ARTICLE_FILTERS, names_of

# What fits into a message of 17 bytes, and beside the code into 10,240 bytes of ROM.
CHANNELS, MOST_HIDDEN = 16, 136


class CellArrays(NamedTuple):
    """The arrays of `organism.h`; channels that the organism does not have are zero.

    Attributes:
        weights: int8, for each hidden unit: three weights of each channel, a bias of two bytes, a weight for each
            channel.
        update_bias: int16 `(16,)`.
        one: int16 `(16,)`, what stands for 1.0 in each channel.
    """

    weights: np.ndarray
    update_bias: np.ndarray
    one: np.ndarray


def check_fits(rule: Rule) -> None:
    """Raise a BlastemaError if an organism of this rule does not fit into a cell."""
    if rule.channels > CHANNELS:
        raise BlastemaError(f"this organism has {rule.channels} channels; a cell's message has room for {CHANNELS}")
    if rule.hidden > MOST_HIDDEN:
        raise BlastemaError(f"this organism has {rule.hidden} hidden units; a cell's ROM has room for {MOST_HIDDEN}")
    if rule.filters != ARTICLE_FILTERS:
        raise BlastemaError(
            f"this organism has the filters {', '.join(names_of(rule.filters))}; "
            f"a cell has {', '.join(ARTICLE_FILTERS)}"
        )


def cell_arrays(numbers: IntegerCell) -> CellArrays:
    """Return an organism's numbers in the order in which a cell reads them."""
    hidden = numbers.hidden_bias.size
    pad = CHANNELS - numbers.one.size
    of_channels = numbers.hidden_weight.reshape(3, -1, hidden).transpose(2, 1, 0)
    weights = np.concatenate(
        [
            np.pad(of_channels, ((0, 0), (0, pad), (0, 0))).reshape(hidden, -1),
            numbers.hidden_bias.astype("<i2").view(np.int8).reshape(hidden, 2),
            np.pad(numbers.update_weight, ((0, 0), (0, pad))),
        ],
        axis=1,
    )
    return CellArrays(weights.reshape(-1), np.pad(numbers.update_bias, (0, pad)), np.pad(numbers.one, (0, pad)))
