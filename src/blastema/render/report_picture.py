"""One page about an organism: how well it lasts, regrows and turns, in curves and in contact sheets."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from blastema.render.colour import WHITE
from blastema.render.lettering import font, legible
from blastema.render.picture import sheet
from blastema.rule import ALPHA

WIDTH, MARGIN, GAP = 1120, 32, 28
INK, FAINT, GRID = (30, 30, 30), (120, 120, 120), (228, 228, 228)
GREEN, ORANGE, BLUE = (21, 128, 61), (217, 119, 6), (37, 99, 235)
ALIVE = 0.1
# Drawn so many times larger, then reduced: Pillow's lines have steps.
FINE = 2
CHART_HEIGHT, LEFT, BOTTOM, TOP = 250, 52, 40, 34

Series = tuple[str, Sequence[float], tuple[int, int, int]]


def report_picture(title: str, report: dict[str, Any], states: dict[str, list[np.ndarray]]) -> Image.Image:
    """Return the page, RGB on white, 1120 pixels wide.

    Args:
        title: what organism it is.
        report, states: as in `blastema.analysis.examination.Examination`.
    """
    half = (WIDTH - 2 * MARGIN - GAP) // 2
    damages = [*report["regeneration"], *report["unseen"]]
    hurt = _cropped([states[name][moment] for moment in (0, 1) for name in damages], 4)
    ages, grown = [f"{int(age):,} steps" for age in _shown_ages()], _cropped(states["ages"], 4)
    turned = _cropped(states["turned"][::3], 2)
    rows = [
        _heading(title, _summary(report)),
        _side_by_side(_persistence_chart(report, half), _fire_rate_chart(report, half)),
        _titled("From the seed", _sheet(grown, len(grown), ages)),
        _titled("Damaged, and 600 steps later", _sheet(hurt, len(damages), [*damages, *_after(report)])),
        _side_by_side(_regrowth_chart(report, half), _rotation_chart(report, half)),
        _titled("Turned senses", _sheet(turned, len(turned), [f"{angle}°" for angle in range(0, 360, 45)])),
        _titled("Two side by side", sheet(_cropped(states["pair"], 4), 1, 3)),
    ]
    whole = Image.new("RGB", (WIDTH, sum(row.height + GAP for row in rows) + 2 * MARGIN - GAP), WHITE)
    top = MARGIN
    for row in rows:
        whole.paste(row, (MARGIN, top))
        top += row.height + GAP
    return whole


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
    return _chart("Persistence: loss by age in steps", [f"{int(age):,}" for age in ages], series, width)


def _fire_rate_chart(report: dict[str, Any], width: int) -> Image.Image:
    rates = report["fire_rates"]
    return _chart("Fire rates, as many updates for each", list(rates), [("median", list(rates.values()), GREEN)], width)


def _regrowth_chart(report: dict[str, Any], width: int) -> Image.Image:
    found = report["regeneration"] | report["unseen"]
    series: list[Series] = [
        ("damaged", [one["damaged"] for one in found.values()], FAINT),
        *((f"{steps} steps later", [one["after"][steps] for one in found.values()], colour)
          for steps, colour in (("100", BLUE), ("600", GREEN))),
    ]  # fmt: skip
    return _chart("Regeneration: median loss by damage", list(found), series, width, line=False)


def _rotation_chart(report: dict[str, Any], width: int) -> Image.Image:
    angles = report["rotation"]
    names = [f"{angle}°" if int(angle) % 45 == 0 else "" for angle in angles]
    return _chart("Rotation: loss to the turned target", names, [("median", list(angles.values()), GREEN)], width)


def _chart(title: str, names: list[str], series: list[Series], width: int, line: bool = True) -> Image.Image:
    """Return a chart of a few numbers by name; lower is better."""
    image = Image.new("RGB", (width * FINE, CHART_HEIGHT * FINE), WHITE)
    draw = ImageDraw.Draw(image)
    values = [value for _, numbers, _ in series for value in numbers]
    low, high = math.floor(min(values) * 2) / 2, min(math.ceil(max(values) * 2) / 2, 1.0)
    high = max(high, low + 1)
    right, bottom = width - 16, CHART_HEIGHT - BOTTOM

    def place(index: int, value: float) -> tuple[float, float]:
        x = LEFT + (index + 0.5) * (right - LEFT) / len(names)
        return x * FINE, (bottom - (min(value, high) - low) / (high - low) * (bottom - TOP)) * FINE

    draw.text((0, 0), title, INK, font(15 * FINE), "la")
    level = low
    while level <= high:
        y = place(0, level)[1]
        draw.line([LEFT * FINE, y, right * FINE, y], GRID, FINE)
        draw.text(((LEFT - 8) * FINE, y), f"{level:.1f}", FAINT, font(12 * FINE), "rm")
        level += 0.5 if high - low <= 4 else 1
    for index, name in enumerate(names):
        draw.text((place(index, low)[0], (bottom + 6) * FINE), name, FAINT, font(11 * FINE), "ma")
    for order, (name, numbers, colour) in enumerate(series):
        points = [place(index, value) for index, value in enumerate(numbers)]
        if line:
            draw.line([part for point in points for part in point], colour, 2 * FINE, joint="curve")
        for x, y in points:
            draw.ellipse([x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], colour)
        draw.text(((LEFT + 130 * order) * FINE, (CHART_HEIGHT - 2) * FINE), name, colour, font(12 * FINE), "ld")
    return image.reduce(FINE)


def _cropped(states: Sequence[np.ndarray], margin: int) -> list[np.ndarray]:
    """Return the states without what is empty in all of them, but for a margin; all of one size."""
    shown = np.any([state[..., ALPHA] > ALIVE for state in states], axis=0)
    if not shown.any():
        return list(states)
    (top, bottom), (left, right) = (
        (max(0, int(found[0]) - margin), int(found[-1]) + 1 + margin)
        for found in (np.flatnonzero(shown.any(axis=axis)) for axis in (1, 0))
    )
    return [state[top:bottom, left:right] for state in states]


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


def _titled(title: str, picture: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (WIDTH - 2 * MARGIN, picture.height + 26), WHITE)
    ImageDraw.Draw(whole).text((0, 0), title, INK, font(15), "la")
    whole.paste(picture, (0, 26))
    return whole


def _side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (WIDTH - 2 * MARGIN, left.height), WHITE)
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + GAP, 0))
    return whole
