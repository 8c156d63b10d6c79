"""`blastema figure NAME`: the article's figures, redrawn."""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from blastema.cli.registries import FIGURE


def figure(
    name: Annotated[Positional[str], arg(metavar="NAME|all"), FIGURE],
    /,
    out: Annotated[Path, arg(metavar="DIR")] = Path("figures"),
    quick: bool = False,
    seed: int = 0,
    format: Annotated[
        Literal["mp4", "webp", "gif", "png"] | None, arg(metavar="{mp4,webp,gif,png}", help_behavior_hint="")
    ] = None,
) -> None:
    """Draw one of the article's figures, or all of them, from Blastema's organisms.

    Args:
        name: all, or one of {name}
        out: folder to write to; created if it is missing
        quick: fewer frames and less training, for a quick check
        seed: decides which cells fire and the random numbers of training; the same seed gives the same figure on
            one engine and instruction set
        format: format of animations (default: mp4 with the extra [video], else webp); still figures are png
    """
    from importlib.util import find_spec

    from blastema.cli.output import check_file
    from blastema.cli.progress import track
    from blastema.cli.ranges import LARGEST_SEED, check_range
    from blastema.errors import BlastemaError
    from blastema.figures import NAMES, figure_named, is_still, save_figure
    from blastema.figures.figure import Setting
    from blastema.render.animation import check_format

    check_range("--seed", seed, 0, LARGEST_SEED)
    chosen = NAMES if name == "all" else (name,)
    for each in chosen:
        figure_named(each)
    if format is not None and format != "png" and all(map(is_still, chosen)):
        raise BlastemaError(f"figure {name} is a still picture, always .png; leave out --format")
    suffix = f".{format}" if format else ".mp4" if find_spec("av") else ".webp"
    # Checked first, so that no time is spent on a figure that cannot be written.
    check_format(out / f"{chosen[0]}{suffix}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BlastemaError(f"cannot write to {out}: {error.strerror}; choose another --out") from None
    for each in chosen:
        check_file("--out", out / f"{each}{'.png' if is_still(each) else suffix}")
    setting = Setting(quick, seed, track)
    for each in chosen:
        print(f"wrote {save_figure(each, out, setting, suffix)}", flush=True)
