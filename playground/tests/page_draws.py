"""The random numbers of the page's trainer (draws.js), which importing this gives to Python's.

So Python's trainer draws what the page's does, and all that follows can be compared.
"""

import math
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "tests/golden"))
from judge import mix

# Of draws.js.
BEGINNING, STEP, VALIDATION, VALIDATION_DAMAGES = range(4)
# What `blastema.analysis.subject.seeds_for` adds to the seed.
SEEDS = 0xE7A1


class Draws:
    """Has those methods of NumPy's generators that training uses."""

    def __init__(self, seed, stream, number=0):
        self.keys = [1, 2]
        for word in (seed, stream, number):
            self.keys = [mix(mix(key) ^ word) for key in self.keys]
        self.drawn = 0

    def whole(self):
        first, second = self.keys
        self.drawn += 1
        return mix(mix(first ^ (self.drawn - 1)) ^ second)

    def many(self, size, draw):
        shape = (size,) if isinstance(size, int) else size
        return np.array([draw() for _ in range(math.prod(shape))]).reshape(shape)

    def uniform(self, low, high, size=None):
        def one():
            return low + (high - low) * (self.whole() / 2**32)

        return one() if size is None else self.many(size, one)

    def random(self, size=None):
        return self.uniform(0.0, 1.0, size)

    def normal(self, _mean, _spread, size):
        return self.many(size, lambda: math.nan)

    def between(self, low, high):
        return low + int(self.whole() / 2**32 * (high - low + 1))

    def integers(self, low, high=None, size=None, dtype=np.int64, endpoint=False):
        if high is None:
            assert low == 2**32
            return self.many(size, self.whole).astype(dtype)
        assert endpoint
        assert size is None
        return self.between(low, high)

    def choice(self, values, count, replace):
        assert not replace
        places = list(range(len(values)))
        for place in range(count):
            other = self.between(place, len(values) - 1)
            places[place], places[other] = places[other], places[place]
        return np.asarray(values)[places[:count]]


def default_rng(key):
    if not isinstance(key, list):
        return Draws(key, VALIDATION_DAMAGES)
    if len(key) == 1:
        return Draws(key[0], BEGINNING)
    return Draws(key[0], VALIDATION) if key[1] == SEEDS else Draws(key[0], STEP, key[1])


np.random.default_rng = default_rng
