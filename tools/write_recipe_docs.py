"""Write docs/recipe.md from what was measured: python tools/write_recipe_docs.py [--check] FILE.

Time to quality has its part of the page, and a picture, once benchmarks/time_to_quality.py has begun to record it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from blastema.damage import ARTICLE_CUTS
from blastema.render.chart import BLUE, GREEN, ORANGE, Series, chart
from blastema.render.picture import save
from blastema.targets import load_target
from blastema.targets.emoji import ARTICLE

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PICTURE = "pictures/time-to-quality.png"
INTRODUCTION = """# The recipe

How an organism is trained: `src/blastema/training/experiments.py` has the recipes as data. `--recipe article` is the
article's; the default differs from it in three things.

| | article | default |
| --- | --- | --- |
| learning rate | 2e-3, from 25 % of the steps 2e-4 | 4e-3, from 30 % 2e-3, from 60 % 5e-4, from 85 % 1e-4 |
| pool | 1024 organisms | 256, each of which is drawn four times as often |
| damages of the three best of a batch | discs | in turn a disc, a half plane, a square |

A third, `--recipe long`, is the default with rollouts 1.6 times as long from 60 % of the steps on. It takes longer, and
is for large filled pictures, which need longer before regrown tissue blends with the rest: a 😀 trained for 12,000
steps with the default recipe (`blastema train 😀`, then `--resume` with `--steps 12000`) did not regrow its right half;
one trained equally long with the long recipe, also in two runs, regrew after every cut (`blastema evaluate 😀`).

