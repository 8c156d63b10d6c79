"""The flag --signal: what an organism with signals grows, and, for `grow`, from which step on."""

import re
from collections.abc import Mapping, Sequence

from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.rule import mixture

# A signal from a step on: the weight of each signal by name.
Change = tuple[int, Mapping[str, float]]


def parse_signals(texts: Sequence[str], names: Sequence[str], steps: int) -> tuple[Change, ...]:
    """Parse `🎄`, `🦎@0 🎄@300`, `🦎=0.5,🎄=0.5`; return the changes of the signal in the order of their steps.

    Args:
        texts: values of the flag; without a step, one holds from the start.
        names: signals of the organism; the name of an emoji stands for the emoji, and the other way round.
        steps: of the growth.

    Raises:
        BlastemaError: there is no such signal, the weights do not add up to 1, or the step is out of range or repeated.

    >>> parse_signals(["lizard", "lizard=0.5,tree=0.5@300"], ["🦎", "🎄"], 600)
    ((0, {'🦎': 1.0}), (300, {'🦎': 0.5, '🎄': 0.5}))
    """
    if texts:
        _check_signals(names)
    changes = sorted((_parse(text, names, steps) for text in texts), key=lambda change: change[0])
    starts = [start for start, _ in changes]
    if repeated := [start for start in starts if starts.count(start) > 1]:
        raise BlastemaError(
            f"--signal is given {len(repeated)} times for step {repeated[0]}; give each a step of its own, as in "
            f"--signal {names[0]} --signal {names[-1]}@{max(1, steps // 2)}"
        )
    return tuple(changes)


def one_body(organism: Organism, text: str) -> Organism:
    """Return the organism that grows what this value of the flag says, without signals: `🎄` or `🦎=0.5,🎄=0.5`.

    Raises:
        BlastemaError: there is no such signal, or the weights do not add up to 1.
    """
    names = organism.rule.signals
    _check_signals(names)
    shares = _shares(text, names)
    return organism.with_signal(next(iter(shares)) if "=" not in text else shares)


def _check_signals(names: Sequence[str]) -> None:
    if not names:
        raise BlastemaError("--signal is for organisms whose rule has signals, such as ten; this one has none")


def _parse(text: str, names: Sequence[str], steps: int) -> Change:
    match = re.fullmatch(r"(.+?)(?:@(\d{1,9}))?", text, re.ASCII | re.DOTALL)
    if not match:
        raise BlastemaError(f"--signal {text!r} is not valid; use NAME, NAME@STEP or NAME=WEIGHT,NAME=WEIGHT")
    start = int(match[2] or 0)
    if start > steps:
        raise BlastemaError(f"--signal {text!r} would come after the last step, {steps}; use more --steps")
    shares = _shares(match[1], names)
    mixture(names, shares)
    return start, shares


def _shares(text: str, names: Sequence[str]) -> dict[str, float]:
    """Return the weight of each signal in `🎄` or `🦎=0.5,🎄=0.5`."""
    if "=" not in text:
        return {signal_named(text, names): 1.0}
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            share = float(number)
        except ValueError:
            raise BlastemaError(f"--signal {text!r} is not valid; use NAME=WEIGHT,NAME=WEIGHT") from None
        name = signal_named(name, names)
        shares[name] = shares.get(name, 0) + share
    return shares


def signal_named(text: str, names: Sequence[str]) -> str:
    """Return the signal of this name, or the text itself if there is none.

    >>> signal_named("lizard", ["🦎", "🎄"]), signal_named("🎄", ["lizard", "tree"])
    ('🦎', 'tree')
    """
    if text in names:
        return text
    plain = _plain(text)
    return next((name for name in names if _plain(name) == plain), text)


def _plain(name: str) -> str:
    from blastema.targets import short_name

    try:
        return short_name(name)
    except BlastemaError:
        return name
