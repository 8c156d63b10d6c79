"""The examination of an organism: all measurements in one report, and states to show."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from blastema.analysis.persistence import AT, persistence
from blastema.analysis.records import AgeScores, RegrowthScores, Report, RoundedReport
from blastema.analysis.regeneration import AFTER, CUT_AT, CUTS_IN_A_ROW, REMNANTS, Regrowth, regeneration, remnants
from blastema.analysis.rotation import ANGLES, rotation
from blastema.analysis.subject import Subject, log_of, seeds_for
from blastema.analysis.surroundings import FIRE_RATES, fire_rates, neighbours, other_sizes
from blastema.damage import CUTS, DAMAGES, UNSEEN
from blastema.engines import Engine
from blastema.io.arguments import whole_number
from blastema.machine.memory import check_states
from blastema.organism import Organism
from blastema.quantisation.eight_bit import quantise_gptq
from blastema.rule import Rule
from blastema.rule.grid import LARGEST_WHOLE

ORGANISMS = 16
MOST = 100_000
# Ages shown in the report picture.
SHOWN = (20, 50, 100, 200, 1000, 10000)
# Organisms grown for measurements that vary little.
FEW = 4
# An organism counts as regrown if it repaired at least this share of the damage, and is better than an empty grid.
REGROWN = 0.9


class Examination(NamedTuple):
    """The results of an examination.

    Attributes:
        report: numbers for JSON. All losses are log10 of the mean squared difference over pixels and RGBA, medians
            unless stated otherwise; "mean" is log10 of the mean over organisms, "regrew" counts those that
            repaired at least 90% of the damage.
        states: one organism at the ages `SHOWN`; damaged and regrown, by damage; rotated; two side by side.
    """

    report: Report
    states: dict[str, list[np.ndarray]]


def examine(
    organism: Organism,
    target: np.ndarray,
    engine: Engine,
    seed: int = 0,
    organisms: int = ORGANISMS,
    progress: Callable[[str], None] = lambda _: None,
) -> Examination:
    """Measure an organism; on one engine and instruction set, the same seed gives the same report.

    Args:
        organism: the organism to measure.
        target: float32 `(height, width, 4)`, the picture to compare with; it is grown in grids of this size.
        engine: the engine that grows it.
        seed: determines the organisms' seeds and the random damages.
        organisms: how many are grown for persistence and regeneration, 1 or more, as far as memory holds them.
        progress: called with the name of the next measurement.

    Raises:
        BlastemaError: `seed` or `organisms` is out of range.
    """
    seed, organisms = whole_number("seed", seed, 0, LARGEST_WHOLE), whole_number("organisms", organisms, 1, MOST)
    height, width, _ = target.shape
    # Few are grown in grids of twice the height and width, see `other_sizes`.
    check_states(max(organisms, 4 * min(FEW, organisms)), height, width, organism.rule.channels)
    subject, seeds = Subject(organism, target, engine), seeds_for(organisms, seed)
    few, empty = seeds[:FEW], _empty(subject)
    progress("persistence")
    by_age = _persistence(subject, seeds)
    states: dict[str, list[np.ndarray]] = {"ages": _at_ages(subject, seeds[:1])}

    def summaries(regrowths: dict[str, Regrowth]) -> dict[str, RegrowthScores]:
        states.update({damage: list(regrowth.states) for damage, regrowth in regrowths.items()})
        return {damage: _summary(regrowth, empty) for damage, regrowth in regrowths.items()}

    progress("regeneration")
    after_cuts = summaries(_regeneration(subject, seeds, seed, CUTS))
    progress("damages that training never saw")
    after_unseen = summaries(_regeneration(subject, seeds, seed, UNSEEN))
    progress("cuts in a row")
    repeated = summaries(_cuts_in_a_row(subject, seeds))
    progress("remnants")
    from_remnants = summaries(_remnants(subject, seeds, seed))
    progress("rotation")
    rotated_losses, rotated = rotation(subject, few)
    states["turned"] = list(rotated)
    progress("other grids, a neighbour, other fire rates")
    sizes = {name: _median(losses) for name, losses in other_sizes(subject, few).items()}
    pair_losses, pair = neighbours(subject, few)
    states["pair"] = [pair]
    by_rate = _medians(FIRE_RATES, fire_rates(subject, few))
    eight_bit = None
    if organism.rule == Rule().replace(fire_rate=organism.rule.fire_rate, edge=organism.rule.edge):
        progress("8-bit weights")
        eight_bit = _eight_bit(subject, seeds, seed)
    report = Report(
        organisms=organisms, seed=seed, grid=[height, width], persistence=by_age, regeneration=after_cuts,
        unseen=after_unseen, repeated=repeated, remnants=from_remnants, rotation=_medians(ANGLES, rotated_losses),
        sizes=sizes, neighbours=_median(pair_losses), fire_rates=by_rate, eight_bit=eight_bit,
    )  # fmt: skip
    return Examination(report, states)


def _persistence(subject: Subject, seeds: np.ndarray) -> dict[str, AgeScores]:
    losses = persistence(subject, seeds)
    return {
        str(age): {"median": _median(row), "mean": _of_mean(row), "worst": round(float(row.max()), 3)}
        for age, row in zip(AT, losses, strict=True)
    }


def _at_ages(subject: Subject, seeds: np.ndarray) -> list[np.ndarray]:
    batch, age, states = subject.seeds(seeds), 0, []
    for next_age in SHOWN:
        batch, age = subject.grown(batch, next_age - age), next_age
        states.append(batch.states[0])
    return states


def _regeneration(subject: Subject, seeds: np.ndarray, seed: int, damages: tuple[str, ...]) -> dict[str, Regrowth]:
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    return {
        name: regeneration(subject, grown, DAMAGES[name], np.random.default_rng([seed, number]))
        for number, name in enumerate(damages)
    }


def _cuts_in_a_row(subject: Subject, seeds: np.ndarray) -> dict[str, Regrowth]:
    grown, draw = subject.grown(subject.seeds(seeds), CUT_AT), np.random.default_rng(0)
    centre = DAMAGES["centre"]
    return {f"{cuts} x centre": regeneration(subject, grown, centre, draw, cuts=cuts) for cuts in CUTS_IN_A_ROW}


def _remnants(subject: Subject, seeds: np.ndarray, seed: int) -> dict[str, Regrowth]:
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    return {
        name: remnants(subject, grown, part, np.random.default_rng([seed, number]))
        for number, (name, part) in enumerate(REMNANTS.items())
    }


def _summary(regrowth: Regrowth, empty: float) -> RegrowthScores:
    # Damage changes nothing in a dead or exploded organism; that does not count as regrown.
    regrew = (regrowth.recovery >= REGROWN) & (regrowth.after[-1] < empty)
    return {
        "before": _median(regrowth.before),
        "damaged": _median(regrowth.damaged),
        "after": _medians(AFTER, regrowth.after),
        "mean": _of_mean(regrowth.after[-1]),
        "worst": round(float(regrowth.after[-1].max()), 3),
        "recovery": _median(regrowth.recovery),
        "regrew": int(regrew.sum()),
    }


def _empty(subject: Subject) -> float:
    """Return log10 of the loss of an empty grid, with a little room for rounding."""
    return float(log_of(np.mean(subject.target**2))) - 0.01


def _eight_bit(subject: Subject, seeds: np.ndarray, seed: int) -> RoundedReport:
    organism = subject.organism
    weights = quantise_gptq(organism.rule, organism.weights, *subject.target.shape[:2]).weights
    rounded = replace(subject, organism=replace(organism, weights=weights))
    results = _regeneration(rounded, seeds, seed, CUTS)
    return {
        "persistence": _persistence(rounded, seeds),
        "regeneration": {name: _summary(regrowth, _empty(subject)) for name, regrowth in results.items()},
    }


def _medians(names: tuple[float, ...], losses: np.ndarray) -> dict[str, float]:
    return {str(name): _median(row) for name, row in zip(names, losses, strict=True)}


def _median(losses: np.ndarray) -> float:
    return round(float(np.median(losses)), 3)


def _of_mean(losses: np.ndarray) -> float:
    """Return log10 of the mean of the losses, which a single failure can dominate."""
    return round(float(np.log10(np.mean(10.0**losses))), 3)
