"""The article's figures, redrawn with Blastema's organisms: one file per figure.

Each module has a `TITLE`; a `CAPTION` that says what the figure shows; a docstring that says how it is made; and a
function `draw`, which takes a `blastema.figures.figure.Setting` and returns a picture or a `Film`. Those that train an
organism first have `TRAINS = True`.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blastema.errors import BlastemaError

if TYPE_CHECKING:
    from blastema.figures.figure import Setting

# In the article's order.
NAMES = (
    "step", "teaser", "unstable", "training", "pool", "regeneration", "rotation", "turning", "planarian", "setpoint",
    "asynchrony", "swarm", "curves", "channels", "influence", "together",
)  # fmt: skip

# Small versions of films keep one picture of so many, with this quality of WebP.
EVERY, QUALITY = 3, 55


def save_figure(name: str, directory: Path, setting: "Setting", moving: str = ".webp") -> Path:
    """Draw a figure and write it. The same setting gives the same bytes of `.png` and `.webp`.

    Args:
        name: one of `NAMES`.
        directory: to write to; must exist.
        setting: how to draw it.
        moving: the suffix of films, see `blastema.render.animation.save_animation`. Stills are `.png`.

    Returns:
        The path of the file.

    Raises:
        BlastemaError: there is no such figure, or it cannot be written to the directory.
    """
    from blastema.figures.figure import Film
    from blastema.render.animation import save_animation
    from blastema.render.picture import save

    drawn = figure_named(name).draw(setting)
    if not isinstance(drawn, Film):
        save(drawn, path := directory / f"{name}.png")
        return path
    path = directory / f"{name}{moving}"
    pictures = (np.asarray(picture) for picture in setting.track(drawn.pictures, name, drawn.total))
    save_animation(pictures, path, fps=drawn.fps, zoom=1, hold=0)
    return path


def save_small_figure(name: str, directory: Path, setting: "Setting") -> Path:
    """Draw a figure and write a small version of it: 256 colours, or, of a film, a third of its pictures, with loss.

    The gallery has such versions, all together below 6 MB.

    Args:
        name, directory, setting: as for `save_figure`.

    Returns:
        The path of the file, `.png` or `.webp`.

    Raises:
        BlastemaError: as for `save_figure`.
    """
    from blastema.figures.figure import Film
    from blastema.io.atomic import replacing
    from blastema.render.picture import save

    drawn = figure_named(name).draw(setting)
    if not isinstance(drawn, Film):
        save(drawn.quantize(256), path := directory / f"{name}.png")
        return path
    # Count from the end: the last picture must stay, since it leads back to the first.
    first, *others = [*setting.track(drawn.pictures, name, drawn.total)][::-EVERY][::-1]
    options = {"duration": round(1000 * EVERY / drawn.fps), "loop": 0, "quality": QUALITY, "method": 4}
    with replacing(path := directory / f"{name}.webp") as temporary:
        first.save(temporary, save_all=True, append_images=others, **options)
    return path


def is_still(name: str) -> bool:
    """Return whether a figure is a single picture, not a film.

    >>> is_still("step"), is_still("teaser")
    (True, False)
    """
    from blastema.figures.figure import Film

    return figure_named(name).draw.__annotations__["return"] is not Film


def trains(name: str) -> bool:
    """Return whether a figure trains an organism first, which takes minutes.

    >>> trains("curves"), trains("teaser")
    (True, False)
    """
    return getattr(figure_named(name), "TRAINS", False)


def figure_named(name: str) -> Any:
    """Return the module of a figure.

    Raises:
        BlastemaError: there is no figure of this name.

    >>> figure_named("teaser").TITLE
    'Grown and regrown'
    """
    if name not in NAMES:
        raise BlastemaError(f"there is no figure {name!r}; give all or one of {', '.join(NAMES)}")
    return import_module(f"blastema.figures.{name}")
