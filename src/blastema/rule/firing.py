"""Firing: which cells update in a step. Randomness is a hash, the same in every engine and language."""

import numpy as np

from blastema.rule.grid import Array

# Two rounds of multiply and xor-shift by Chris Wellons' hash prospector ("lowbias32"): a bijection of 32-bit integers.
MIX_1, MIX_2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)


def mix(h: Array) -> Array:
    """Return the hash of each element of a uint32 array; each input bit flips each output bit half of the time."""
    h = h ^ (h >> np.uint32(16))
    h = h * MIX_1
    h = h ^ (h >> np.uint32(15))
    h = h * MIX_2
    return h ^ (h >> np.uint32(16))


def fire_threshold(fire_rate: float) -> int:
    """Return the number, 0 to 2^24, below which the upper 24 bits of a cell's hash must be for it to fire.

    >>> fire_threshold(0.5)
    8388608
    """
    return round(fire_rate * 2**24)


def fires(seeds: Array, ages: Array, height: int, width: int, fire_rate: float) -> Array:
    """Return which cells fire in the step that follows `ages` steps, bool `(batch, height, width)`.

    A cell updates in a step if it fires and is alive. Firing is a pure function of (seed, age, y, x): a cell fires when
    the upper 24 bits of their hash are below fire_rate * 2^24.

    Args:
        seeds, ages: uint32 `(batch,)`.
        height, width: of the grid, at most 65,536 each.
        fire_rate: probability that a cell fires in a step, 0 to 1 (0.5 in the article).
    """
    xp = seeds.__array_namespace__()
    rows, columns = xp.arange(height, dtype=xp.uint32), xp.arange(width, dtype=xp.uint32)
    return fires_at(seeds, ages, rows, columns, fire_rate)


def fires_at(seeds: Array, ages: Array, rows: Array, columns: Array, fire_rate: float) -> Array:
    """Return which cells of these rows and columns fire, bool `(batch, row, column)`; see `fires`.

    So parts of a grid can be computed by themselves, with the same result.

    Args:
        seeds, ages: uint32 `(batch,)`.
        rows, columns: their numbers in the grid, uint32.
        fire_rate: probability that a cell fires in a step, 0 to 1.
    """
    key = mix(mix(seeds) ^ ages)
    place = (rows[:, None] << np.uint32(16)) | columns[None, :]
    return (mix(key[:, None, None] ^ place[None]) >> np.uint32(8)) < np.uint32(fire_threshold(fire_rate))
