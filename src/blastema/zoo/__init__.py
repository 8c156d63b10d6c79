"""Trained organisms that ship with the package, one file each: `EXPERIMENT-TARGET.safetensors`."""

from pathlib import Path

from blastema.targets.emoji import emoji_named, name_of, single_emoji
from blastema.training.experiments import EXPERIMENTS

DIRECTORY = Path(__file__).parent
# Of several organisms of one target, the name of the target alone means the first of these.
PREFERRED = ("regenerating", "persistent", "growing")


def names() -> list[str]:
    """Return the names of all organisms, `EXPERIMENT/TARGET`, by experiment and then by target.

    >>> "regenerating/lizard" in names()
    True
    """
    stems = (path.stem for path in sorted(DIRECTORY.glob("*.safetensors")))
    found = ["/".join(stem.split("-", 1)) for stem in stems]
    return sorted(found, key=lambda name: (list(EXPERIMENTS).index(name.split("/")[0]), name))  # type: ignore[arg-type]


def path_of(name: str) -> Path | None:
    """Return the file of the organism of that name, or None if there is none.

    >>> path_of("🦎") == path_of("lizard") == path_of("regenerating/🦎")
    True
    """
    experiment, slash, target = name.strip().rpartition("/")
    target = _plain(target)
    for one in (experiment,) if slash else PREFERRED:
        if f"{one}/{target}" in names():
            return DIRECTORY / f"{one}-{target}.safetensors"
    return None


def _plain(target: str) -> str:
    """Return the name of a target as files have it, whatever it is called."""
    from blastema.errors import BlastemaError

    try:
        emoji = single_emoji(target) or emoji_named(target)
    except BlastemaError:
        return target
    return (name_of(emoji) if emoji else target).lower().replace(" ", "-")
