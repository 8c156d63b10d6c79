"""`blastema figure NAME`: a figure of the article, drawn anew."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import Positional, arg


def figure(
    name: Annotated[Positional[str], arg(metavar="NAME|all")],
    /,
    out: Annotated[Path, arg(metavar="DIR")] = Path("figures"),
    quick: bool = False,
    seed: int = 0,
    format: Annotated[Literal["mp4", "webp", "gif", "png"] | None, arg(help_behavior_hint="")] = None,
) -> None:
    """Draw a figure of the article from our own organisms, or all of them.

    Args:
        name: all, or one of step, teaser, unstable, training, pool, regeneration, rotation, turning, planarian,
            asynchrony, curves, channels, influence, together; training, pool and curves train a lizard first
        out: folder to write to; made if it is not there
        quick: with fewer pictures and less training, to see that all works
        seed: which cells fire when, and what training draws; same seed, same figure
        format: of those that move; mp4 where the extra [video] is installed, else webp, if not given
    """
    from importlib.util import find_spec

    from blastema.errors import BlastemaError
    from blastema.figures import NAMES, figure_named, save_figure
    from blastema.figures.figure import Setting
    from blastema.render.animation import check_format

    if not 0 <= seed < 2**32:
        raise BlastemaError(f"--seed is {seed}; it must be 0 to {2**32 - 1}")
    chosen = NAMES if name == "all" else (name,)
    for one in chosen:
        figure_named(one)
    suffix = f".{format}" if format else ".mp4" if find_spec("av") else ".webp"
    # Before minutes are spent on what cannot be written.
    check_format(out / f"{chosen[0]}{suffix}")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise BlastemaError(f"cannot write to {out}: {error.strerror}; choose another --out") from None
    setting = Setting(quick, seed, track)
    for one in chosen:
        print(f"wrote {save_figure(one, out, setting, suffix)}", flush=True)


def track(things: Iterable[Any], name: str, count: int) -> Iterator[Any]:
    """Yield things, and show how far it is where there is a terminal to show it on."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(things, count, description=name)
