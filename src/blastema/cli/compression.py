"""What `blastema compress` does: the smaller organism, and the table of what it lost."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

from blastema.analysis.report import Section
from blastema.analysis.short import AFTER, short_scores
from blastema.analysis.subject import GROWN, Subject
from blastema.cli.ranges import check_range
from blastema.cli.report import print_tables
from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.quantisation.compression import compressed, fitted
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import FEWEST_BITS, MOST_BITS

# Age in CA steps at which organisms are old, and bytes of a float.
OLDEST, FLOAT = 2000, 4


class Note(NamedTuple):
    """What was done: bytes before and after, bits of a weight, and the root mean square error of an update."""

    before: int
    after: int
    bits: int
    error: float


def check_flags(size: int | None, bits: int | None, prune: float | None) -> None:
    """Raise a BlastemaError unless these values of --bytes, --bits and --prune say how small."""
    if size is None and bits is None and prune is None:
        raise BlastemaError("nothing says how small; give --bytes, --bits or --prune")
    if size is not None and prune is not None:
        raise BlastemaError("--bytes decides how many hidden units are removed; leave out --prune")
    if size is not None:
        check_range("--bytes", size, 1)
    if bits is not None:
        check_range("--bits", bits, FEWEST_BITS, MOST_BITS)
    if prune is not None and not 0 <= prune < 1:
        raise BlastemaError(f"--prune is {prune}; it must be from 0 to below 1")


def smaller(organism: Organism, size: int | None, bits: int | None, prune: float | None) -> tuple[Organism, Note]:
    """Return the smaller organism that the flags ask for, without scores.

    Raises:
        BlastemaError: the format `packed` cannot hold its rule, or nothing is small enough.
    """
    rule, weights = organism.rule, organism.weights
    inputs = perceptions(rule, weights, *organism.trained_size)
    if size is not None:
        result = fitted(rule, weights, inputs, size, bits)
    else:
        hidden = max(1, rule.hidden - round((prune or 0) * rule.hidden))
        result = compressed(rule, weights, inputs, bits or MOST_BITS, hidden)
    training = organism.training | {"weights": f"{result.whole.bits} bits"}
    if result.rule.hidden < rule.hidden:
        training["pruned"] = f"from {rule.hidden} hidden units"
    after = dataclasses.replace(organism, weights=result.weights, rule=result.rule, training=training, scores=None)
    before = FLOAT * sum(tensor.size for tensor in weights)
    return after, Note(before, result.size, result.whole.bits, result.error)


def print_comparison(
    title: str, subjects: list[Subject], note: Note, organisms: int, progress: Callable[[str], None]
) -> None:
    """Measure the organism before and after, and print both.

    Args:
        title: of the table.
        subjects: the organism before and after.
        note: what was done.
        organisms: how many are grown.
        progress: called with the name of the next measurement.
    """
    before, after = (subject.organism.rule.hidden for subject in subjects)
    rows: dict[str, list[object]] = {
        "bytes": [f"{note.before:,}", f"{note.after:,}"],
        "bits per weight": ["32", str(note.bits)],
        "hidden units": [str(before), str(after)],
    }
    scores = []
    for subject, what in zip(subjects, ("before", "after"), strict=True):
        progress(f"losses {what}")
        scores.append(short_scores(subject, organisms, OLDEST))
    labels = {"grown": f"at {GROWN} steps", "old": f"at {OLDEST} steps, worst"}
    for name in scores[0]:
        rows[labels.get(name, f"{name}, {AFTER} steps later")] = [score[name] for score in scores]
    rows["error of an update"] = ["", f"{note.error:.2g}"]
    section = f'{organisms} organisms; medians unless marked "worst"'
    print_tables(title, [Section(section, ["before", "after"], rows)], None)
