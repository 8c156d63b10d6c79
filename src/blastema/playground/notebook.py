"""The dish in a Jupyter notebook; needs the extra `[notebook]`."""

from functools import cache
from typing import Any

from blastema.errors import BlastemaError
from blastema.playground.files import LARGEST_DISH, page_files
from blastema.playground.inline import one_module


def widget(content: bytes, height: int, width: int, seed: int, angle: float) -> Any:
    """Return a widget in which the organism of this file grows, see `blastema.Organism.show`."""
    for name, side in (("height", height), ("width", width)):
        if not 1 <= side <= LARGEST_DISH:
            raise BlastemaError(f"{name} is {side}; a dish in a notebook has 1 to {LARGEST_DISH} cells on each side")
    return _kind()(content=content, height=height, width=width, seed=seed, angle=angle)


@cache
def _kind() -> Any:
    """Return the class of the widgets; it can only be defined once anywidget is imported."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise BlastemaError(
            "showing organisms in a notebook needs anywidget: pip install 'blastema[notebook]'"
        ) from None

    class DishWidget(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
        """A dish with one organism. Changes of `angle` (radians) take effect at once."""

        _esm = one_module(page_files(), "notebook.js")
        _css = page_files()["dish.css"].decode()
        content = traitlets.Bytes().tag(sync=True)
        height = traitlets.Int().tag(sync=True)
        width = traitlets.Int().tag(sync=True)
        seed = traitlets.Int().tag(sync=True)
        angle = traitlets.Float().tag(sync=True)

    return DishWidget
