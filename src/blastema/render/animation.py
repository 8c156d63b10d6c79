"""Animations of growing organisms: GIF, WebP, animated PNG, MP4."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blastema.atomic import replacing
from blastema.errors import BlastemaError
from blastema.render.colour import on_background
from blastema.render.picture import enlarge

# A GIF shows nothing faster than 50 pictures a second, in steps of 10 ms; browsers slow down what claims more.
FASTEST_GIF = 50


def save_animation(
    states: Iterable[np.ndarray], path: Path | str, fps: float = 25.0, zoom: int = 4, hold: float = 1.0
) -> None:
    """Write an animation on white that repeats for ever; whole or not at all. Same states, same bytes (not for MP4).

    Args:
        states: `(height, width, channel)` each, all of one size.
        path: `.gif`, `.webp` (lossless), `.png` (lossless), or `.mp4` (extra `[video]`).
        fps: states a second, above 0 to 120.
        zoom: pixels a cell.
        hold: seconds that the last one stays.

    Raises:
        BlastemaError: no states, an unknown suffix, a missing extra, or a place that cannot be written to.
    """
    writers: dict[str, Callable[[Iterator[np.ndarray], Path, float, int, float], None]] = {
        ".gif": _gif, ".webp": _pillow, ".png": _pillow, ".mp4": _mp4,
    }  # fmt: skip
    writer = writers.get(Path(path).suffix.lower())
    if writer is None:
        raise BlastemaError(f"{path} has the suffix {Path(path).suffix!r}; an animation is one of {', '.join(writers)}")
    if not (math.isfinite(fps) and 0 < fps <= 120):
        raise BlastemaError(f"{fps} pictures a second cannot be; give a number above 0 up to 120")
    pictures = (on_background(state) for state in states)
    first = next(pictures, None)
    if first is None:
        raise BlastemaError(f"there is nothing to animate in {path}: no states came")
    with replacing(path) as temporary:
        writer(itertools.chain([first], pictures), temporary, fps, zoom, hold)


def _durations(count: int, fps: float, hold: float, unit: int = 1) -> list[int]:
    """Return milliseconds for each picture, in whole units, so that the whole keeps time."""
    ends = [round(1000 * (index + 1) / fps / unit) * unit for index in range(count)]
    durations = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    durations[-1] += round(1000 * hold / unit) * unit
    return durations


def _pillow(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    frames = [Image.fromarray(enlarge(pixels, zoom)) for pixels in pictures]
    options: dict[str, Any] = {"lossless": True, "method": 3} if path.suffix.lower() == ".webp" else {}
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=_durations(len(frames), fps, hold), loop=0, **options
    )


def _gif(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    """One palette for all pictures, so that nothing flickers, and no dithering, which would crawl."""
    if fps > FASTEST_GIF:
        raise BlastemaError(f"a GIF shows at most {FASTEST_GIF} pictures a second, not {fps}; take .webp, .png or .mp4")
    small = list(pictures)
    sample = np.concatenate([small[index] for index in np.linspace(0, len(small) - 1, min(len(small), 16)).astype(int)])
    palette = Image.fromarray(sample).quantize(255, Image.Quantize.MEDIANCUT)
    frames = []
    for pixels in small:
        indexed = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
        frames.append(indexed.resize((indexed.width * zoom, indexed.height * zoom), Image.Resampling.NEAREST))
    durations = _durations(len(frames), fps, hold, unit=10)
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False, disposal=1
    )


def _mp4(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    """H.264 in yuv420p, which every browser plays; it needs even sides, so a line of white may be added."""
    try:
        import av
    except ImportError:
        raise BlastemaError("to write .mp4 the extra for video is needed: pip install 'blastema[video]'") from None
    first = even_sides(enlarge(next(pictures), zoom))
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.options = {"crf": "16", "preset": "medium"}
        stream.pix_fmt = "yuv420p"
        stream.height, stream.width = first.shape[:2]
        last = first
        for last in itertools.chain([first], (even_sides(enlarge(pixels, zoom)) for pixels in pictures)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(last, format="rgb24")))
        for _ in range(round(hold * fps)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(last, format="rgb24")))
        container.mux(stream.encode())


def even_sides(pixels: np.ndarray) -> np.ndarray:
    """Return an image with a line of white added where a side is odd."""
    height, width, _ = pixels.shape
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), constant_values=255)
