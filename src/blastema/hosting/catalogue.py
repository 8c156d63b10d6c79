"""The organisms that the page offers: those that are given, then the zoo."""

import re
from collections.abc import Iterable
from pathlib import Path

from blastema import zoo
from blastema.errors import BlastemaError
from blastema.formats.page import Entry, picture_of, png
from blastema.library import load
from blastema.organism import Organism
from blastema.playground.files import LARGEST_DISH
from blastema.render.colour import rgba
from blastema.targets.emoji import ARTICLE_EMOJI
from blastema.training.directory import ORGANISM, TARGET, kept_target


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
    patterns = list(ARTICLE_EMOJI.values())
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
    return Entry(name, organism, organism.to_bytes(), _picture(source, organism), stem)


def _free(name: str, between: str, taken: Iterable[str]) -> str:
    """Return the name, numbered where it is taken."""
    taken = set(taken)
    names = (name if number == 1 else f"{name}{between}{number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def _picture(source: str | Path, organism: Organism) -> bytes | None:
    """Return the target as a PNG, if it is known: a run keeps the very picture."""
    if not isinstance(source, Path) or not (source / TARGET).is_file():
        return picture_of(organism)
    if max(organism.trained_size) > LARGEST_DISH:
        return None
    try:
        return png(rgba(kept_target(source / TARGET)))
    except BlastemaError:
        return None
