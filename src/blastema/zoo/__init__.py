"""The zoo: trained organisms in the package, one file each, `EXPERIMENT-TARGET.safetensors`."""

import difflib
import shlex
from pathlib import Path

from blastema.targets.emoji import emoji_named, name_of, single_emoji
from blastema.training.experiments import EXPERIMENTS

DIRECTORY = Path(__file__).parent
# The name of a target alone means its organism of the first of these experiments that the zoo has.
PREFERRED = tuple(reversed(EXPERIMENTS))


def names() -> list[str]:
    """Return the names of all organisms, `EXPERIMENT/TARGET`, by experiment and then by target.

    >>> "regenerating/lizard" in names()
    True
    """
    stems = (path.stem for path in sorted(DIRECTORY.glob("*.safetensors")))
    all_names = ["/".join(stem.split("-", 1)) for stem in stems]
    return sorted(all_names, key=lambda name: (list(EXPERIMENTS).index(name.split("/")[0]), name))


def path_of(name: str) -> Path | None:
    """Return the file of the organism of that name, or None if there is none.

    >>> path_of("🦎") == path_of("lizard") == path_of("regenerating/🦎")
    True
    """
    experiment, slash, target = name.strip().rpartition("/")
    target = _plain(target)
    for candidate in (experiment,) if slash else PREFERRED:
        if f"{candidate}/{target}" in names():
            return DIRECTORY / f"{candidate}-{target}.safetensors"
    return None


def no_such(name: str) -> str:
    """Return the error message for a name that is not in the zoo, with advice.

    >>> no_such("🐙")
    '🐙 is not in the zoo; train it: blastema train 🐙'
    >>> no_such("lizzard")
    'there is no organism lizzard; did you mean lizard?'
    """
    experiment, _, target = name.strip().rpartition("/")
    known = names()
    targets = list(dict.fromkeys(entry.split("/")[1] for entry in known))
    plain = _plain(target)
    if experiment in EXPERIMENTS and plain in targets:
        available = [entry for entry in known if entry.endswith(f"/{plain}")]
        return f"the zoo has no {name}; it has {' and '.join(available)}"
    if _is_emoji(target) and (not experiment or experiment in EXPERIMENTS):
        quoted = shlex.quote(target) if target.isascii() else target
        chosen = f" --experiment {experiment}" if experiment else ""
        return f"{name} is not in the zoo; train it: blastema train {quoted}{chosen}"
    near = difflib.get_close_matches(name, known if experiment else targets, 1)
    advice = (
        f"did you mean {near[0]}?" if near else "give a file, the directory of a run, or a name that blastema zoo lists"
    )
    return f"there is no organism {name}; {advice}"


def _is_emoji(target: str) -> bool:
    from blastema.errors import BlastemaError

    try:
        return bool(single_emoji(target) or emoji_named(target))
    except BlastemaError:
        return False


def _plain(target: str) -> str:
    """Return the name that a target, given as an emoji or by any of its names, has in file names."""
    from blastema.errors import BlastemaError

    try:
        emoji = single_emoji(target) or emoji_named(target)
    except BlastemaError:
        return target
    return (name_of(emoji) if emoji else target).lower().replace(" ", "-")
