"""Write docs/recipe.md from the recorded measurements.

The section on time to quality, with its picture, is written if benchmarks/time_to_quality.json exists.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from blastema.damage import ARTICLE_CUTS
from blastema.render.chart import BLUE, GREEN, ORANGE, PURPLE, RED, Series, chart
from blastema.render.picture import save
from blastema.targets import load_target
from blastema.targets.emoji import ARTICLE_EMOJI
from generated_file import command_line, write_or_check

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PICTURE = "pictures/time-to-quality.png"
INTRODUCTION = """# The recipe

A recipe says how an organism is trained; `src/blastema/training/experiments.py` holds the recipes as data. `--recipe
article` is the article's; the default differs from it in four ways.

| | article | default |
| --- | --- | --- |
| learning rate | 2e-3, from 25 % of the steps 2e-4 | 4e-3, from 30 % 2e-3, from 60 % 5e-4, from 85 % 1e-4 |
| warm-up | none | over 200 steps |
| pool | 1024 states | 256, so each state is drawn four times as often |
| damages of the three best of a batch | discs | in turn a disc, a half plane, a square |

A third recipe, `--recipe long`, is the default with rollouts 1.6 times as long from 60 % of the steps on. Training
takes longer. It is for large filled pictures, which need longer before regrown tissue blends with the rest: a 😀
trained for 12,000 steps with the default recipe (`blastema train 😀`, then `--resume` with `--steps 12000`) did not
regrow its right half; one trained equally long with the long recipe, also in two runs, regrew after every cut
(`blastema evaluate 😀`).

