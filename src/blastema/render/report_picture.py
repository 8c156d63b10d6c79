"""One page about an organism: how well it lasts, regrows and turns, in curves and in contact sheets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from blastema.render.chart import BLUE, FAINT, GREEN, INK, ORANGE, Series, chart
from blastema.render.colour import WHITE
from blastema.render.layout import beside, cropped, stack, titled
from blastema.render.lettering import font, legible
from blastema.render.picture import sheet

WIDTH, MARGIN, GAP = 1120, 32, 28
# An exploded organism would leave no room for the others.
LIMITS = (-12.0, 1.0)


def report_picture(title: str, report: dict[str, Any], states: dict[str, list[np.ndarray]]) -> Image.Image:
    """Return the page, RGB on white, 1120 pixels wide.

    Args:
        title: what organism it is.
        report, states: as in `blastema.analysis.examination.Examination`.
    """
    half = (WIDTH - 2 * MARGIN - GAP) // 2
    damages = [*report["regeneration"], *report["unseen"]]
    hurt = cropped([states[name][moment] for moment in (0, 1) for name in damages], 4)
    ages, grown = [f"{int(age):,} steps" for age in _shown_ages()], cropped(states["ages"], 4)
    turned = cropped(states["turned"][::3], 2)
    rows = [
        _heading(title, _summary(report)),
        beside(_persistence_chart(report, half), _fire_rate_chart(report, half), gap=GAP),
        titled("From the seed", _sheet(grown, len(grown), ages)),
        titled("Damaged, and 600 steps later", _sheet(hurt, len(damages), [*damages, *_after(report)])),
        beside(_regrowth_chart(report, half), _rotation_chart(report, half), gap=GAP),
        titled("Turned senses", _sheet(turned, len(turned), [f"{angle}°" for angle in range(0, 360, 45)])),
        titled("Two side by side", sheet(cropped(states["pair"], 4), 1, 3)),
    ]
    return stack(*rows, gap=GAP, margin=MARGIN)


def _shown_ages() -> tuple[int, ...]:
    from blastema.analysis.examination import SHOWN

    return SHOWN


def _summary(report: dict[str, Any]) -> str:
    ages = report["persistence"]
    oldest = max(ages, key=int)
    cuts = {name: found["after"]["600"] for name, found in report["regeneration"].items()}
    hardest = max(cuts, key=lambda name: cuts[name])
    return (
        f"log10 of the mean squared difference to the target: {ages['200']['median']:.2f} when grown (200 steps), "
        f"{ages[oldest]['worst']:.2f} the worst of {report['organisms']} after {int(oldest):,}; "
        f"hardest cut: {hardest}, {cuts[hardest]:.2f}"
    )


def _after(report: dict[str, Any]) -> list[str]:
    found = report["regeneration"] | report["unseen"]
    return [f"{one['after']['600']:.2f}" for one in found.values()]


def _persistence_chart(report: dict[str, Any], width: int) -> Image.Image:
    ages = report["persistence"]
    series: list[Series] = [
        ("median", [one["median"] for one in ages.values()], GREEN),
        ("worst", [one["worst"] for one in ages.values()], ORANGE),
    ]
    if report["eight_bit"]:
        rounded = report["eight_bit"]["persistence"].values()
        series.append(("8-bit weights, median", [one["median"] for one in rounded], BLUE))
    return chart("Persistence: loss by age in steps", [f"{int(age):,}" for age in ages], series, width, limits=LIMITS)


def _fire_rate_chart(report: dict[str, Any], width: int) -> Image.Image:
    rates = report["fire_rates"]
    return chart(
        "Fire rates, as many updates for each",
        list(rates),
        [("median", list(rates.values()), GREEN)],
        width,
        limits=LIMITS,
    )


def _regrowth_chart(report: dict[str, Any], width: int) -> Image.Image:
    found = report["regeneration"] | report["unseen"]
    series: list[Series] = [
        ("damaged", [one["damaged"] for one in found.values()], FAINT),
        *((f"{steps} steps later", [one["after"][steps] for one in found.values()], colour)
          for steps, colour in (("100", BLUE), ("600", GREEN))),
    ]  # fmt: skip
    return chart("Regeneration: median loss by damage", list(found), series, width, line=False, limits=LIMITS)


def _rotation_chart(report: dict[str, Any], width: int) -> Image.Image:
    angles = report["rotation"]
    names = [f"{angle}°" if int(angle) % 45 == 0 else "" for angle in angles]
    return chart(
        "Rotation: loss to the turned target", names, [("median", list(angles.values()), GREEN)], width, limits=LIMITS
    )


def _sheet(states: Sequence[np.ndarray], columns: int, labels: list[str]) -> Image.Image:
    return sheet(states, columns, _zoom(states[0], columns), labels)


def _zoom(state: np.ndarray, columns: int) -> int:
    return max(1, (WIDTH - 2 * MARGIN) // columns // (state.shape[1] + 4))


def _heading(title: str, text: str) -> Image.Image:
    image = Image.new("RGB", (WIDTH - 2 * MARGIN, 58), WHITE)
    draw = ImageDraw.Draw(image)
    draw.text((0, 0), legible(title), INK, font(26), "la")
    draw.text((0, 38), legible(text), FAINT, font(14), "la")
    return image
