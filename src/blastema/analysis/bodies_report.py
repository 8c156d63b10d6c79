"""The report of an organism with signals as titled tables."""

from typing import Any

from blastema.analysis.records import BodiesReport, Report, SwitchScores
from blastema.analysis.report import Section
from blastema.analysis.switching import AFTER


def bodies_sections(report: BodiesReport) -> list[Section]:
    """Return the tables of a report, in the order in which they are shown."""
    bodies, organisms = report["bodies"], report["organisms"]
    cuts = list(next(iter(bodies.values()))["regeneration"])
    switches = report["switches"]
    return [
        Section(
            "Bodies: grown, the oldest and worst, and the median 600 steps after each cut",
            ["grown", "10,000, worst", *cuts],
            {name: _body(body) for name, body in bodies.items()},
        ),
        Section(
            "Recovery in percent after damage, median: 100 if the loss is that of before",
            cuts,
            {name: _recoveries(body) for name, body in bodies.items()},
        ),
        Section(
            f"How many of {organisms} regrew", cuts, {name: _regrew(body, organisms) for name, body in bodies.items()}
        ),
        Section(
            f"Switches, from row to column: median {AFTER} steps later",
            list(bodies),
            {old: [one["median"] for one in row.values()] for old, row in switches.items()},
        ),
        Section(
            "Recovery in percent after a switch, median: 100 if the new body is as good as grown from a seed cell",
            list(bodies),
            {
                old: ["" if old == new else _percent(one["recovery"]) for new, one in row.items()]
                for old, row in switches.items()
            },
        ),
    ]


def hardest_switch(report: BodiesReport) -> tuple[str, str, SwitchScores]:
    """Return the old and the new body of the switch with the lowest median recovery, and its numbers."""
    switches = [(old, new, one) for old, row in report["switches"].items() for new, one in row.items() if old != new]
    return min(switches, key=lambda switch: switch[2]["recovery"])


def _body(report: Report) -> list[Any]:
    ages = report["persistence"]
    oldest = max(ages, key=int)
    cuts = [list(result["after"].values())[-1] for result in report["regeneration"].values()]
    return [ages["200"]["median"], ages[oldest]["worst"], *cuts]


def _regrew(report: Report, organisms: int) -> list[Any]:
    return [f"{result['regrew']} of {organisms}" for result in report["regeneration"].values()]


def _recoveries(report: Report) -> list[Any]:
    return [_percent(result["recovery"]) for result in report["regeneration"].values()]


def _percent(recovery: float) -> str:
    return f"{100 * recovery:.2f}"
