"""Write docs/recipe.md from what was measured: python tools/write_recipe_docs.py [--check] FILE.

Time to quality has its part of the page, and a picture, once benchmarks/time_to_quality.py has begun to record it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from blastema.render.chart import GREEN, ORANGE, Series, chart
from blastema.render.picture import save

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PICTURE = "pictures/time-to-quality.png"
INTRODUCTION = """# The recipe

How an organism is taught: `src/blastema/training/experiments.py` has the recipes as data. `--recipe article` is the
article's; the default differs from it in three things.

| | article | default |
| --- | --- | --- |
| learning rate | 2e-3, from 25 % of the steps 2e-4 | 4e-3, from 30 % 2e-3, from 60 % 5e-4, from 85 % 1e-4 |
| pool | 1024 organisms | 256, each of which is drawn four times as often |
| damages of the three best of a batch | discs | in turn a disc, a half plane, a square |

A third, `--recipe long`, is the default with rollouts 1.6 times as long from 60 % of the steps on. It takes longer, and
is for large filled pictures, which need longer until what regrew fits to what was left: a 😀 taught 12,000 steps by the
default recipe (`blastema train 😀`, then `--resume` with `--steps 12000`) came back to -1.97 after it had lost its
right half; one taught as many steps by the long recipe, also in two goes, to -3.79, and as well after every other cut
(`blastema evaluate 😀`).

A half plane has any direction and begins at a point near the middle; discs and squares lie anywhere in the middle half.
In both recipes a training goes back to its last milestone when it collapses (all of a batch die, numbers are no longer
finite, the loss stays five times as high as before), and ends with the organism that did best in a held-out evaluation
at one of 16 milestones: seeds that training never drew, ages up to 1000, and 400 steps after each of the article's five
cuts.

After 8000 steps on the lizard, 600 steps after each cut: the article's recipe comes back to -4.05,
-3.80, -2.18, -4.04 and -2.23 (lower, upper, right and left half, centre; `blastema evaluate
benchmarks/lizard.safetensors`), the default one to -4.4 from every cut (`blastema evaluate 🦎`), log10 of the mean
squared difference.

Tried once and left out: late rollouts with weights rounded to 8 bits, the gradients passed straight through. Each step
moves weights across the edges between bytes, and a 💥 regrew worse the longer it went on. Rounding with care afterwards
does better: see [formats](formats.md#distill).

## Candidates, measured

Written by `make docs` from `benchmarks/recipes.json`, which `benchmarks/recipes.py` writes. Regenerating organisms
after {steps} training steps, one training each; log10 of the mean squared difference to the target, lower is better:
the median of 16 organisms 200 steps old; the worst of them after 10,000; medians 600 steps after each cut. Seconds of
one thread.
{surroundings}.

| recipe | target | grown | worst, 10,000 | lower | upper | right | left | centre | disc | s |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""
TIME = """
## Time to quality

Minutes of training on two cores until a regenerating 🦎 is first seen to be good, which is asked at each sixteenth of
8,000 training steps: the worst of 16 organisms after 10,000 steps at or below {old} (until it is near, 1,000 steps tell
enough), and the medians 600 steps after each of the article's five cuts at or below {regrown}. Measured by
`benchmarks/time_to_quality.py`.
{surroundings}.

| recipe | seed | good after | or at the end, above its line by |
| --- | ---: | --- | ---: |
"""
TIME_PICTURE = """
![By how much the worst of these numbers lies above its line, by training step](pictures/time-to-quality.png)
"""
COLOURS = {"blastema": GREEN, "article": ORANGE}
COLUMNS = ("grown", "old", "lower", "upper", "right", "left", "centre", "disc")


def page(found: dict[str, Any], timed: dict[str, Any] | None) -> str:
    """Return the page."""
    lines = [
        " | ".join([f"| {name}", target, *(f"{one['final'][column]:.2f}" for column in COLUMNS), f"{one['seconds']} |"])
        for name, targets in found["results"].items()
        for target, one in targets.items()
    ]
    start = INTRODUCTION.format(steps=f"{found['steps']:,}", surroundings=machine(found))
    return start + "\n".join(lines) + "\n" + (time_to_quality(timed) if timed else "")


def time_to_quality(timed: dict[str, Any]) -> str:
    """Return the part of the page on how long it takes until an organism is good."""
    times = [
        f"| {name} | {seed} | {when(curve[-1])} |"
        for name, seeds in timed["results"].items()
        for seed, curve in seeds.items()
    ]
    return TIME.format(surroundings=machine(timed), **timed["lines"]) + "\n".join(times) + "\n" + TIME_PICTURE


def machine(found: dict[str, Any]) -> str:
    """Return where and when something was measured."""
    return f"{found['surroundings']['processor']}, {found['surroundings']['date']}"


def when(last: dict[str, float]) -> str:
    """Return two cells: after which time a training was good, or how it ended."""
    minutes = f"{last['seconds'] / 60:.1f} min, step {last['step']:,}"
    return f"{minutes} |" if last["excess"] <= 0 else f"not within {minutes} | {last['excess']:.1f}"


def write_picture(timed: dict[str, Any], path: Path) -> None:
    """Write the curves: how far the worst number of an organism lies above its line."""
    series: list[Series] = [
        (f"{name}, seed {seed}", [found["excess"] for found in curve], COLOURS[name])
        for name, seeds in timed["results"].items()
        for seed, curve in seeds.items()
    ]
    longest = max((curve for seeds in timed["results"].values() for curve in seeds.values()), key=len)
    steps = [f"{found['step']:,}" for found in longest]
    save(chart("How far the worst number lies above its line, by training step", steps, series, 900), path)


if __name__ == "__main__":
    path = Path(sys.argv[-1])
    found = json.loads((BENCHMARKS / "recipes.json").read_text())
    record = BENCHMARKS / "time_to_quality.json"
    timed = json.loads(record.read_text()) if record.exists() else None
    text = page(found, timed)
    if "--check" not in sys.argv:
        path.write_text(text)
        if timed:
            write_picture(timed, path.parent / PICTURE)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} is not what the benchmarks recorded; run: make docs")