A fourth, `further`, continues the training of an existing organism: `python tools/train_zoo.py --further NAME` starts
from its weights. Users erase with strokes, so each damaged state gets up to nine cuts in one place, two to eight
steps apart. Rollouts are twice as long from the start: after repeated cuts, each side first regrows the other by
itself; only later do the two meet, and they may or may not fit. Learning rates are 5e-4, from 30 % of the steps 2e-4,
from 60 % 1e-4, from 80 % 3e-5. Validation also includes five and nine centre cuts. The lizard that ships was trained
by several trials of this recipe, one after another, as its record says. [Measured below](#cuts-in-a-row). Planarian,
butterfly and explosion were trained by it for 4,000 steps each. A 😀 (12,000 steps) and a 🐠 (4,000) then regrew after
nine cuts in a row in 15 and 12 of 16 instead of 0 and 3, but less often after a single one: the 😀 from half of its
cells in 9 of 16 instead of 16, the 🐠 after its right half was cut with a median of -2.8. Neither of them ships.

`swarm`, too, is for an existing organism, one that shall grow where each cell has a clock of its own
([firmware.md](firmware.md)). It is `further` with cells that fire in half, a quarter and an eighth of the steps in turn
(`slowed=1,2,4`) and rollouts that are longer by as much; damages are in turn a half plane, a disc and the article's
cuts. 🐠, 😀, 🐞, 🕸 and 🎄 that ship were trained by it for 2,000 steps (with `--from 🎄 --recipe swarm`), 🐠, 😀 and 🕸
after another trial, as their records say. Before, they did not regrow 13 of their 25 cuts in a swarm. Of 16 states, 14,
15, 16, 16 and 16 now regrow after nine centre cuts in a row, instead of 3, 0, 8, 16 and 16. What it costs: from half of
their cells 9, 7, 16, 6 and 7 regrow, instead of 16, 16, 16, 10 and 11; and all losses but those of 🐞 are higher, by
0.04 to 0.12.

`quick` is for a picture of one's own in a minute or two, from the weights of a trained organism. A batch has 4 states
instead of 8, so there are twice as many training steps in the same time, and only one of the 4 is damaged: by a half
plane, a disc or one of the article's cuts. A pool of 64 instead of 256 has old states sooner. Learning rates fall along
a cosine from 6e-3 to 2e-5. The optimiser is Muon (Jordan et al. 2024): the two matrices move along their orthogonalised
momentum, so they learn in all directions at once; biases have Adam. After 800 such training steps of a 😀, begun with
🐠, the median loss is 0.0013; with Adam and 4e-3 it is 0.0029 after the same time.
[Measured below](#time-to-quality).

Warm-up: the learning rate rises over the first 200 training steps, or the first quarter if that is shorter. Adam's
first steps at the full rate can destroy what a trained organism has learned: begun with 🐠, without a warm-up, 4 of 20
regenerating 🦖 of 20 cells exploded within 200 training steps, 2 of 16 growing ones and 3 of 16 persistent 🦋; with it,
none did. What is measured below with the default or with Adam was measured before there was a warm-up.

A half plane has a random direction and its edge passes near the middle; discs and squares are centred anywhere in the
middle half. With every recipe, training rolls back to its last milestone after a collapse (all states of a batch are
dead, the loss is no longer finite, or it stays five times as high as before). It ends with the organism that scored
best in validation at one of 16 milestones: seeds that training never drew, ages up to 1000, and 400 steps after each
of the article's five cuts and a random disc.

Tried once and rejected: late rollouts with weights rounded to 8 bits and straight-through gradients. Each step moves
weights across the boundaries between bytes, and the longer it was trained, the worse a 💥 regrew. Error-compensated
rounding after training does better: see [formats](formats.md#distill). With fewer bits that no longer suffices;
`--set bits=0.5,4` rounds to 4 bits in each rollout from half of the steps on. Each hidden unit has a step of its own,
which follows its largest weight. Steps with the least error jump, and cells with them: with 4 bits and a learning rate
of 1e-4, one training step changed a cell's update by 0.019 (root mean square; updates are 0.024) instead of by 0.006.
[small.md](small.md) has the results.

## Candidates, measured

Written by `make docs` from `benchmarks/recipes.json`, which `benchmarks/recipes.py` writes;
`benchmarks/candidates.py` defines the candidates. Each trained three regenerating organisms for {steps} steps, on
pictures of {fit} cells: one wide, one thin, one of many parts. The numbers are log10 of the mean squared difference
to the target, lower is better: the worst of 16 states after 10,000 steps, and the hardest of the article's five cuts
(median, 600 steps later). Mean: over these six. 8 bits: the largest increase of the six through rounding; where it
is large, a cut that only just healed no longer does. Seconds: time of one thread for all three.
{surroundings}.

| recipe | {targets} | mean | 8 bits | s |
| --- | {columns}---: | ---: | ---: |
"""
LUCK = """
The rows with another seed show how much results vary by luck alone. Means of both seeds over the pictures:

| recipe | 10,000 | cut | mean |
| --- | ---: | ---: | ---: |
"""
CONCLUSION = """
The learning rates matter most. On their own they give the best persistence. With more kinds of damage and a small
pool, organisms persist less well and recover better from their hardest cut, but with so few trainings these
differences are within luck. The additions to all three are also within luck, or harmful: a loss on late change,
averaged weights, seed cells at the beginning. Cosine learning rates did best here, but not in full-length trainings
([below](#time-to-quality)). There the default reached the required quality sooner than the article's recipe with two
seeds of three.
"""
BEGINNINGS = """
## Overgrown beginnings

Early in training, a large picture first grows far beyond its edges, which costs time. One training of {steps} steps
per recipe on a {target} of {fit} cells, of which {cells} are alive when it is grown. Living cells after a rollout and
seconds of one thread, both in the first tenth of the training; seconds in total; and the numbers of the table above.
Written from `benchmarks/beginnings.json`, which `benchmarks/recipes.py --steps {plain} --fit {fit} --targets {target}
--out benchmarks/beginnings.json` writes, followed by the names of the recipes.
{surroundings}.

| recipe | living cells | s | s in total | 10,000 | cut |
| --- | ---: | ---: | ---: | ---: | ---: |
"""
BEGINNINGS_CONCLUSION = """
A cost on alpha outside the picture and seed cells for half of each batch both avoid the overgrowth. They save about a
tenth of the time and do no harm here; in the short trainings above, the seed cells did. The default uses neither, for
simplicity.
"""
FROM_TRAINED = """
## Trained organisms as beginnings

`--from 🐠` starts a training from the weights of an organism that never saw the picture. One training a row with the
default recipe and the same random seed, regenerating and {steps} training steps of {fit} cells unless the row says
otherwise: the worst of 16 states after 2,000 steps, and the hardest of the article's five cuts (median, 600 steps
later; growing and persistent organisms are not trained to heal). Seconds of one thread. Measured by
`benchmarks/from_trained.py`.
{surroundings}.

| | {targets} | s |
| --- | {rule}---: |
"""
BEGINNING_FOUND = """
🐠 is the best of these beginnings, and better than random weights for both pictures in all rows but one, the 🎄 of 16
cells. So `blastema train` begins with it unless told otherwise. The default rates suit it.

All this was measured with the 🐠 of before it was trained for swarms, and so was what follows. With the one that
ships, 600 steps give -2.53 and -2.91 for the 🎄, -3.03 and -2.79 for the 😀; 2,000 steps give -4.08 and -4.08, -4.09
and -2.36.
"""
TIME = """
## Time to quality

Minutes of training on two cores until a regenerating organism first meets two thresholds, checked at every sixteenth of
the training: the worst of 16 states after 10,000 steps is at or below {old} (after 1,000 steps while it is still far
off), and the median 600 steps after each of the article's five cuts is at or below {regrown}. In parentheses: trainings
that ended without meeting them, and how far the worst number was above its threshold. Cosine: the default with cosine
learning rates. Trainings take {steps:,} training steps.
{begun}Measured by `benchmarks/time_to_quality.py`.
{machines}.

| target | recipe | {seeds} | median |
| --- | --- | {rule} | ---: |
"""
TIME_BEGUN = """Quick: `--recipe quick`, {quick:,} steps of half as many states, `--from 🐠`, which
never saw these pictures. Nothing: the same with `--from nothing`. Both are looked at towards the end, where the
learning rates are low.
"""
TIME_PICTURE = """
With Adam, without a warm-up and for 3,200 steps, a cosine from 4e-3, `quick` took 1.6, 1.8 and 1.9 minutes for the 🦎,
1.5, 1.8 and 1.7 for the 🎄, 2.5 and 2.2 for the 😀 with two seeds, and missed a threshold with the third (AMD EPYC,
2026-11-30). Tried then, and not better: rollouts of 32 to 64 steps, or batches of 2, after which organisms persist less
well. Tried instead of Muon, and as good: SOAP, which needs to remember more.

![How far the worst number of a {target} lies above its threshold, by minutes](pictures/time-to-quality.png)
"""
CUTS = """
## Cuts in a row

How many of {organisms} lizards regrew after one or several centre cuts in a row, from step 200 on, five steps apart;
in parentheses the median of their log10 loss. Both are measured 600 steps later; regrown means that at least 90% of
the damage was repaired. Measured by `benchmarks/cuts_in_a_row.py`.
{surroundings}.

| | {columns} |
| --- | {rule} |
"""
QUICK, NOTHING, LIZARD, LIZARD_NAME = "quick", "nothing", "🦎", "Lizard"
COLOURS = {"blastema": GREEN, "article": ORANGE, "cosine": BLUE, QUICK: RED, NOTHING: PURPLE}
SEEDS = ", another seed"
LARGE = "😀"


def page(
    trials: dict[str, Any],
    beginnings: dict[str, Any],
    trained: dict[str, Any],
    cuts: dict[str, Any],
    timed: dict[str, Any] | None,
) -> str:
    """Return the page."""
    targets = sorted(next(iter(trials["results"].values())), key=list(ARTICLE_EMOJI).index)
    heads = " | ".join(f"{target} 10,000 | {target} cut" for target in targets)
    start = INTRODUCTION.format(
        targets=heads, columns="---: | ---: | " * len(targets), fit=trials["fit"], steps=f"{trials['steps']:,}",
        surroundings=machine(trials),
    )  # fmt: skip
    results = trials["results"]
    rows = [
        candidate(name, [results[name][target] for target in targets])
        for first in results
        for name in (first, first + SEEDS)
        if not first.endswith(SEEDS) and name in results
    ]
    parts = [start + "\n".join(rows) + "\n", of_both_seeds(results), beginning(beginnings)]
    return "".join([*parts, from_trained(trained), cuts_in_a_row(cuts), time_to_quality(timed) if timed else ""])


def candidate(name: str, tried: list[dict[str, Any]]) -> str:
    """Return a candidate's row of the table."""
    exact, rounded = ([number for trial in tried for number in of(trial[kind])] for kind in ("final", "eight_bit"))
    lost = max(after - before for before, after in zip(exact, rounded, strict=True))
    cells = [f"{number:.2f}" for number in (*exact, sum(exact) / len(exact))]
    return " | ".join([f"| {name}", *cells, f"{lost:.2f}", f"{sum(trial['seconds'] for trial in tried):,} |"])


def of_both_seeds(results: dict[str, Any]) -> str:
    """Return the section on luck and the conclusion."""
    rows = []
    for name in results:
        if name + SEEDS in results:
            pairs = [of(trial["final"]) for seed in (name, name + SEEDS) for trial in results[seed].values()]
            old, cut = (sum(numbers) / len(pairs) for numbers in zip(*pairs, strict=True))
            rows.append(f"| {name} | {old:.2f} | {cut:.2f} | {(old + cut) / 2:.2f} |")
    return LUCK + "\n".join(rows) + "\n" + CONCLUSION


def of(measured: dict[str, float]) -> tuple[float, float]:
    """Return the loss at old age, and the loss after the hardest cut."""
    return measured["old"], max(measured[cut] for cut in ARTICLE_CUTS)


def beginning(trials: dict[str, Any]) -> str:
    """Return the section on the beginning of training."""
    rows = []
    for name, tried in trials["results"].items():
        trial = tried[LARGE]
        first, (old, cut) = trial["curve"][0], of(trial["final"])
        rows.append(
            f"| {name} | {first['living']:,} | {first['seconds']} | {trial['seconds']} | {old:.2f} | {cut:.2f} |"
        )
    living = int((load_target(LARGE, fit=trials["fit"])[..., 3] > 0.1).sum())
    text = BEGINNINGS.format(
        steps=f"{trials['steps']:,}", plain=trials["steps"], target=LARGE, fit=trials["fit"], cells=f"{living:,}",
        surroundings=machine(trials),
    )  # fmt: skip
    return text + "\n".join(rows) + "\n" + BEGINNINGS_CONCLUSION


def from_trained(record: dict[str, Any]) -> str:
    """Return the section on trained organisms as beginnings."""
    usual = record["results"][0]["trial"]
    rows: dict[str, list[dict[str, Any]]] = {}
    for result in record["results"]:
        rows.setdefault(_said(result["trial"], usual), []).append(result)
    targets = list(dict.fromkeys(result["trial"]["target"] for result in record["results"]))
    text = FROM_TRAINED.format(
        steps=usual["steps"], fit=usual["fit"], surroundings=machine(record), rule="---: | ---: | " * len(targets),
        targets=" | ".join(f"{target} 2,000 | {target} cut" for target in targets),
    )  # fmt: skip
    lines = []
    for name, results in rows.items():
        by_target = {result["trial"]["target"]: result for result in results}
        numbers = [number for target in targets for number in of(by_target[target])]
        seconds = sum(result["seconds"] for result in results)
        lines.append(" | ".join([f"| {name}", *(f"{number:.2f}" for number in numbers), f"{seconds} |"]))
    return text + "\n".join(lines) + "\n" + BEGINNING_FOUND if lines else ""


def _said(trial: dict[str, Any], usual: dict[str, Any]) -> str:
    """Return what a training starts from, and how it differs from the usual one."""
    said = {"steps": "{:,} steps", "fit": "{} cells", "rates": "rates: {}", "experiment": "{}"}
    different = [text.format(trial[key]) for key, text in said.items() if trial[key] != usual[key]]
    return ", ".join([f"from {trial['beginning']}", *different])


def time_to_quality(timed: dict[str, Any]) -> str:
    """Return the section on time to quality."""
    results = timed["results"]
    count = max(len(seeds) for names in results.values() for seeds in names.values())
    machines = {
        machine(result): None for names in results.values() for seeds in names.values() for result in seeds.values()
    }
    rows = [
        times(target, name, seeds, count, timed["steps"][name])
        for target, names in results.items()
        for name, seeds in names.items()
    ]
    heads = " | ".join(f"seed {seed}" for seed in range(count))
    has_quick = any(QUICK in names for names in results.values())
    text = TIME.format(
        machines="; ".join(machines), steps=timed["steps"]["blastema"],
        begun=TIME_BEGUN.format(**timed["steps"]) if has_quick else "",
        seeds=heads, rule=" | ".join(["---:"] * count), **timed["lines"],
    )  # fmt: skip
    return text + "\n".join(rows) + "\n" + TIME_PICTURE.format(target=LIZARD)


def times(target: str, name: str, seeds: dict[str, Any], count: int, steps: int) -> str:
    """Return the row of an approach: the minutes with each seed, and their median if all are known."""
    lasts = [seeds[str(seed)]["curve"][-1] for seed in range(count) if str(seed) in seeds]
    # A training that did not meet the thresholds would have taken longer.
    minutes = sorted(last["seconds"] / 60 if last["seconds"] and last["excess"] <= 0 else math.inf for last in lasts)
    median = minutes[len(minutes) // 2] if len(lasts) == count else math.inf
    cells = [
        *(when(last, steps) for last in lasts),
        *[""] * (count - len(lasts)),
        f"{median:.1f}" if median < math.inf else "",
    ]
    return f"| {target} | {name} | {' | '.join(cells)} |"


def was_timed(one: dict[str, Any]) -> bool:
    """Return whether the seconds of a training are known."""
    return one["curve"][-1]["seconds"] is not None


def cuts_in_a_row(measurement: dict[str, Any]) -> str:
    """Return the section on cuts in a row."""
    counts = list(next(iter(measurement["measured"].values())))
    heads = [f"{count} cut{'s' if count != '1' else ''}" for count in counts]
    rows = [
        " | ".join([f"| {name}", *(f"{result['regrew']} ({result['median']:.2f})" for result in results.values())])
        + " |"
        for name, results in measurement["measured"].items()
    ]
    start = CUTS.format(
        organisms=measurement["organisms"], surroundings=machine(measurement), columns=" | ".join(heads),
        rule=" | ".join("---:" for _ in heads),
    )  # fmt: skip
    return start + "\n".join(rows) + "\n"


def machine(results: dict[str, Any]) -> str:
    """Return the machine and the date of a measurement."""
    return f"{results['surroundings']['processor']}, {results['surroundings']['date']}"


def when(last: dict[str, float], steps: int) -> str:
    """Return the minutes until the thresholds were met, or how far off the training of so many steps ended."""
    if last["excess"] > 0 and last["step"] < steps:
        return "not finished"
    minutes = "not timed" if last["seconds"] is None else f"{last['seconds'] / 60:.1f}"
    return minutes if last["excess"] <= 0 else f"({minutes}, {last['excess']:.1f} above)"


def write_picture(timed: dict[str, Any], path: Path) -> None:
    """Draw the curves: how far the worst number of an organism lies above its threshold."""
    named = timed["results"][LIZARD]
    named = {name: {seed: one for seed, one in seeds.items() if was_timed(one)} for name, seeds in named.items()}
    longest = max(one["curve"][-1]["seconds"] for seeds in named.values() for one in seeds.values())
    moments = [15 * number for number in range(1, math.ceil(longest / 15) + 1)]
    series: list[Series] = [
        (name if number == 0 else "", by_time(one["curve"], moments), COLOURS[name])
        for name, seeds in named.items()
        for number, one in enumerate(seeds.values())
    ]
    labels = [f"{moment / 60:.0f}" if moment % 60 == 0 else "" for moment in moments]
    title = f"{LIZARD_NAME}: how far the worst number lies above its threshold, by minutes of training"
    save(chart(title, labels, series, 900, limits=(-1, 3)), path)


def by_time(curve: list[dict[str, float]], moments: list[int]) -> list[float]:
    """Return the distance above the threshold at each moment, on lines between measurements; NaN before the first."""
    seconds, above = ([checked[key] for checked in curve] for key in ("seconds", "excess"))
    until = [moment for moment in moments if moment < seconds[-1] + 15]
    return [float(value) for value in np.interp(until, seconds, above, left=math.nan)]


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    trials = json.loads((BENCHMARKS / "recipes.json").read_text())
    record = BENCHMARKS / "time_to_quality.json"
    timed = json.loads(record.read_text()) if record.exists() else None
    beginnings, trained, cuts = (
        json.loads((BENCHMARKS / f"{name}.json").read_text())
        for name in ("beginnings", "from_trained", "cuts_in_a_row")
    )
    write_or_check(chosen.path, page(trials, beginnings, trained, cuts, timed), chosen.check)
    if timed and not chosen.check:
        write_picture(timed, chosen.path.parent / PICTURE)
