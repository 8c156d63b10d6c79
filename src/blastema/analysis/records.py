"""The report of an examination, as `blastema evaluate --json` prints it. Numbers are log10 of the loss unless noted."""

from typing import TypedDict


class AgeScores(TypedDict):
    """States of one age: median and worst, and log10 of the mean of their losses."""

    median: float
    mean: float
    worst: float


class RegrowthScores(TypedDict):
    """One kind of damage.

    Attributes:
        before, damaged: medians.
        after: medians, by the CA steps after the last cut.
        mean: log10 of the mean of the losses at the end.
        worst: at the end.
        recovery: median share of the damage that was repaired, 1 for all of it.
        regrew: how many states regrew.
    """

    before: float
    damaged: float
    after: dict[str, float]
    mean: float
    worst: float
    recovery: float
    regrew: int


class RoundedReport(TypedDict):
    """The same with weights rounded to 8 bits."""

    persistence: dict[str, AgeScores]
    regeneration: dict[str, RegrowthScores]


class SwitchScores(TypedDict):
    """One body turned into another.

    Attributes:
        median, worst: of the loss to the new target, some steps after the switch.
        recovery, least_recovery: median and smallest share of the way from the old body to the new one, as good as
            grown from a seed cell: 1 for all of it.
    """

    median: float
    worst: float
    recovery: float
    least_recovery: float


class Report(TypedDict):
    """All that was measured.

    Attributes:
        organisms, seed: how many states were grown, and the random seed.
        grid: its height and width.
        persistence: by age.
        regeneration, unseen, repeated: by damage: those of the article, those that no training uses, cuts in a row.
        remnants: by the part of the living cells that is left, those nearest to one of them drawn at random.
        rotation: medians by the angle in degrees.
        sizes: medians by the size of the grid, `WIDTHxHEIGHT`.
        neighbours: median of two side by side.
        fire_rates: medians by the fire rate.
        eight_bit: None for rules that the article's 8-bit format cannot hold.
    """

    organisms: int
    seed: int
    grid: list[int]
    persistence: dict[str, AgeScores]
    regeneration: dict[str, RegrowthScores]
    unseen: dict[str, RegrowthScores]
    repeated: dict[str, RegrowthScores]
    remnants: dict[str, RegrowthScores]
    rotation: dict[str, float]
    sizes: dict[str, float]
    neighbours: float
    fire_rates: dict[str, float]
    eight_bit: RoundedReport | None


class BodiesReport(TypedDict):
    """All that was measured of an organism with signals.

    Attributes:
        organisms, seed: how many states were grown, and the random seed.
        bodies: by the name of a signal.
        switches: by the name of the old signal, then of the new one.
    """

    organisms: int
    seed: int
    bodies: dict[str, Report]
    switches: dict[str, dict[str, SwitchScores]]
