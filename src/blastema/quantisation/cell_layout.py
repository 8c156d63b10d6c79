"""What fits into the program of a cell, and how its weights lie in memory: the arrays of `organism.h`."""

from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError
from blastema.quantisation.integer_cell import IntegerCell
from blastema.rule import Rule
from blastema.rule.perception import ARTICLE_FILTERS, names_of

ROM, RAM = 10_240, 256
# What fits into a message of 17 bytes, and beside the code into the ROM.
CHANNELS, MOST_HIDDEN = 16, 136
# Bytes of RAM for a channel: its state, its sum of changes, its number from each of eight neighbours.
CHANNEL_RAM = 12


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
        raise BlastemaError(
            f"this organism has {rule.channels} channels; a cell's message has room for {CHANNELS}: {_too_large(rule)}"
        )
    if rule.hidden > MOST_HIDDEN:
        raise BlastemaError(
            f"this organism has {rule.hidden} hidden units; a cell's ROM has room for {MOST_HIDDEN}: {_too_large(rule)}"
        )
    if rule.filters != ARTICLE_FILTERS:
        raise BlastemaError(
            f"this organism has the filters {', '.join(names_of(rule.filters))}; "
            f"a cell has {', '.join(ARTICLE_FILTERS)}"
        )


def _too_large(rule: Rule) -> str:
    """Return by how many bytes an organism is too large for a cell, and what would fit."""
    # All but the weights stays as it is; fewer channels than a message has take as much.
    channels = max(rule.channels, CHANNELS)
    rom = ROM - MOST_HIDDEN * _unit_rom(CHANNELS) + rule.hidden * _unit_rom(channels)
    ram = RAM + (channels - CHANNELS) * CHANNEL_RAM
    sizes = ((rom, ROM, "ROM"), (ram, RAM, "RAM"))
    needs = [f"{size:,} bytes of {kind} ({size - most:,} too many)" for size, most, kind in sizes if size > most]
    limits = (("channels", rule.channels, CHANNELS), ("hidden", rule.hidden, MOST_HIDDEN))
    settings = " ".join(f"--set {name}={limit}" for name, value, limit in limits if value > limit)
    return f"it needs {' and '.join(needs)}; train one with {settings}"


def _unit_rom(channels: int) -> int:
    """Return the bytes of a hidden unit: three weights and one for each channel, and a bias."""
    return (len(ARTICLE_FILTERS) + 1) * channels + 2


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
