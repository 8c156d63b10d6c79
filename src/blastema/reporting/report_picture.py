"""The page of an evaluation: persistence, regeneration and rotation of an organism, as charts and contact sheets."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from blastema.analysis.records import Report
from blastema.analysis.report import (
    DAMAGE_TABLES,
    DAMAGED,
    EIGHT_BIT,
    MEDIAN,
    REGREW,
    WORST,
    Section,
    damage_scores,
    later,
    sections,
)
from blastema.render.chart import BLUE, FAINT, GREEN, INK, ORANGE, chart
from blastema.render.colour import WHITE
from blastema.render.layout import beside, cropped, stack, titled
from blastema.render.lettering import font, legible
from blastema.render.picture import sheet

WIDTH, MARGIN, GAP = 1120, 32, 28
# Limits of the loss axis, which an exploded organism would stretch too far.
LIMITS = (-12.0, 1.0)


def report_picture(title: str, report: Report, states: dict[str, list[np.ndarray]]) -> Image.Image:
    """Return the page, RGB on white, 1120 pixels wide.

    Args:
        title: names the organism.
        report, states: as in `blastema.analysis.examination.Examination`.
    """
    half = (WIDTH - 2 * MARGIN - GAP) // 2
    tables = sections(report)
    damages = [damage for scores in damage_scores(report).values() for damage in scores]
    damaged = cropped([states[name][moment] for moment in (0, 1) for name in damages], 4)
    ages, grown = [f"{int(age):,} steps" for age in _shown_ages()], cropped(states["ages"], 4)
    rotated = cropped(states["turned"][::3], 2)
    rows = [
        heading(title, _summary(report)),
        beside(_persistence_chart(tables, half), _fire_rate_chart(tables, half), gap=GAP),
        titled("From the seed", _sheet(grown, len(grown), ages)),
        titled(
            "One organism damaged, and 600 steps later; below, how many of all regrew",
            _sheet(damaged, len(damages), [*damages, *_regrew(tables)]),
        ),
        beside(_regrowth_chart(tables, half), _rotation_chart(tables, half), gap=GAP),
        titled("Rotated perception", _sheet(rotated, len(rotated), [f"{angle}°" for angle in range(0, 360, 45)])),
        titled("Two side by side", sheet(cropped(states["pair"], 4), 1, 3)),
    ]
    return stack(*rows, gap=GAP, margin=MARGIN)


def _shown_ages() -> tuple[int, ...]:
    from blastema.analysis.examination import SHOWN

    return SHOWN


def _summary(report: Report) -> str:
    ages = report["persistence"]
    oldest = max(ages, key=int)
    cuts = {name: result["after"]["600"] for name, result in report["regeneration"].items()}
    hardest = max(cuts, key=lambda name: cuts[name])
    return (
        f"log10 of the mean squared difference to the target: {ages['200']['median']:.2f} when grown (200 steps), "
        f"{ages[oldest]['worst']:.2f} the worst of {report['organisms']} after {int(oldest):,}; "
        f"hardest cut: {hardest}, {cuts[hardest]:.2f}"
    )


def _regrew(tables: dict[str, Section]) -> list[str]:
    return [count for key in DAMAGE_TABLES for count in tables[key].rows[REGREW]]


def _persistence_chart(tables: dict[str, Section], width: int) -> Image.Image:
    rows = tables["persistence"].rows
    colours = {MEDIAN: GREEN, WORST: ORANGE, EIGHT_BIT: BLUE}
    series = [(label, rows[label], colour) for label, colour in colours.items() if label in rows]
    columns = tables["persistence"].columns
    return chart("Persistence: loss by age in steps", columns, series, width, limits=LIMITS)


def _fire_rate_chart(tables: dict[str, Section], width: int) -> Image.Image:
    _, rates, rows = tables["fire_rates"]
    series = [(MEDIAN, rows[MEDIAN], GREEN)]
    return chart("Fire rate: loss after equally many updates", rates, series, width, limits=LIMITS)


def _regrowth_chart(tables: dict[str, Section], width: int) -> Image.Image:
    parts = [tables[key] for key in DAMAGE_TABLES]
    colours = {DAMAGED: FAINT, later("100"): BLUE, later("600"): GREEN, later("600", WORST): ORANGE}
    series = [
        (label.removesuffix(f", {MEDIAN}"), [loss for part in parts for loss in part.rows[label]], colour)
        for label, colour in colours.items()
    ]
    damages = [damage for part in parts for damage in part.columns]
    return chart(
        "Regeneration: median loss by damage, and the worst", damages, series, width, line=False, limits=LIMITS
    )


def _rotation_chart(tables: dict[str, Section], width: int) -> Image.Image:
    _, angles, rows = tables["rotation"]
    names = [angle if index % 3 == 0 else "" for index, angle in enumerate(angles)]
    series = [(MEDIAN, rows[MEDIAN], GREEN)]
    return chart("Rotation: loss to the rotated target", names, series, width, limits=LIMITS)


def _sheet(states: Sequence[np.ndarray], columns: int, labels: list[str]) -> Image.Image:
    return sheet(states, columns, _zoom(states[0], columns), labels)


def _zoom(state: np.ndarray, columns: int) -> int:
    return max(1, (WIDTH - 2 * MARGIN) // columns // (state.shape[1] + 4))


def heading(title: str, text: str) -> Image.Image:
    """Return the title of a page, and a line below it."""
    image = Image.new("RGB", (WIDTH - 2 * MARGIN, 58), WHITE)
    draw = ImageDraw.Draw(image)
    draw.text((0, 0), legible(title), INK, font(26), "la")
    draw.text((0, 38), legible(text), FAINT, font(14), "la")
    return image
