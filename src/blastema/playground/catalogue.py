"""The organisms that the page offers: those that are given, then the zoo."""

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
from blastema.training.run import ORGANISM, TARGET, kept_target

# A target's name is at most so long, and its picture at most so high and wide, or it is left out.
LONGEST_NAME, LARGEST_PICTURE = 60, 512


@dataclass(frozen=True)
class Entry:
    """One organism on the page.

    Attributes:
        name: `regenerating/lizard` in the zoo, else that of its file or run; no two of a catalogue are the same.
        organism: itself.
        content: its organism file.
        picture: its target as a PNG, RGBA, of the size of its grid; None where it is not known.
        stem: what its files are called, ASCII.
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
        """Return what `organisms.json` says of it; paths are relative to the page."""
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
    """Return the given organisms, whatever `blastema.load` understands, and then those of the zoo that are not given.

    Of the zoo's, those that live longest and the article's own patterns come first. The page grows the first of all.

    Raises:
        BlastemaError: one of them cannot be loaded.
    """
    sources = [*(_zoo_name(one) or Path(one) for one in given), *sorted(zoo.names(), key=_place)]
    entries: dict[str, Entry] = {}
    for source in dict.fromkeys(sources):
        entry = _entry(source, entries)
        entries[entry.name] = entry
    return list(entries.values())


def _place(name: str) -> tuple[int, int]:
    """Return where an organism of the zoo comes on the page; what is not known comes last."""
    experiment, _, target = name.partition("/")
    patterns = list(ARTICLE.values())
    return zoo.PREFERRED.index(experiment), patterns.index(target) if target in patterns else len(patterns)


def _zoo_name(given: Path | str) -> str | None:
    """Return the full name of the zoo's organism that is meant, or None; files and directories come before the zoo."""
    path = None if Path(given).exists() else zoo.path_of(str(given))
    return "/".join(path.stem.split("-", 1)) if path else None


def _entry(source: str | Path, others: dict[str, Entry]) -> Entry:
    organism = load(source)
    if isinstance(source, Path) and source.name == ORGANISM:
        source = source.resolve().parent
    name = source if isinstance(source, str) else source.resolve().name.removesuffix(source.suffix) or str(source)
    name = _free(name, " ", others)
    stem = _free(
        re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organism", "-", {one.stem for one in others.values()}
    )
    return Entry(name, organism, organism_file(organism), _picture(source, organism), stem)


def entry_of(organism: Organism) -> Entry:
    """Return an organism as a page for it alone has it."""
    training = organism.training
    name = "/".join(_text(training.get(key)) or "unknown" for key in ("experiment", "target"))
    return Entry(name, organism, organism_file(organism), _picture(name, organism), "organism")


def _free(name: str, between: str, taken: Iterable[str]) -> str:
    """Return the name, numbered where it is taken."""
    taken = set(taken)
    names = (name if number == 1 else f"{name}{between}{number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def organism_file(organism: Organism) -> bytes:
    """Return the content of the organism's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ORGANISM
        organism.save(path)
        return path.read_bytes()


def label(organism: Organism, name: str) -> str:
    """Return a short label: the emoji that it grows, or else its target's name or its own.

    >>> from blastema import load
    >>> label(load("🦎"), "regenerating/lizard")
    '🦎'
    """
    target = _text(organism.training.get("target"))
    if target is None or looks_like_file(target):
        # As the article's models are called: ex3_🦎.json.
        return next((one for one in name if one in characters()), name)
    try:
        return single_emoji(target) or emoji_named(target) or target
    except BlastemaError:
        return target


def _picture(source: str | Path, organism: Organism) -> bytes | None:
    """Return the target as a PNG, if it is known; an image file that an organism names is not looked for."""
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
    """Return a name that an organism's file gave, if it is one."""
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME else None
