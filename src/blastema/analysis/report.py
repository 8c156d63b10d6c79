"""The report of an examination as titled tables, which the terminal prints and the report picture plots."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from blastema.analysis.records import AgeScores, RegrowthScores, Report
from blastema.analysis.regeneration import APART
from blastema.analysis.subject import EXPLODED_LOG_LOSS

SCALE = "log10 of the mean squared difference to the target, over pixels and RGBA: lower is better."
# The root of 10^-2, 10^-3, 10^-4, as a share of the full range of 0 to 1.
EXAMPLES = "At -2 the typical error is 10% of full brightness, at -3 it is 3%, at -4 it is 1%, which no eye sees."
MEDIAN, WORST, EIGHT_BIT, DAMAGED, REGREW = "median", "worst", "8-bit weights, worst", "damaged, median", "regrew"

# The tables of damage, by their keys in the report.
DAMAGE_TABLES = {
    "regeneration": "Regeneration",
    "repeated": f"Cuts in a row, {APART} steps apart",
    "remnants": "Only a part of the living cells left",
    "unseen": "Damage that training never used",
}


class Section(NamedTuple):
    """A table of the report.

    Attributes:
        title: above it.
        columns: their names.
        rows: label to a value for each column: a score, or text.
    """

    title: str
    columns: list[str]
    rows: dict[str, list[Any]]


def damage_scores(report: Report) -> dict[str, dict[str, RegrowthScores]]:
    """Return the parts of a report that are about damage, by their keys in `DAMAGE_TABLES`."""
    return {
        "regeneration": report["regeneration"],
        "repeated": report["repeated"],
        "remnants": report["remnants"],
        "unseen": report["unseen"],
    }


def sections(report: Report) -> dict[str, Section]:
    """Return the tables of an examination's report, by its keys, in the order in which they are shown."""
    eight_bit, organisms, damages = report["eight_bit"], report["organisms"], damage_scores(report)
    rounded = {"regeneration": eight_bit["regeneration"]} if eight_bit else {}
    places = report["sizes"] | {"beside another": report["neighbours"]}
    return {
        "persistence": _persistence(report["persistence"], eight_bit and eight_bit["persistence"]),
        **{key: _damages(title, damages[key], rounded.get(key), organisms) for key, title in DAMAGE_TABLES.items()},
        "rotation": _medians("Rotated perception", {f"{angle}°": loss for angle, loss in report["rotation"].items()}),
        "fire_rates": _medians("Fire rate", report["fire_rates"]),
        "sizes": _medians("In other grids", places),
    }


def later(steps: str, what: str = MEDIAN) -> str:
    """Return the label of the row with the losses this many steps after the damage."""
    return f"{steps} steps later, {what}"


def shown(value: float | str) -> str:
    """Return a value as printed: a score with two decimals, or `exploded`.

    >>> shown(-2.5), shown(9.0), shown("3 of 4")
    ('-2.50', 'exploded', '3 of 4')
    """
    if isinstance(value, str):
        return value
    return "exploded" if value >= EXPLODED_LOG_LOSS else f"{value:.2f}"


def explanations(printed: list[str], organisms: int | None = None) -> Iterator[str]:
    """Yield lines that explain the scores that are printed."""
    yield SCALE
    yield EXAMPLES
    if "exploded" in printed:
        yield "exploded: the worst organism's numbers grew without bound."
    if organisms is not None:
        yield f'{organisms} organisms; regrew: at least 90% of the damage was repaired; medians unless marked "worst".'


def _persistence(ages: dict[str, AgeScores], eight_bit: dict[str, AgeScores] | None) -> Section:
    rows = {
        MEDIAN: [losses["median"] for losses in ages.values()],
        WORST: [losses["worst"] for losses in ages.values()],
    }
    if eight_bit:
        rows[EIGHT_BIT] = [losses["worst"] for losses in eight_bit.values()]
    return Section("Persistence, by number of steps", [f"{int(age):,}" for age in ages], rows)


def _damages(
    title: str, damages: dict[str, RegrowthScores], eight_bit: dict[str, RegrowthScores] | None, organisms: int
) -> Section:
    steps = list(next(iter(damages.values()))["after"])
    rows: dict[str, list[Any]] = {DAMAGED: [result["damaged"] for result in damages.values()]}
    rows |= {later(step): [result["after"][step] for result in damages.values()] for step in steps}
    rows[later(steps[-1], WORST)] = [result["worst"] for result in damages.values()]
    rows[REGREW] = [_share(result["regrew"], organisms) for result in damages.values()]
    if eight_bit:
        rows[EIGHT_BIT] = [result["worst"] for result in eight_bit.values()]
        rows[f"8-bit weights, {REGREW}"] = [_share(result["regrew"], organisms) for result in eight_bit.values()]
    return Section(title, list(damages), rows)


def _share(count: int, total: int) -> str:
    return f"{count} of {total}"


def _medians(title: str, losses: dict[str, float]) -> Section:
    return Section(title, list(losses), {MEDIAN: list(losses.values())})
