"""The history of a run: at which training steps its number of steps was changed."""

from typing import Any, TypeVar

from blastema.errors import BlastemaError
from blastema.training.ranges import whole
from blastema.training.recipe import MOST_STEPS

# Pairs (training step, number of steps from there on), from step 0; empty if it was never changed.
History = tuple[tuple[int, int], ...]
T = TypeVar("T")
BEGIN, STEPS = whole(0, MOST_STEPS), whole(1, MOST_STEPS)


def checked_history(entries: Any) -> History:
    """Return the entries as pairs of whole numbers; their steps must increase from 0.

    Raises:
        BlastemaError: they are something else.
    """
    try:
        pairs = tuple((begin, steps) for begin, steps in entries)
    except (TypeError, ValueError):
        raise BlastemaError(f"history is {entries!r}; it must be a list of pairs [training step, steps]") from None
    try:
        pairs = tuple((BEGIN.plain(begin), STEPS.plain(steps)) for begin, steps in pairs)
    except ValueError:
        raise BlastemaError(f"history is {entries!r}; it must hold whole numbers up to {MOST_STEPS}") from None
    begins = [begin for begin, _ in pairs]
    if begins != sorted(set(begins)) or begins[:1] not in ([], [0]):
        raise BlastemaError(f"history has the training steps {begins}; they must increase from 0")
    return pairs


def changed_history(history: History, before: int, steps: int, done: int) -> History:
    """Return the history of a run that continues with another number of steps.

    >>> changed_history((), 400, 120, 50)
    ((0, 400), (50, 120))
    """
    changed = extended(history or ((0, before),), steps, done)
    return changed if len(changed) > 1 else ()


def extended(history: tuple[tuple[int, T], ...], value: T, done: int) -> tuple[tuple[int, T], ...]:
    """Return pairs (training step, value from there on), with this value from step `done` on.

    >>> extended(((0, "a"), (50, "b")), "c", 50), extended(((0, "a"),), "a", 50)
    (((0, 'a'), (50, 'c')), ((0, 'a'),))
    """
    past = tuple(entry for entry in history if entry[0] < done)
    return past if past and past[-1][1] == value else (*past, (done, value))
