"""One palette for a whole animation: still places stay still, and no frame brings colours of its own."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

# A palette has 256 places; the last one stays free, for what does not change from one frame to the next.
COLOURS = 255
ROUNDS, SAMPLE, CHUNK = 3, 65536, 16384
WHITE = 0xFFFFFF


def common_palette(frames: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a palette, and the frames as places in it: exact for up to 255 colours, else each pixel's nearest.

    White stays white. The others begin as Pillow's octree and are moved to the middle of those that they stand for
    (k-means, a colour weighing the square root of how often it occurs), three times. Nothing is dithered.

    Args:
        frames: uint8 `(height, width, 3)` each.

    Returns:
        Palette, uint8 `(256, 3)`, all different, the last in no use; and uint8 `(height, width)` each.
    """
    found, counts = _counted(frames)
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.uint8)
    chosen = colours if len(colours) <= COLOURS else _choose(colours[found != WHITE], counts[found != WHITE])
    place = np.zeros(1 << 24, np.uint8)
    place[found] = _nearest(colours, chosen)
    return _filled(chosen), [place[_packed(frame)] for frame in frames]


def _counted(frames: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return all colours as numbers, ascending, and how often each occurs."""
    in_frames = [np.unique(_packed(frame), return_counts=True) for frame in frames]
    colours, often = (np.concatenate(parts) for parts in zip(*in_frames, strict=True))
    found, which = np.unique(colours, return_inverse=True)
    return found, np.bincount(which, often)


def _packed(frame: np.ndarray) -> np.ndarray:
    """Return each colour as one number, 0xRRGGBB."""
    return frame.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def _choose(colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return white and at most 254 others, each the middle of the colours nearest to it."""
    octree = Image.fromarray(colours[None]).quantize(COLOURS - 1, Image.Quantize.FASTOCTREE)
    chosen = np.array(octree.getpalette(), np.uint8).reshape(-1, 3)
    stride = -(-len(colours) // SAMPLE)
    sample, weight = colours[::stride], np.sqrt(counts[::stride])
    for _ in range(ROUNDS):
        nearest = _nearest(sample, chosen)
        total = np.bincount(nearest, weight, len(chosen))
        sums = np.stack([np.bincount(nearest, weight * channel, len(chosen)) for channel in sample.T], axis=1)
        used = total > 0
        chosen[used] = (sums[used] / total[used, None]).round().astype(np.uint8)
    return np.unique(np.concatenate([chosen, np.full((1, 3), 255, np.uint8)]), axis=0)


def _nearest(colours: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return for each colour the place of the nearest chosen one, uint8. Sums stay below 2^24, so float32 is exact."""
    middle = chosen.astype(np.float32)
    squares = (middle**2).sum(axis=1)
    places = np.empty(len(colours), np.uint8)
    for begin in range(0, len(colours), CHUNK):
        part = colours[begin : begin + CHUNK].astype(np.float32)
        places[begin : begin + CHUNK] = (squares - 2 * part @ middle.T).argmin(axis=1)
    return places


def _filled(chosen: np.ndarray) -> np.ndarray:
    """Return the palette with its free places filled by greys not in it: Pillow reorders one that has doubles."""
    greys = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
    taken = {tuple(colour) for colour in chosen.tolist()}
    free = [grey for grey in greys.tolist() if tuple(grey) not in taken]
    return np.concatenate([chosen, np.array(free[: 256 - len(chosen)], np.uint8)])
