"""Animations of states: GIF, WebP, animated PNG, MP4."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blastema.errors import BlastemaError
from blastema.io.arguments import suffix_named
from blastema.io.atomic import replacing
from blastema.render.colour import on_background
from blastema.render.palette import common_palette
from blastema.render.picture import LONGEST_SIDE, MOST_PIXELS, check_zoom, enlarge

FPS, HOLD = (0.1, 60.0), (0.0, 60.0)
# Browsers play GIFs with frames shorter than 20 ms slowly; GIF delays are in units of 10 ms.
FASTEST_GIF, GIF_UNIT = 50.0, 10
# In seconds: a delay in a GIF is at most 65,535 units, and Pillow adds up the delays of equal frames.
LONGEST_GIF = 655.0
# Numbers of ITU-T H.273: the colours of HDTV, and black at 16, white at 235.
BT709, LIMITED = 1, 1


def save_animation(
    frames: Iterable[np.ndarray], path: Path | str, fps: float = 25.0, zoom: int = 4, hold: float = 1.0
) -> None:
    """Write an animation on white, atomically. GIF, WebP and PNG loop; the same states give the same bytes.

    WebP, PNG: every pixel is exact. GIF: one palette of 255 colours for all frames, exact if those suffice.
    MP4: H.264, yuv420p, which every browser plays; white is added at the right and bottom to make sizes even.

    Args:
        frames: states, float `(height, width, channel)` each, or pictures, uint8 `(height, width, 3)`; all of one
            size. They are consumed one by one; MP4 holds one in memory, the other formats all of them.
        path: of the file; the suffix `.gif`, `.webp`, `.png` or `.mp4` (extra `[video]`) decides the format.
        fps: frames per second, 0.1 to 60, for GIF up to 50. Delays are rounded so that the total duration is right.
        zoom: pixels per cell, 1 to 64.
        hold: extra seconds for the last frame, 0 to 60.

    Raises:
        BlastemaError: a value is out of range, there are no frames, frames differ in size, there are too many pixels,
            an extra is missing, or the file cannot be written.

    >>> save_animation([], "lizard.gif")
    Traceback (most recent call last):
    blastema.errors.BlastemaError: no frames given for lizard.gif; give at least one
    """
    _check_values(Path(path), fps, zoom, hold)
    suffix = Path(path).suffix.lower()
    with replacing(path) as temporary:
        WRITERS[suffix](_pictures(frames, Path(path), zoom), temporary, fps, zoom, hold)


def check_animation(path: Path, count: int, height: int, width: int, fps: float, zoom: int, hold: float = 1.0) -> None:
    """Raise if `save_animation` would refuse an animation, before its states are grown.

    Args:
        path, fps, zoom, hold: as for `save_animation`.
        count: number of states.
        height, width: of a state.

    Raises:
        BlastemaError: as for `save_animation`.
    """
    _check_values(path, fps, zoom, hold)
    _check_side(path, max(height, width) * zoom)
    if path.suffix.lower() != ".mp4":
        _check_pixels(count * height * width * zoom**2)
    if path.suffix.lower() == ".gif":
        _check_length(sum(_delays(count, fps, hold, GIF_UNIT)))


def _check_values(path: Path, fps: float, zoom: int, hold: float) -> None:
    check_format(path)
    if path.suffix.lower() == ".gif" and fps > FASTEST_GIF:
        raise BlastemaError(f"a GIF shows at most {FASTEST_GIF:g} frames per second, not {fps}; use another format")
    check_zoom(zoom)
    if not FPS[0] <= fps <= FPS[1]:
        raise BlastemaError(f"fps is {fps}; it must be between {FPS[0]:g} and {FPS[1]:g}")
    if not HOLD[0] <= hold <= HOLD[1]:
        raise BlastemaError(f"hold is {hold} s; it must be between {HOLD[0]:g} and {HOLD[1]:g}")


def _check_side(path: Path, side: int) -> None:
    if side > LONGEST_SIDE:
        raise BlastemaError(
            f"{path} would be {side:,} pixels wide or high; at most {LONGEST_SIDE:,} are allowed: use a smaller zoom"
        )


def _check_pixels(total: int) -> None:
    if total > MOST_PIXELS:
        raise BlastemaError(
            f"the animation has more than {MOST_PIXELS:,} pixels in all frames; use a smaller zoom, fewer frames, or "
            "write .mp4"
        )


def _check_length(milliseconds: int) -> None:
    if milliseconds > 1000 * LONGEST_GIF:
        raise BlastemaError(
            f"a GIF lasts at most {LONGEST_GIF:g} s, not {milliseconds / 1000:g}; use more frames per second"
        )


def check_format(path: Path) -> None:
    """Raise a BlastemaError unless animations with this suffix can be written here."""
    if path.suffix.lower() not in WRITERS:
        raise BlastemaError(f"{path} has {suffix_named(path)}; use one of {', '.join(WRITERS)}")
    if path.suffix.lower() != ".mp4":
        return
    try:
        import av
    except ImportError:
        raise BlastemaError("writing .mp4 needs an extra: pip install 'blastema[video]'") from None
    try:
        av.Codec("libx264", "w")
    except ValueError:
        raise BlastemaError("this PyAV was built without libx264, which .mp4 needs; use .webp, .gif or .png") from None


def _pictures(frames: Iterable[np.ndarray], path: Path, zoom: int) -> Iterator[np.ndarray]:
    """Yield each frame as RGB on white, one pixel per cell; raise if there are none, or if sizes are invalid."""
    first = None
    for index, frame in enumerate(frames):
        pixels = frame if frame.dtype == np.uint8 else on_background(frame)
        first = pixels.shape if first is None else first
        if pixels.ndim != 3:
            raise BlastemaError(
                f"frame {index} of {path} has {pixels.ndim} dimensions; give a state (height, width, channel) per frame"
            )
        if pixels.shape != first:
            raise BlastemaError(
                f"frame {index} of {path} is {pixels.shape}, the first one {first}; all frames must have one size"
            )
        _check_side(path, max(first[:2]) * zoom)
        yield pixels
    if first is None:
        raise BlastemaError(f"no frames given for {path}; give at least one")


def _held(pictures: Iterator[np.ndarray], zoom: int) -> list[np.ndarray]:
    """Return all frames as a list; raise if they have more pixels than Pillow should hold."""
    held, total = [], 0
    for pixels in pictures:
        held.append(pixels)
        total += pixels.shape[0] * pixels.shape[1] * zoom**2
        _check_pixels(total)
    return held


def _delays(count: int, fps: float, hold: float, unit: int = 1) -> list[int]:
    """Return the delay of each frame in milliseconds, in whole units, rounded so that the total is right.

    >>> _delays(4, 30, 0, unit=10), _delays(3, 25, 1)
    ([30, 40, 30, 30], [40, 40, 1040])
    """
    ends = [round(1000 * index / fps / unit) * unit for index in range(count + 1)]
    delays = [end - begin for begin, end in itertools.pairwise(ends)]
    return [*delays[:-1], delays[-1] + round(1000 * hold / unit) * unit]


def _pillow(images: list[Image.Image], path: Path, delays: list[int], **options: Any) -> None:
    images[0].save(path, save_all=True, append_images=images[1:], duration=delays, loop=0, **options)


def _webp(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    images = [Image.fromarray(enlarge(pixels, zoom)) for pixels in _held(pictures, zoom)]
    # Only the first frame is a key frame (kmax=0), since nothing seeks in the file, and the effort is moderate. For a
    # lizard of 201 frames: 0.6 s instead of 1.5, and 5 % smaller.
    options = {"lossless": True, "method": 3, "quality": 60, "kmin": 0, "kmax": 0}
    _pillow(images, path, _delays(len(images), fps, hold), **options)


def _png(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    images = [Image.fromarray(enlarge(pixels, zoom)) for pixels in _held(pictures, zoom)]
    _pillow(images, path, _delays(len(images), fps, hold))


def _gif(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    palette, places = common_palette(_held(pictures, zoom))
    delays = _delays(len(places), fps, hold, GIF_UNIT)
    _check_length(sum(delays))
    images = []
    for frame in places:
        images.append(Image.fromarray(enlarge(frame[..., None], zoom)[..., 0]))
        images[-1].putpalette(palette.tobytes())
    # Each frame stores only what changes; the rest is transparent, the last index of the palette.
    _pillow(images, path, delays, palette=palette.tobytes(), optimize=True, transparency=255, disposal=1)


def _mp4(pictures: Iterator[np.ndarray], path: Path, fps: float, zoom: int, hold: float) -> None:
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000), options={"crf": "16"})
        stream.pix_fmt, stream.colorspace, stream.color_range = "yuv420p", BT709, LIMITED
        stream.color_primaries = stream.color_trc = BT709
        first = next(pictures)
        stream.height, stream.width = _even(enlarge(first, zoom)).shape[:2]
        for pixels in _holding(itertools.chain([first], pictures), round(hold * fps)):
            container.mux(stream.encode(_video_frame(_even(enlarge(pixels, zoom)))))
        container.mux(stream.encode())


def _holding(pictures: Iterator[np.ndarray], times: int) -> Iterator[np.ndarray]:
    """Yield all frames, then the last one this many times more."""
    for pixels in pictures:
        yield pixels
    yield from [pixels] * times


def _video_frame(pixels: np.ndarray) -> Any:
    """Return the frame in BT.709 colours and tagged as such; players would guess untagged ones from the frame size."""
    import av

    whole = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return whole.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def _even(pixels: np.ndarray) -> np.ndarray:
    """Return the frame with even sides, as yuv420p needs, by adding white at the right and bottom."""
    height, width, _ = pixels.shape
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), constant_values=255)


WRITERS: dict[str, Callable[[Iterator[np.ndarray], Path, float, int, float], None]] = {
    ".gif": _gif, ".webp": _webp, ".png": _png, ".mp4": _mp4,
}  # fmt: skip
