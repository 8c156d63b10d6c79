"""Write docs/small.md and its picture from benchmarks/small.json."""

import json
import math
import statistics
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from blastema.damage import ARTICLE_CUTS
from blastema.render.chart import BLUE, GREEN, HEIGHT, INK, ORANGE, PURPLE, RED, chart
from blastema.render.colour import WHITE
from blastema.render.picture import save
from blastema.targets.emoji import ARTICLE_EMOJI
from generated_file import command_line, write_or_check

RESULTS = Path(__file__).parents[1] / "benchmarks/small.json"
PICTURE = "pictures/small.png"
# The aim: so many bytes at most, and no loss above this.
MOST_BYTES, AIM = 2500, -3.2
# Of the picture, in pixels; of the axis, where exploded organisms are drawn at the end.
WIDTH, LIMITS = 760, (-5.0, 0.0)
COLOURS = {"🦎": GREEN, "🎄": PURPLE, "😀": ORANGE}
TRAINED_COLOURS = {"🦎": BLUE, "🎄": RED, "😀": INK}
INTRODUCTION = """# How small an organism can be

The article says of its network: "this network consists of just 8.3K parameters - minute by most standards and we
suspect it could be minimized further employing pruning or other forms of compression." This page measures it, on
organisms of the zoo, 40 cells high, that regenerate. `benchmarks/small.py` measures; `make docs` writes this page.
{processor}, {date}.

![Losses against bytes](pictures/small.png)

Drawn are medians over the organisms of a size; those whose loss is 0 or above explode, and are drawn at 0. Bytes are
those of a file of the format [packed](formats.md#packed), with the rule, all weights, biases and steps, and a checksum;
those of exact weights are four for each number. Losses are log10 of the mean squared difference to the target over
pixels and RGBA, lower is better; 9.00 means overflow. Sixteen organisms were grown each time.

- Grown: median after 200 steps. 10,000: worst after so many steps.
- Hardest cut: the highest of the medians 600 steps after each of the article's five cuts, and which cut it was.

## Rounded weights

With `blastema compress ORGANISM --bits B` nothing is trained. Nearest: each weight is rounded to the nearest number.
Compensated, which compress does: later weights make up for the errors of those already rounded, on what the organism's
own cells perceive ([formats](formats.md#distill)). In both, each hidden unit has steps of its own.

A row has three organisms, one after another: that of the zoo, and two with the seeds 1 and 2 of the recipe `quick` as
it was before Muon: with Adam, 3,200 training steps and rates that fall from 4e-3. Good: how many have no loss above
{aim}.

| | bits | bytes | | grown | 10,000 | hardest cut | good |
| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |
"""
SUMMARY = """
## The smallest so far

With no loss above {aim}:

{good}
The lizard is `smaller-lizard` in the [zoo](zoo.md), which also has `small-lizard`, 5,449 bytes.

With the lowest losses in at most {most:,} bytes:

- {small}.
"""
TRAINED = """
## Fewer hidden units, trained

Hidden units and channels are removed from the organism of the zoo, those first that matter least, and what is left is
trained. Without training, few units can go, although the second layer makes up for them as well as it can: after
`--prune 0.1` a lizard grows to a loss of -3.05, after `--prune 0.25` it explodes, and after
`--prune 0.5` it grows to -1.62 and does not keep its shape.

Half of the hidden units of all nine organisms above were removed, and what was left was trained likewise
for {steps:,} steps and then rounded to {bits} bits. {good} of these nine are good; more steps are needed. The other
rows are lizards made from that of the zoo: `tools/train_small.py` trains them, `benchmarks/small.py FILE` measures one.
The smallest was trained for 28,150 steps in five stages, each of which begins with what is left of the one before; the
last has rounded weights. What made it good: 55 hidden units with 6 bits instead of 64 with 5, the worst of which was at
-2.99 after 10,000 steps; more training steps; and the article's cuts among the damages, without which it regrew its
centre to -3.13.

| | seed | hidden units | channels | parameters | bits | bytes | grown | 10,000 | hardest cut |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


def page(record: dict[str, Any]) -> str:
    """Return the page."""
    results = record["results"]
    in_order = sorted(results, key=lambda result: (order(result), result["trial"]["seed"]))
    trained = [result for result in in_order if is_trained(result)]
    rounded = [result for result in in_order if not is_trained(result)]
    text = INTRODUCTION.format(**record["surroundings"], aim=AIM)
    text += "".join(rounded_row(list(seeds)) for _, seeds in groupby(rounded, order))
    sizes = {name: record["halves"][name] for name in ("hidden", "bits")}
    halves = [result for result in trained if sizes.items() <= result["trial"].items()]
    good = sum(worst(result) <= AIM for result in halves)
    text += TRAINED.format(**record["halves"], good=good)
    text += "".join(map(trained_row, trained))
    notes = [f"\n{result['bytes']:,} bytes: {result['note']}.\n" for result in trained if "note" in result]
    return text + "".join(notes) + summary(results)


def is_trained(result: dict[str, Any]) -> bool:
    """Return whether a result is of an organism that was trained while small."""
    return result["trial"]["way"] == "trained"


def order(result: dict[str, Any]) -> tuple[int, int, str]:
    """Return the sort key of a result, the same for all seeds: by target, the largest first."""
    return list(ARTICLE_EMOJI).index(result["trial"]["target"]), -result["bytes"], result["trial"]["way"]


def summary(results: list[dict[str, Any]]) -> str:
    """Return which organism of each target is the smallest that meets the aim, and which comes nearest in few bytes."""
    good = [result for result in results if worst(result) <= AIM]
    small = [result for result in results if result["bytes"] <= MOST_BYTES]
    # The last of each target is the smallest, and of those of one size the best.
    good.sort(key=lambda result: (order(result), -worst(result)))
    smallest = {result["trial"]["target"]: result for result in good}
    lines = "".join(f"- {in_words(result)}.\n" for result in smallest.values())
    return SUMMARY.format(aim=AIM, most=MOST_BYTES, good=lines, small=in_words(min(small, key=worst)))


def in_words(result: dict[str, Any]) -> str:
    """Return what an organism is, and the highest of its losses."""
    trial = result["trial"]
    size = f"{trial['hidden']} hidden units, {trial['channels']} channels, {trial['bits']} bits, {trial['way']}"
    size += f", seed {trial['seed']}" if trial["seed"] else ""
    return f"{trial['target']} of {result['bytes']:,} bytes ({size}), highest loss {worst(result):.2f}"


def rounded_row(seeds: list[dict[str, Any]]) -> str:
    """Return the table row of organisms with rounded weights, one for each seed."""
    first = seeds[0]["trial"]
    grown, old, cut = (", ".join(f"{value(result):.2f}" for result in seeds) for value in VALUES)
    good = f"{sum(worst(result) <= AIM for result in seeds)} of {len(seeds)}"
    cells = [first["target"], f"{first['bits']}", f"{seeds[0]['bytes']:,}", first["way"], grown, old, cut, good]
    return f"| {' | '.join(cells)} |\n"


def trained_row(result: dict[str, Any]) -> str:
    """Return the table row of a trained organism."""
    trial = result["trial"]
    hidden, channels = trial["hidden"], trial["channels"]
    parameters = hidden * (4 * channels + 1) + channels
    numbers = (trial["seed"], hidden, channels, parameters, trial["bits"], result["bytes"])
    return f"| {' | '.join([trial['target'], *(f'{number:,}' for number in numbers), *losses(result)])} |\n"


def losses(result: dict[str, Any]) -> list[str]:
    """Return the losses of a result as text."""
    return [f"{result['grown']:.2f}", f"{result['old']:.2f}", f"{hardest(result)} {result[hardest(result)]:.2f}"]


def hardest(result: dict[str, Any]) -> str:
    """Return the cut after which the loss is highest."""
    return max(ARTICLE_CUTS, key=lambda cut: result[cut])


def worst(result: dict[str, Any]) -> float:
    """Return the highest loss of a result."""
    return max(result["grown"], result["old"], *(result[cut] for cut in ARTICLE_CUTS))


def picture(results: list[dict[str, Any]]) -> Image.Image:
    """Return the charts of persistence and regeneration, one below the other."""
    shown = [result for result in results if result["trial"]["way"] in ("exact", "compensated", "trained")]
    sizes = sorted({result["bytes"] for result in shown}, reverse=True)
    image = Image.new("RGB", (WIDTH, (HEIGHT + 20) * len(CHARTS)), WHITE)
    for number, (title, value) in enumerate(CHARTS.items()):
        series = [
            (f"{ARTICLE_EMOJI[target]}{', trained while small' if trained else ''}", values, colours[target])
            for trained, colours in ((False, COLOURS), (True, TRAINED_COLOURS))
            for target in colours
            if not all(map(math.isnan, values := curve(shown, target, trained, sizes, value)))
        ]
        drawn = chart(title, [f"{size:,}" for size in sizes], series, WIDTH, limits=LIMITS, holding=LIMITS)
        image.paste(drawn, (0, number * (HEIGHT + 20)))
    return image


def curve(
    results: list[dict[str, Any]],
    target: str,
    trained: bool,
    sizes: list[int],
    value: Callable[[dict[str, Any]], float],
) -> list[float]:
    """Return a value of a target for each number of bytes: the median of the seeds, NaN if none was measured."""
    own = [result for result in results if result["trial"]["target"] == target and is_trained(result) == trained]
    of_size = [[value(result) for result in own if result["bytes"] == size] for size in sizes]
    return [statistics.median(values) if values else math.nan for values in of_size]


# When grown, after 10,000 steps, after the hardest cut.
VALUES: tuple[Callable[[dict[str, Any]], float], ...] = (
    lambda result: result["grown"],
    lambda result: result["old"],
    lambda result: result[hardest(result)],
)
# By the title of a chart, what it shows.
CHARTS = {
    "Persistence: worst loss after 10,000 steps, against bytes": VALUES[1],
    "Regeneration: loss after the hardest cut, against bytes": VALUES[2],
}


if __name__ == "__main__":
    chosen, record = command_line(__doc__).parse_args(), json.loads(RESULTS.read_text("utf-8"))
    write_or_check(chosen.path, page(record), chosen.check)
    if not chosen.check:
        save(picture(record["results"]), chosen.path.parent / PICTURE)
