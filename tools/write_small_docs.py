"""Write docs/small.md and its picture from benchmarks/small.json: python tools/write_small_docs.py [--check] FILE."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from blastema.damage import ARTICLE_CUTS
from blastema.render.chart import BLUE, GREEN, HEIGHT, ORANGE, PURPLE, chart
from blastema.render.colour import WHITE
from blastema.render.picture import save
from blastema.targets.emoji import ARTICLE_EMOJI

RESULTS = Path(__file__).parents[1] / "benchmarks/small.json"
PICTURE = "pictures/small.png"
# The aim: so many bytes at most, and no loss above this.
MOST_BYTES, AIM = 2500, -3.2
# Of the picture, in pixels; of the axis, where exploded organisms are drawn at the end.
WIDTH, LIMITS = 760, (-5.0, 0.0)
COLOURS = {"nearest": ORANGE, "compensated": BLUE, "🦎": GREEN, "🎄": PURPLE, "😀": ORANGE}
INTRODUCTION = """# How small an organism can be

The article says of its network: "this network consists of just 8.3K parameters - minute by most standards and we
suspect it could be minimized further employing pruning or other forms of compression." This page measures it.
`benchmarks/small.py` compresses organisms of the zoo, 40 cells high, that regenerate; `make docs` writes this page.
{processor}, {date}.

![Losses against bytes](pictures/small.png)

