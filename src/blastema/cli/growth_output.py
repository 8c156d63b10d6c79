"""The output of `blastema grow` and `blastema swarm`: the terminal, or a file."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blastema.cli.growing import Growing
from blastema.cli.output import check_file
from blastema.cli.ranges import check_range
from blastema.errors import BlastemaError
from blastema.render.picture import LARGEST_ZOOM, STILLS

# Longer animations are sampled down to this many states, evenly spaced.
MOST_FRAMES = 250
MOVING = (".gif", ".webp", ".png", ".mp4")
STATE = ".npy"
SHEET_TILES, SHEET_COLUMNS = 24, 6
ZOOM, FPS = 4, 25.0
# Most pictures shown in a terminal, and its highest frame rate.
MOST_PICTURES, FASTEST = 2000, 1000.0


@dataclass(frozen=True)
class Output:
    """What `blastema grow` writes, or shows if `path` is None.

    Attributes:
        path: path of the file.
        zoom: pixels per cell.
        fps: frames per second.
        sheet: whether to write a contact sheet instead of an animation.
    """

    path: Path | None
    zoom: int
    fps: float
    sheet: bool

    @classmethod
    def of(cls, path: Path | None, zoom: int | None, fps: float | None, sheet: bool) -> "Output":
        """Return the output that the flags describe.

        Raises:
            BlastemaError: one is out of range or would have no effect, or the file cannot be written.
        """
        suffix = None if path is None else path.suffix.lower()
        given = {"--zoom": zoom is not None, "--sheet": sheet, "--fps": fps is not None}
        unused = {None: ("--zoom", "--sheet"), STATE: ("--zoom", "--fps")}.get(suffix, ("--fps",) if sheet else ())
        for flag in unused:
            if given[flag]:
                raise BlastemaError(f"{flag} has no effect {_where(path)}; {_instead(flag, path)}")
        if path is not None:
            check_file("--out", path, STILLS if sheet else (*MOVING, STATE))
        output = cls(path, ZOOM if zoom is None else zoom, FPS if fps is None else fps, sheet)
        check_range("--zoom", output.zoom, 1, LARGEST_ZOOM)
        check_range("--fps", output.fps, *_speeds(suffix))
        return output

    def check(self, growth: Growing) -> None:
        """Raise a BlastemaError if the pictures of this growth would be too large to write."""
        from blastema.render.animation import check_animation
        from blastema.render.picture import check_sheet_size

        if self.path is None or self.path.suffix.lower() == STATE:
            return
        if self.sheet:
            check_sheet_size(growth.sampled(SHEET_TILES), SHEET_COLUMNS, growth.height, growth.width, self.tile_zoom)
        else:
            count = growth.sampled(MOST_FRAMES)
            check_animation(self.path, count, growth.height, growth.width, self.fps, self.zoom)

    @property
    def tile_zoom(self) -> int:
        """Pixels per cell of a contact sheet."""
        return max(1, self.zoom // 2)


def _speeds(suffix: str | None) -> tuple[float, float]:
    from blastema.render.animation import FASTEST_GIF
    from blastema.render.animation import FPS as SPEEDS

    return SPEEDS[0], {None: FASTEST, ".gif": FASTEST_GIF}.get(suffix, SPEEDS[1])


def _where(path: Path | None) -> str:
    if path is None:
        return "in the terminal"
    return f"on {path}, which holds numbers" if path.suffix.lower() == STATE else "on a contact sheet"


def _instead(flag: str, path: Path | None) -> str:
    return "write to a file with --out" if path is None else f"leave out {flag}"


def show(growth: Growing, fps: float) -> None:
    """Show the organism growing in the terminal; without a terminal, print its final state."""
    from rich.console import Console
    from rich.live import Live

    from blastema.render.terminal import Window, characters, half_blocks

    window = Window(growth.height, growth.width, growth.organism.trained_fit)
    console = Console()
    if not console.is_terminal:
        print(characters(window.of(growth.final_state()), 80, 40).strip("\n"), flush=True)
    else:
        columns, rows = console.width - 1, console.height - 2
        stride = max(1, growth.steps // MOST_PICTURES)
        with Live(console=console, auto_refresh=False, transient=False) as live:
            for step, state in enumerate(growth.states()):
                shown = window.of(state)
                if step % stride and step != growth.steps:
                    continue
                text = half_blocks(shown, columns, rows)
                text.append(growth.caption(step), style="dim")
                live.update(text, refresh=True)
                time.sleep(1 / fps)
    _give_notice(growth, captioned=console.is_terminal)


def write(growth: Growing, output: Output) -> None:
    """Write the file atomically and report it on standard error.

    Raises:
        BlastemaError: it cannot be written.
    """
    from blastema.io.atomic import replacing
    from blastema.render.animation import save_animation
    from blastema.render.picture import mosaic, picture, save

    path = output.path
    assert path is not None
    if path.suffix.lower() == STATE:
        with replacing(path) as temporary:
            np.save(temporary, growth.final_state())
    elif output.sheet:
        tiles = {step: picture(state, output.tile_zoom) for step, state in growth.sample(SHEET_TILES)}
        save(mosaic(list(tiles.values()), SHEET_COLUMNS, [str(step) for step in tiles]), path)
    else:
        save_animation((state for _, state in growth.sample(MOST_FRAMES)), path, fps=output.fps, zoom=output.zoom)
    print(f"wrote {path}", file=sys.stderr)
    _give_notice(growth, captioned=False)


def _give_notice(growth: Growing, captioned: bool) -> None:
    """Print on standard error what is to be said at the end."""
    line = growth.notice(captioned)
    if line:
        print(line, file=sys.stderr)
