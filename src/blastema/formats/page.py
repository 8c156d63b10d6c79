"""The content of the page: its own files, and for each organism files and an entry in `organisms.json`."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blastema._version import __version__
from blastema.analysis.regeneration import REMNANTS
from blastema.errors import BlastemaError
from blastema.formats.page_recipes import recipes_file
from blastema.organism import Organism
from blastema.playground.files import CATALOGUE, EVENTS, LARGEST_DISH, PAGE, RECIPES, START, page_files
from blastema.render.colour import rgba
from blastema.targets import load_target
from blastema.targets.emoji import characters, emoji_named, single_emoji
from blastema.targets.target import FIT, looks_like_file
from blastema.training.experiments import EXPERIMENTS

# Longer names of targets are left out.
LONGEST_NAME = 60


@dataclass(frozen=True)
class Entry:
    """One organism on the page.

    Attributes:
        name: `regenerating/lizard` in the zoo, else the name of its file or run; unique in a catalogue.
        organism: the organism.
        content: its organism file.
        picture: its target, or that of its first body, as an RGBA PNG of the size of its grid; None if unknown.
        stem: file name without suffix, ASCII.
        bodies: such a picture for each of its signals.
    """

    name: str
    organism: Organism
    content: bytes
    picture: bytes | None
    stem: str
    bodies: tuple[bytes | None, ...] = ()

    def files(self) -> dict[str, bytes]:
        """Return its files: path on the page to content."""
        pictures = {f"organisms/{self.stem}.png": self.picture}
        pictures |= {self._path(place): picture for place, picture in enumerate(self.bodies)}
        known = {path: picture for path, picture in pictures.items() if picture}
        return {f"organisms/{self.stem}.safetensors": self.content} | known

    def description(self) -> dict[str, Any]:
        """Return its entry in `organisms.json`; paths are relative to the page."""
        training, (height, width) = self.organism.training, self.organism.trained_size
        names = self.organism.rule.signals
        bodies = [
            {"name": name, "picture": self._path(place) if picture else None}
            for place, (name, picture) in enumerate(zip(names, self.bodies, strict=True))
        ]
        return {
            "name": self.name,
            "label": label(self.organism, self.name),
            "experiment": _text(training.get("experiment")),
            "target": _target(self.organism),
            "height": height,
            "width": width,
            "url": f"organisms/{self.stem}.safetensors",
            "picture": f"organisms/{self.stem}.png" if self.picture else None,
            "regrows": regrows(self.organism),
        } | ({"signals": bodies} if bodies else {})

    def _path(self, place: int) -> str:
        """Return the path of the picture of one body; a stem has no dots."""
        return f"organisms/{self.stem}.{place}.png"


def site_files(entries: Sequence[Entry], training: bool = False) -> dict[str, bytes]:
    """Return all files of the page with these organisms.

    Args:
        entries: the organisms, in the order of the page.
        training: whether a running training sends events to `training/events`.

    Raises:
        BlastemaError: the page is not installed.
    """
    files = page_files()
    if START not in files:
        raise BlastemaError(f"the page of the playground is missing in {PAGE}; install blastema again")
    files[RECIPES] = recipes_file()
    for entry in entries:
        files |= entry.files()
    content = {
        "version": __version__,
        "organisms": [entry.description() for entry in entries],
        "experiments": {name: experiment.expect for name, experiment in EXPERIMENTS.items()},
        "training": {"events": EVENTS} if training else None,
    }
    files[CATALOGUE] = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return files


def entry_of(organism: Organism) -> Entry:
    """Return the entry of an organism for a page that has no other."""
    name = "/".join(text or "unknown" for text in (_text(organism.training.get("experiment")), _target(organism)))
    return Entry(name, organism, organism.to_bytes(), picture_of(organism), "organism", bodies_of(organism))


def label(organism: Organism, name: str) -> str:
    """Return a short label: the emoji that it grows, else the name of its target, else its own name.

    >>> from blastema import load
    >>> label(load("🦎"), "regenerating/lizard")
    '🦎'
    """
    if len(organism.record.targets) > 1:
        return name.rpartition("/")[2]
    target = _target(organism)
    if target is None or looks_like_file(target):
        # The article's models have names such as ex3_🦎.json.
        return next((character for character in name if character in characters()), name)
    try:
        return single_emoji(target) or emoji_named(target) or target
    except BlastemaError:
        return target


def regrows(organism: Organism) -> str | None:
    """Return a sentence on the parts of its cells that an organism was measured to regrow from, if its file says so.

    >>> from blastema import load
    >>> regrows(load("🦎"))
    'Of 16 that were measured, 16 regrew from half of their cells, 15 from a third, 10 from a quarter, 5 from a tenth.'
    """
    scores = organism.scores or {}
    organisms, remnants = scores.get("organisms"), scores.get("remnants")
    try:
        counts = [int(remnants[part]["regrew"]) for part in REMNANTS]  # type: ignore[index]
    # Files from elsewhere may say anything.
    except (TypeError, KeyError, ValueError, OverflowError):
        return None
    if not isinstance(organisms, int) or not all(0 <= count <= organisms for count in counts):
        return None
    half, *others = counts
    rest = "".join(f", {count} from a {part}" for count, part in zip(others, [*REMNANTS][1:], strict=True))
    return f"Of {organisms} that were measured, {half} regrew from half of their cells{rest}."


def picture_of(organism: Organism) -> bytes | None:
    """Return its target or the first of them as a PNG, if known; image files that an organism names are not opened."""
    return next(iter(bodies_of(organism) or [_picture_of(organism, organism.training.get("target"))]))


def bodies_of(organism: Organism) -> tuple[bytes | None, ...]:
    """Return the target of each of its signals as a PNG, where known."""
    signals, targets = organism.rule.signals, organism.training.get("target")
    if not isinstance(targets, list) or len(targets) != len(signals):
        targets = [targets] if len(signals) == 1 else [None] * len(signals)
    return tuple(_picture_of(organism, target) for target in targets)


def _picture_of(organism: Organism, target: object) -> bytes | None:
    height, width = organism.trained_size
    target, fit = _text(target), organism.training.get("fit", FIT)
    if max(height, width) > LARGEST_DISH or target is None or looks_like_file(target):
        return None
    try:
        return png(rgba(load_target(target, fit=fit, height=height, width=width)))
    except BlastemaError:
        return None


def png(pixels: np.ndarray) -> bytes:
    """Return a PNG of pixels, uint8 `(height, width, 4)`."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "png", optimize=True)
    return content.getvalue()


def _target(organism: Organism) -> str | None:
    """Return what it was trained to grow as one text."""
    return _text(", ".join(organism.record.targets))


def _text(value: object) -> str | None:
    """Return the value if it is text that can be shown as a name, else None."""
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME else None