Bytes are those of a file of the format [packed](formats.md#packed), with the rule, all weights, biases and steps, and a
checksum; those of exact weights are four for each number. Losses are log10 of the mean squared difference to the target
over pixels and RGBA, lower is better; 9.00 means overflow. Sixteen organisms were grown each time.

- Grown: median after 200 steps. 10,000: worst after so many steps.
- Hardest cut: the highest of the medians 600 steps after each of the article's five cuts, and which cut it was.

## Rounded weights

With `blastema compress ORGANISM --bits B` nothing is trained. Nearest: each weight is rounded to the nearest number.
Compensated, which compress does: later weights make up for the errors of those already rounded, on what the organism's
own cells perceive ([formats](formats.md#distill)). In both, each hidden unit has steps of its own.

| | bits | bytes | | grown | 10,000 | hardest cut |
| --- | ---: | ---: | --- | ---: | ---: | --- |
"""
SUMMARY = """
## The smallest so far

- With no loss above {aim}: {whole}.
- With the lowest losses in at most {most:,} bytes: {small}. The aim is {aim} there, too.
"""
TRAINED = """
## Fewer hidden units, trained

Hidden units and channels are removed from the organism of the zoo, those first that matter least, and what is left is
trained for {steps:,} steps with the default recipe, the second half with weights rounded to {bits} bits in each
rollout. Each size starts from the one above. Medians of the seeds. `python benchmarks/small.py` measures what is still
missing of three targets, five sizes and three seeds.

Without training, few units can go, although the second layer makes up for them as well as it can: after
`--prune 0.1` a lizard grows to a loss of -3.05, after `--prune 0.25` it explodes, and after
`--prune 0.5` it grows to -1.62 and does not keep its shape.

| | hidden units | channels | parameters | bytes | seeds | grown | 10,000 | hardest cut |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""


def page(record: dict[str, Any]) -> str:
    """Return the page."""
    results = record["results"]
    rounded = [result for result in results if result["trial"]["way"] != "trained"]
    rounded.sort(key=lambda result: (list(ARTICLE_EMOJI).index(result["trial"]["target"]), -result["trial"]["bits"]))
    lines = [rounded_row(result) for result in rounded]
    text = INTRODUCTION.format(**record["surroundings"]) + "".join(lines)
    sizes = by_size(results)
    text += TRAINED.format(steps=record["steps"], bits=record["bits"])
    text += "".join(trained_row(same) for same in sizes.values())
    notes = [f"\n{result['bytes']:,} bytes: {result['note']}.\n" for result in results if "note" in result]
    return text + "".join(notes) + summary(results)


def summary(results: list[dict[str, Any]]) -> str:
    """Return which organism is the smallest that meets the aim, and which comes nearest in few bytes."""
    good = [result for result in results if worst(result) <= AIM]
    small = [result for result in results if result["bytes"] <= MOST_BYTES]
    best = {"whole": min(good, key=lambda result: result["bytes"]), "small": min(small, key=worst)}

    def in_words(result: dict[str, Any]) -> str:
        trial = result["trial"]
        size = f"{trial['hidden']} hidden units, {trial['channels']} channels, {trial['bits']} bits, {trial['way']}"
        return f"{trial['target']} of {result['bytes']:,} bytes ({size}), highest loss {worst(result):.2f}"

    return SUMMARY.format(aim=AIM, most=MOST_BYTES, **{name: in_words(result) for name, result in best.items()})


def by_size(results: list[dict[str, Any]]) -> dict[tuple[str, int, int], list[dict[str, Any]]]:
    """Return the results of trained organisms by target, hidden units and channels, the largest first."""
    sizes: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for result in sorted(results, key=lambda result: -result["bytes"]):
        trial = result["trial"]
        if trial["way"] == "trained":
            sizes.setdefault((trial["target"], trial["hidden"], trial["channels"]), []).append(result)
    return dict(sorted(sizes.items(), key=lambda item: list(ARTICLE_EMOJI).index(item[0][0])))


def rounded_row(result: dict[str, Any]) -> str:
    """Return the table row of an organism with rounded weights."""
    trial = result["trial"]
    cells = [trial["target"], f"{trial['bits']}", f"{result['bytes']:,}", trial["way"], *losses([result])]
    return f"| {' | '.join(cells)} |\n"


def trained_row(same: list[dict[str, Any]]) -> str:
    """Return the table row of the trained organisms of one size."""
    trial = same[0]["trial"]
    hidden, channels = trial["hidden"], trial["channels"]
    parameters = hidden * (4 * channels + 1) + channels
    cells = [trial["target"], f"{hidden}", f"{channels}", f"{parameters:,}", f"{same[0]['bytes']:,}", f"{len(same)}"]
    return f"| {' | '.join([*cells, *losses(same)])} |\n"


def losses(results: list[dict[str, Any]]) -> list[str]:
    """Return the medians of the losses over results of one size, as text."""

    def median(name: str) -> float:
        return statistics.median(result[name] for result in results)

    hardest = max(ARTICLE_CUTS, key=median)
    return [f"{median('grown'):.2f}", f"{median('old'):.2f}", f"{hardest} {median(hardest):.2f}"]


def worst(result: dict[str, Any]) -> float:
    """Return the highest loss of a result."""
    return max(result["grown"], result["old"], *(result[cut] for cut in ARTICLE_CUTS))


def picture(results: list[dict[str, Any]]) -> Image.Image:
    """Return both charts, one below the other."""
    first = next(iter(ARTICLE_EMOJI))
    rounded = sorted(
        (result for result in results if result["trial"]["target"] == first), key=lambda result: -result["bytes"]
    )
    by_way = {
        way: [result for result in rounded if result["trial"]["way"] == way] for way in ("nearest", "compensated")
    }
    names = [f"{result['bytes']:,}" for result in max(by_way.values(), key=len)]
    series = [(way, list(map(worst, of_way)), COLOURS[way]) for way, of_way in by_way.items()]
    sizes = by_size(results)
    lines = {target: [same for key, same in sizes.items() if key[0] == target] for target, _, _ in sizes}
    small = [
        (ARTICLE_EMOJI[target], [statistics.median(map(worst, same)) for same in of_target], COLOURS[target])
        for target, of_target in lines.items()
    ]
    labels = [f"{same[0]['bytes']:,}" for same in max(lines.values(), key=len, default=[])]
    titles = ("Lizard, weights rounded: worst loss against bytes", "Trained while small: worst loss against bytes")
    charts = [chart(titles[0], names, series, WIDTH, limits=LIMITS)]
    # One size is no curve.
    charts += [chart(titles[1], labels, small, WIDTH, limits=LIMITS)] if len(labels) > 1 else []
    image = Image.new("RGB", (WIDTH, (HEIGHT + 20) * len(charts)), WHITE)
    for number, drawn in enumerate(charts):
        image.paste(drawn, (0, number * (HEIGHT + 20)))
    return image


def main() -> None:
    """Write the page and its picture, or check the page with --check."""
    path, record = Path(sys.argv[-1]), json.loads(RESULTS.read_text("utf-8"))
    text = page(record)
    if "--check" not in sys.argv:
        path.write_text(text, "utf-8")
        save(picture(record["results"]), path.parent / PICTURE)
    elif not path.exists() or path.read_text("utf-8") != text:
        sys.exit(f"{path} does not match {RESULTS.name}; run: make docs")


if __name__ == "__main__":
    main()