A fourth, `further`, is for an organism that is trained already: `python tools/train_zoo.py --further NAME` starts from
its weights. Visitors erase with strokes, so those to be damaged get up to nine cuts in one place, two to eight steps
apart. Rollouts are 1.8 times as long from the beginning: of an organism that is cut again and again, each side regrows
the other by itself, and only later do the two meet and fit, or not. Rates are 5e-4, from 30 % of the steps 2e-4, from
60 % 1e-4, from 80 % 3e-5. The best milestone is the one that does best after five and nine centre cuts, too. The lizard
that ships was trained by trials of this recipe, one after another, as its record says.
[Measured below](#cuts-in-a-row).

A half plane has any direction and begins at a point near the middle; discs and squares lie anywhere in the middle half.
In both recipes a training goes back to its last milestone when it collapses (all of a batch die, numbers are no longer
finite, the loss stays five times as high as before), and ends with the organism that did best in a held-out evaluation
at one of 16 milestones: seeds that training never drew, ages up to 1000, and 400 steps after each of the article's five
cuts.

Tried once and left out: late rollouts with weights rounded to 8 bits, the gradients passed straight through. Each step
moves weights across the edges between bytes, and a 💥 regrew worse the longer it went on. Rounding with care afterwards
does better: see [formats](formats.md#distill).

## Candidates, measured

Written by `make docs` from `benchmarks/recipes.json`, which `benchmarks/recipes.py` writes; `benchmarks/candidates.py`
says what each candidate is. Regenerating organisms of pictures of {fit} cells, one wide, one thin, one of many parts,
after {steps} training steps. Log10 of the mean squared difference to the target, lower is better: the worst of 16
organisms after 10,000 steps, and the hardest of the article's five cuts, the median 600 steps later. Mean: of these
six. 8 bits: what the worst of these six loses to rounding; where it is large, a cut that only just healed no longer
does. Seconds of one thread, for the three.
{surroundings}.

| recipe | {targets} | mean | 8 bits | s |
| --- | {columns}---: | ---: | ---: |
"""
LUCK = """
The rows with another seed show how much results vary by luck alone. The means of both seeds, over the pictures:

| recipe | 10,000 | cut | mean |
| --- | ---: | ---: | ---: |
"""
CONCLUSION = """
The rates are what matters most. They alone last longest; with more kinds of damage and a small pool organisms last less
long and come back better from the cut that is hardest for them, by no more than luck can do in so few trainings. What
was added to all three is within luck, too, or does harm: a loss on late change, averaging weights, seeds at the
beginning. Rates that fall as a cosine did best here, but not at length, [below](#time-to-quality), where the default
was good sooner than the article's recipe with two seeds of three.
"""
BEGINNINGS = """
## Overgrown beginnings

A large picture first grows far beyond its edges, which takes time. Of trainings of {steps} steps on a {target} of {fit}
cells, {cells} of which live when it is grown, one each: cells that live after a rollout, and seconds of one thread, in
the first tenth; seconds in all; and the numbers of the table above. From `benchmarks/beginnings.json`, which
`benchmarks/recipes.py --steps {plain} --fit {fit} --targets {target} --out benchmarks/beginnings.json` writes, given
the names of the recipes.
{surroundings}.

| recipe | living cells | s | s in all | 10,000 | cut |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
BEGUN = """
Both avoid it: a cost on alpha outside the picture, and seeds for half of a batch. They save most of a tenth of the
time, and do no harm here; in the short trainings above seeds did. The default does neither: it stays simple.
"""
TIME = """
## Time to quality

Minutes of training on two cores until a regenerating 🦎 is first seen to be good, which is asked at each sixteenth of
8,000 training steps: the worst of 16 organisms after 10,000 steps at or below {old} (until it is near, 1,000 steps tell
enough), and the medians 600 steps after each of the article's five cuts at or below {regrown}. Cosine: the default
with rates that fall as a cosine. Measured by `benchmarks/time_to_quality.py`.
{surroundings}.

| recipe | seed | good after | or at the end, above its line by |
| --- | ---: | --- | ---: |
"""
TIME_PICTURE = """
![How far the worst of these numbers lies above its line, by training step, for each seed](pictures/time-to-quality.png)
"""
CUTS = """
## Cuts in a row

How many of {organisms} organisms regrew after so many centre cuts in a row at step 200, five steps apart, and the
median of their log10 loss, 600 steps later; regrew means that at least 90% of the damage was repaired. Measured by
`benchmarks/cuts_in_a_row.py`.
{surroundings}.

| | {columns} |
| --- | {rule} |
"""
COLOURS = {"blastema": GREEN, "article": ORANGE, "cosine": BLUE}
SEEDS = ", another seed"
LARGE = "😀"


def page(found: dict[str, Any], beginnings: dict[str, Any], cuts: dict[str, Any], timed: dict[str, Any] | None) -> str:
    """Return the page."""
    targets = sorted(next(iter(found["results"].values())), key=list(ARTICLE).index)
    heads = " | ".join(f"{target} 10,000 | {target} cut" for target in targets)
    start = INTRODUCTION.format(
        targets=heads, columns="---: | ---: | " * len(targets), fit=found["fit"], steps=f"{found['steps']:,}",
        surroundings=machine(found),
    )  # fmt: skip
    results = found["results"]
    rows = [
        candidate(name, [results[name][target] for target in targets])
        for first in results
        for name in (first, first + SEEDS)
        if not first.endswith(SEEDS) and name in results
    ]
    parts = [start + "\n".join(rows) + "\n", of_both_seeds(results), beginning(beginnings), cuts_in_a_row(cuts)]
    return "".join([*parts, time_to_quality(timed) if timed else ""])


def candidate(name: str, tried: list[dict[str, Any]]) -> str:
    """Return a candidate's row of the table."""
    exact, rounded = ([number for one in tried for number in of(one[kind])] for kind in ("final", "eight_bit"))
    lost = max(after - before for before, after in zip(exact, rounded, strict=True))
    cells = [f"{number:.2f}" for number in (*exact, sum(exact) / len(exact))]
    return " | ".join([f"| {name}", *cells, f"{lost:.2f}", f"{sum(one['seconds'] for one in tried):,} |"])


def of_both_seeds(results: dict[str, Any]) -> str:
    """Return the part of the page on luck, and on what remains beside it."""
    rows = []
    for name in results:
        if name + SEEDS in results:
            pairs = [of(one["final"]) for seed in (name, name + SEEDS) for one in results[seed].values()]
            old, cut = (sum(numbers) / len(pairs) for numbers in zip(*pairs, strict=True))
            rows.append(f"| {name} | {old:.2f} | {cut:.2f} | {(old + cut) / 2:.2f} |")
    return LUCK + "\n".join(rows) + "\n" + CONCLUSION


def of(measured: dict[str, float]) -> tuple[float, float]:
    """Return how it lasts, and how it regrows after the cut that is hardest for it."""
    return measured["old"], max(measured[cut] for cut in ARTICLE_CUTS)


def beginning(found: dict[str, Any]) -> str:
    """Return the part of the page on how trainings begin."""
    rows = []
    for name, tried in found["results"].items():
        one = tried[LARGE]
        first, (old, cut) = one["curve"][0], of(one["final"])
        rows.append(f"| {name} | {first['living']:,} | {first['seconds']} | {one['seconds']} | {old:.2f} | {cut:.2f} |")
    cells = int((load_target(LARGE, fit=found["fit"])[..., 3] > 0.1).sum())
    text = BEGINNINGS.format(
        steps=f"{found['steps']:,}", plain=found["steps"], target=LARGE, fit=found["fit"], cells=f"{cells:,}",
        surroundings=machine(found),
    )  # fmt: skip
    return text + "\n".join(rows) + "\n" + BEGUN


def time_to_quality(timed: dict[str, Any]) -> str:
    """Return the part of the page on how long it takes until an organism is good."""
    times = [
        f"| {name} | {seed} | {when(curve[-1])} |"
        for name, seeds in timed["results"].items()
        for seed, curve in seeds.items()
    ]
    return TIME.format(surroundings=machine(timed), **timed["lines"]) + "\n".join(times) + "\n" + TIME_PICTURE


def cuts_in_a_row(found: dict[str, Any]) -> str:
    """Return the part about cuts in a row."""
    counts = list(next(iter(found["measured"].values())))
    heads = [f"{count} cut{'s' if count != '1' else ''}" for count in counts]
    rows = [
        " | ".join([f"| {name}", *(f"{result['regrew']} ({result['median']:.2f})" for result in results.values())])
        + " |"
        for name, results in found["measured"].items()
    ]
    start = CUTS.format(
        organisms=found["organisms"], surroundings=machine(found), columns=" | ".join(heads),
        rule=" | ".join("---:" for _ in heads),
    )  # fmt: skip
    return start + "\n".join(rows) + "\n"


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
        (name if number == 0 else "", [found["excess"] for found in curve], COLOURS[name])
        for name, seeds in timed["results"].items()
        for number, curve in enumerate(seeds.values())
    ]
    longest = max((curve for seeds in timed["results"].values() for curve in seeds.values()), key=len)
    steps = [f"{found['step']:,}" for found in longest]
    title = "How far the worst number lies above its line, by training step"
    save(chart(title, steps, series, 900, limits=(-1, 3)), path)


if __name__ == "__main__":
    path = Path(sys.argv[-1])
    found = json.loads((BENCHMARKS / "recipes.json").read_text())
    record = BENCHMARKS / "time_to_quality.json"
    timed = json.loads(record.read_text()) if record.exists() else None
    beginnings, cuts = (
        json.loads((BENCHMARKS / f"{name}.json").read_text()) for name in ("beginnings", "cuts_in_a_row")
    )
    text = page(found, beginnings, cuts, timed)
    if "--check" not in sys.argv:
        path.write_text(text)
        if timed:
            write_picture(timed, path.parent / PICTURE)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} is not what the benchmarks recorded; run: make docs")
