"""The organisms that the page offers: the given ones, then the zoo."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from blastema import zoo
from blastema.errors import BlastemaError
from blastema.formats.page import Entry, bodies_of, picture_of, png
from blastema.library import load
from blastema.organism import Organism
from blastema.playground.files import LARGEST_DISH
from blastema.render.colour import rgba
from blastema.targets.emoji import ARTICLE_EMOJI
from blastema.training.directory import ORGANISM, TARGET, kept_target


def catalogue(given: Iterable[Path | str] = ()) -> list[Entry]:
    """Return the given organisms, anything that `blastema.load` reads, and then the rest of the zoo.

    Within the zoo, those that live longest and the article's own patterns come first. The page opens with the first.

    Raises:
        BlastemaError: one of them cannot be loaded.
    """
    sources = [*(_zoo_name(source) or Path(source) for source in given), *sorted(zoo.names(), key=_place)]
    entries: dict[str, Entry] = {}
    for source in dict.fromkeys(sources):
        entry = _entry(source, entries)
        entries[entry.name] = entry
    return list(entries.values())


def _place(name: str) -> tuple[int, int]:
    """Return the sort key of an organism of the zoo; unknown patterns come last."""
    experiment, _, target = name.partition("/")
    patterns = list(ARTICLE_EMOJI.values())
    return zoo.PREFERRED.index(experiment), patterns.index(target) if target in patterns else len(patterns)


def _zoo_name(given: Path | str) -> str | None:
    """Return the full name if this is an organism of the zoo, else None; files and directories take precedence."""
    path = None if Path(given).exists() else zoo.path_of(str(given))
    return "/".join(path.stem.split("-", 1)) if path else None


def _entry(source: str | Path, entries: dict[str, Entry]) -> Entry:
    organism = load(source)
    if isinstance(source, Path) and source.name == ORGANISM:
        source = source.resolve().parent
    name = source if isinstance(source, str) else source.resolve().name.removesuffix(source.suffix) or str(source)
    name = _free(name, " ", entries)
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "organism"
    stem = _free(stem, "-", {entry.stem for entry in entries.values()})
    picture, bodies = _pictures(source, organism)
    return Entry(name, organism, organism.to_bytes(), picture, stem, bodies)


def _free(name: str, between: str, taken: Iterable[str]) -> str:
    """Return the name, with a number if it is taken."""
    taken = set(taken)
    names = (name if number == 1 else f"{name}{between}{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in names if candidate not in taken)


def _pictures(source: str | Path, organism: Organism) -> tuple[bytes | None, tuple[bytes | None, ...]]:
    """Return its target as a PNG and that of each of its bodies, if known; a run keeps a copy of them."""
    targets = _kept(source) if max(organism.trained_size) <= LARGEST_DISH else None
    signals = len(organism.rule.signals)
    if targets is None or len(targets) != max(1, signals):
        return picture_of(organism), bodies_of(organism)
    pictures = [png(rgba(target)) for target in targets]
    return pictures[0], tuple(pictures if signals else ())


def _kept(source: str | Path) -> np.ndarray | None:
    """Return the targets in the directory of a run, `(target, height, width, 4)`; None if this is something else."""
    if not isinstance(source, Path) or not (source / TARGET).is_file():
        return None
    try:
        targets = kept_target(source / TARGET)
    except BlastemaError:
        return None
    return targets if targets.ndim == 4 else targets[None]
