"""The input and output types of figures: settings and films."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

# (items, name, count) -> the same items, with progress shown during iteration.
Track = Callable[[Iterable[Any], str, int], Iterable[Any]]


@dataclass(frozen=True)
class Setting:
    """How to draw a figure.

    Attributes:
        quick: draw fewer pictures and train less, as a check that everything works.
        seed: decides which cells fire, and the random choices of training; on one engine and instruction set, the same
            seed gives the same figure.
        track: shows progress.
    """

    quick: bool = False
    seed: int = 0
    track: Track = lambda things, name, count: things


class Film(NamedTuple):
    """An animation.

    Attributes:
        pictures: the frames in order, all of one size.
        total: number of frames.
        fps: frames per second.
    """

    pictures: Iterator[Image.Image]
    total: int
    fps: float = 25.0


# Seconds in which the last picture of a film fades into the first, or is held before the film restarts.
FADE = 0.5


def looping(pictures: Iterable[Image.Image], count: int, fps: float = 25.0, fades: bool = True) -> Film:
    """Return a film of these pictures that loops after half a second.

    Args:
        pictures: the frames in order.
        count: number of frames.
        fps: frames per second.
        fades: fade the last picture into the first; otherwise hold it, then cut. Pictures with changing captions must
            not fade, because two overlaid captions are unreadable.
    """
    extra = round(FADE * fps)

    def continued() -> Iterator[Image.Image]:
        shown: list[Image.Image] = []
        for picture in pictures:
            shown[1:] = [picture]
            yield picture
        for index in range(extra):
            yield blend(shown[-1], shown[0], (index + 1) / (extra + 1)) if fades else shown[-1]

    return Film(continued(), count + extra, fps)


def blend(first: Image.Image, second: Image.Image, share: float) -> Image.Image:
    """Return a mixture of two pictures, rounded. That of Pillow rounds down, so that equal shares are unequal steps.

    >>> blend(Image.new("L", (1, 1), 0), Image.new("L", (1, 1), 7), 0.5).getpixel((0, 0))
    4

    Args:
        first, second: of the same size and mode, L or RGB.
        share: of the second one, 0 to 1.
    """
    one, other = (np.asarray(picture, np.float32) for picture in (first, second))
    return Image.fromarray(np.rint(one + share * (other - one)).astype(np.uint8))


def spread(first: int, last: int, count: int) -> list[int]:
    """Return `count` whole numbers from `first` to `last`, evenly spaced.

    >>> spread(0, 100, 5)
    [0, 25, 50, 75, 100]
    """
    return [round(place) for place in np.linspace(first, last, count).tolist()]
