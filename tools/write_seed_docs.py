"""Write docs/seed-cell.md from benchmarks/roots.json."""

import json
import math
from pathlib import Path
from typing import Any

from generated_file import command_line, write_or_check

RESULTS = Path(__file__).parents[1] / "benchmarks/roots.json"
INTRODUCTION = """# Pictures that are empty at the seed cell

Every emoji of the bundle whose alpha sums to less than 2 in the 3x3 cells around the middle of its picture, trained
in the experiment `{experiment}` as `load_target` places it. `benchmarks/roots.py growing` measures this, and `make
docs` writes the page. [fidelity.md](fidelity.md#pictures-that-are-empty-in-the-middle) says why and where a picture
is moved.
{machine}.

After {steps} training steps, {alive} of {count} emoji are alive. Left in the middle, {died} of them are dead within
{within} training steps.

- Cells: side of the picture.
- Alpha in the middle: its sum in the 3x3 cells around the middle of the picture.
- Dead in the middle: the training step in which the last cell died if the picture is left in the middle.
- Empty, trained: log10 of the mean squared difference to the target over pixels and RGBA, for an empty grid, and for
  the trained organism, 96 steps old.
- Least grown part: among the picture's separate parts, the smallest share of cells that are more than half opaque.

| | cells | alpha in the middle | dead in the middle | empty | trained | least grown part |
| --- | ---: | ---: | --- | ---: | ---: | ---: |
"""


def page(results: dict[str, Any]) -> str:
    """Return the page."""
    trainings = {key.split()[0]: result for key, result in results["trainings"].items() if key.split()[1] == "growing"}
    died = [result["middle"] for result in trainings.values() if result["middle"] != "lives"]
    start = INTRODUCTION.format(
        experiment="growing", machine=results["machine"], count=len(trainings), died=len(died), within=max(died),
        alive=sum(result["lives"] for result in trainings.values()),
        steps=max(result["steps"] for result in trainings.values()),
    )  # fmt: skip
    return start + "".join(row(name, result) for name, result in trainings.items())


def row(name: str, result: dict[str, Any]) -> str:
    """Return an emoji's row of the table."""
    died = "no" if result["middle"] == "lives" else f"step {result['middle']}"
    least = min((share for _, share in result["parts"]), default=0)
    cells = [
        name, str(result["fit"]), f"{result['alpha']:.2f}", died, f"{math.log10(result['empty']):.2f}",
        f"{math.log10(result['loss']):.2f}" if result["lives"] else "dead", f"{least:.0%}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(json.loads(RESULTS.read_text("utf-8"))), chosen.check)
