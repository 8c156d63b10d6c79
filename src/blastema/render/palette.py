"""One palette for all frames of an animation, so that unchanged pixels do not flicker."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

# A palette has 256 entries; the last one is reserved for pixels that do not change between frames.
COLOURS = 255
ROUNDS, SAMPLE, CHUNK = 3, 65536, 16384
WHITE = 0xFFFFFF


def common_palette(frames: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a palette, and the frames as indices into it: exact for up to 255 colours, else the nearest colours.

    White is always in the palette. The other colours start as Pillow's octree and take three rounds of k-means, in
    which a colour is weighted by the square root of its count. There is no dithering.

    Args:
        frames: uint8 `(height, width, 3)` each.

    Returns:
        Palette, uint8 `(256, 3)`, all different, the last unused; and the frames, uint8 `(height, width)` each.
    """
    present, counts = _counted(frames)
    colours = np.stack([present >> 16, present >> 8 & 255, present & 255], axis=1).astype(np.uint8)
    chosen = colours if len(colours) <= COLOURS else _choose(colours[present != WHITE], counts[present != WHITE])
    index = np.zeros(1 << 24, np.uint8)
    index[present] = _nearest(colours, chosen)
    return _filled(chosen), [index[_packed(frame)] for frame in frames]


def _counted(frames: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return all colours as numbers, ascending, and their counts."""
    in_frames = [np.unique(_packed(frame), return_counts=True) for frame in frames]
    colours, often = (np.concatenate(parts) for parts in zip(*in_frames, strict=True))
    present, which = np.unique(colours, return_inverse=True)
    return present, np.bincount(which, often)


def _packed(frame: np.ndarray) -> np.ndarray:
    """Return the colours as numbers, 0xRRGGBB."""
    return frame.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def _choose(colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return white and at most 254 other colours, by k-means."""
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
    """Return the index of the nearest chosen colour for each colour, uint8; float32 is exact below 2^24."""
    centres = chosen.astype(np.float32)
    squares = (centres**2).sum(axis=1)
    indices = np.empty(len(colours), np.uint8)
    for begin in range(0, len(colours), CHUNK):
        part = colours[begin : begin + CHUNK].astype(np.float32)
        indices[begin : begin + CHUNK] = (squares - 2 * part @ centres.T).argmin(axis=1)
    return indices


def _filled(chosen: np.ndarray) -> np.ndarray:
    """Return the palette with unused entries filled by other greys, since Pillow reorders a palette with duplicates."""
    greys = np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1)
    taken = {tuple(colour) for colour in chosen.tolist()}
    free = [grey for grey in greys.tolist() if tuple(grey) not in taken]
    return np.concatenate([chosen, np.array(free[: 256 - len(chosen)], np.uint8)])
