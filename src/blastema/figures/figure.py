"""What a figure is drawn from, and what comes of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

# (what is gone through, what it is called, how many) to the same, shown as it goes.
Track = Callable[[Iterable[Any], str, int], Iterable[Any]]


@dataclass(frozen=True)
class Setting:
    """How a figure is to be drawn.

    Attributes:
        quick: with fewer pictures and less training, to see that all works.
        seed: which cells fire when, and what training draws; on one engine and instruction set, the same seed gives
            the same figure.
        track: shows progress.
    """

    quick: bool = False
    seed: int = 0
    track: Track = lambda things, name, count: things


class Film(NamedTuple):
    """Pictures that move.

    Attributes:
        pictures: one after the other, all of one size.
        total: how many there will be.
        fps: how many a second.
    """

    pictures: Iterator[Image.Image]
    total: int
    fps: float = 25.0


# Seconds in which the end of a film turns into its beginning, or stays before it starts again.
FADE = 0.5


def looping(pictures: Iterable[Image.Image], count: int, fps: float = 25.0, fades: bool = True) -> Film:
    """Return a film of these pictures, `count` of them, that starts again after half a second.

    Args:
        pictures: one after the other.
        count: how many.
        fps: per second.
        fades: the last picture turns into the first; else it stays, and is cut hard. Pictures whose captions change
            must not fade: of two captions on top of each other one can read neither.
    """
    extra = round(FADE * fps)

    def continued() -> Iterator[Image.Image]:
        shown: list[Image.Image] = []
        for picture in pictures:
            shown[1:] = [picture]
            yield picture
        for index in range(extra):
            yield Image.blend(shown[-1], shown[0], (index + 1) / (extra + 1)) if fades else shown[-1]

    return Film(continued(), count + extra, fps)


def spread(first: int, last: int, count: int) -> list[int]:
    """Return `count` whole numbers from `first` to `last`, evenly spaced.

    >>> spread(0, 100, 5)
    [0, 25, 50, 75, 100]
    """
    return [round(place) for place in np.linspace(first, last, count).tolist()]
