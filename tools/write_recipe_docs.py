"""Write docs/recipe.md from benchmarks/recipes.json: python tools/write_recipe_docs.py [--check] FILE."""

import json
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
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
default recipe (8000, then resumed) came back to -1.97 after it had lost its right half; taught as many steps by the
long one, to -3.79, and after every other cut, too ([zoo](zoo.md)). Tried on that 😀 and left out: to reseed a random
organism of a batch instead of the worst, to spare those that were damaged last from being reseeded, and more half
planes among the damages. All were worse after 1500 steps more.

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
COLUMNS = ("grown", "old", "lower", "upper", "right", "left", "centre", "disc")


def page(found: dict[str, Any]) -> str:
    """Return the page."""
    surroundings = f"{found['surroundings']['processor']}, {found['surroundings']['date']}"
    lines = [
        " | ".join([f"| {name}", target, *(f"{one['final'][column]:.2f}" for column in COLUMNS), f"{one['seconds']} |"])
        for name, targets in found["results"].items()
        for target, one in targets.items()
    ]
    return INTRODUCTION.format(steps=f"{found['steps']:,}", surroundings=surroundings) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    path, text = Path(sys.argv[-1]), page(json.loads((BENCHMARKS / "recipes.json").read_text()))
    if "--check" not in sys.argv:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} is not what the benchmark recorded; run: make docs")
