"""The organisms of the page: those that are given, then the zoo."""

import io
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blastema import zoo
from blastema.errors import BlastemaError
from blastema.organism import Organism, load
from blastema.render.colour import rgba
from blastema.targets import load_target
from blastema.targets.emoji import ARTICLE, characters, emoji_named, single_emoji
from blastema.targets.target import looks_like_file
from blastema.training.experiments import ExperimentName
from blastema.training.run import ORGANISM, TARGET, kept_target

# Longer names of targets, and pictures with a longer side, are left out.
LONGEST_NAME, LARGEST_PICTURE = 60, 512
# What to expect of organisms of each experiment.
SENTENCES: dict[ExperimentName, str] = {
    "growing": "It was only taught to grow. Left alone it may overgrow, fade or fall apart.",
    "persistent": "It was taught to grow and to stay. It was never taught to heal: cut it and it may recover, "
    "or grow something strange.",
    "regenerating": "It was taught to heal: cut it in half and it grows back. Leave only an edge and it may not.",
}


@dataclass(frozen=True)
class Entry:
    """One organism on the page.

    Attributes:
        name: `regenerating/lizard` in the zoo, otherwise the name of its file or run; unique in a catalogue.
        organism: the organism.
        content: its organism file.
        picture: its target as a PNG, RGBA, in the size of its grid; None if it is not known.
        stem: the names of its files without suffix, ASCII.
    """

    name: str
    organism: Organism
    content: bytes
    picture: bytes | None
    stem: str

    def files(self) -> dict[str, bytes]:
        """Return its files: path on the page and content."""
        pictures = {f"organisms/{self.stem}.png": self.picture} if self.picture else {}
        return {f"organisms/{self.stem}.safetensors": self.content} | pictures

    def description(self) -> dict[str, Any]:
        """Return its entry in `organisms.json`; paths are relative to the page."""
        training, (height, width) = self.organism.training, self.organism.trained_size
        return {
            "name": self.name,
            "label": label(self.organism, self.name),
            "experiment": _text(training.get("experiment")),
            "target": _text(training.get("target")),
            "height": height,
            "width": width,
            "url": f"organisms/{self.stem}.safetensors",
            "picture": f"organisms/{self.stem}.png" if self.picture else None,
            "scores": self.organism.scores,
        }


def catalogue(given: Iterable[Path | str] = ()) -> list[Entry]:
    """Return the given organisms, in any form that `blastema.load` accepts, and then the rest of the zoo.

    In the zoo, organisms that live longest and the article's patterns come first. The page starts with the first one.

    Raises:
        BlastemaError: one of them cannot be loaded.
    """
    sources = [*(_zoo_name(name) or Path(name) for name in given), *sorted(zoo.names(), key=_place)]
    entries: dict[str, Entry] = {}
    for source in dict.fromkeys(sources):
        entry = _entry(source, entries)
        entries[entry.name] = entry
    return list(entries.values())


def _place(name: str) -> tuple[int, int]:
    """Return the sorting key of an organism of the zoo; unknown patterns come last."""
    experiment, _, target = name.partition("/")
    patterns = list(ARTICLE.values())
    return zoo.PREFERRED.index(experiment), patterns.index(target) if target in patterns else len(patterns)


def _zoo_name(given: Path | str) -> str | None:
    """Return the full name if an organism of the zoo is meant, or None; files and directories come first."""
    path = None if Path(given).exists() else zoo.path_of(str(given))
    return "/".join(path.stem.split("-", 1)) if path else None


def _entry(source: str | Path, others: dict[str, Entry]) -> Entry:
    organism = load(source)
    if isinstance(source, Path) and source.name == ORGANISM:
        source = source.resolve().parent
    name = source if isinstance(source, str) else source.resolve().name.removesuffix(source.suffix) or str(source)
    name = _free(name, " ", others)
    ascii_name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organism"
    stem = _free(ascii_name, "-", {other.stem for other in others.values()})
    return Entry(name, organism, organism_file(organism), _picture(source, organism), stem)


def entry_of(organism: Organism) -> Entry:
    """Return the entry of an organism that has the page to itself."""
    training = organism.training
    name = "/".join(_text(training.get(key)) or "unknown" for key in ("experiment", "target"))
    return Entry(name, organism, organism_file(organism), _picture(name, organism), "organism")


def _free(name: str, between: str, taken: Iterable[str]) -> str:
    """Return the name, with a number if it is taken."""
    taken = set(taken)
    names = (name if number == 1 else f"{name}{between}{number}" for number in range(1, len(taken) + 2))
    return next(free for free in names if free not in taken)


def organism_file(organism: Organism) -> bytes:
    """Return the content of the organism's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ORGANISM
        organism.save(path)
        return path.read_bytes()


def label(organism: Organism, name: str) -> str:
    """Return a short label: the emoji that it grows, otherwise the name of its target or its own.

    >>> from blastema import load
    >>> label(load("🦎"), "regenerating/lizard")
    '🦎'
    """
    target = _text(organism.training.get("target"))
    if target is None or looks_like_file(target):
        # The article's models have names such as ex3_🦎.json.
        return next((character for character in name if character in characters()), name)
    try:
        return single_emoji(target) or emoji_named(target) or target
    except BlastemaError:
        return target


def _picture(source: str | Path, organism: Organism) -> bytes | None:
    """Return the target as a PNG, if it is known; an image file that an organism names is never opened."""
    height, width = organism.trained_size
    if max(height, width) > LARGEST_PICTURE:
        return None
    try:
        if isinstance(source, Path) and (source / TARGET).is_file():
            return png(rgba(kept_target(source / TARGET)))
        target, fit = _text(organism.training.get("target")), organism.training.get("fit", 40)
        if target is None or looks_like_file(target):
            return None
        return png(rgba(load_target(target, fit=fit, height=height, width=width)))
    except BlastemaError:
        return None


def png(pixels: np.ndarray) -> bytes:
    """Return a PNG of pixels, uint8 `(height, width, 4)`."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "png", optimize=True)
    return content.getvalue()


def _text(value: object) -> str | None:
    """Return a value of an organism file if it can serve as a name."""
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME else None
