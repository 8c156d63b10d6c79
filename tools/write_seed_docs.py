"""Write docs/seed-cell.md from benchmarks/roots.json: python tools/write_seed_docs.py [--check] FILE."""

import json
import math
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "benchmarks/roots.json"
INTRODUCTION = """# Pictures that are empty at the seed cell

Every emoji of the bundle with alpha below 2, in sum, in the 3x3 cells around the middle of its picture, trained in the
experiment {experiment} as `load_target` places it. `benchmarks/roots.py growing` measures this, and `make docs` writes
it. [fidelity.md](fidelity.md#pictures-that-are-empty-in-the-middle) says why and where a picture is moved.
{machine}.

Of {count} emoji {alive} live after {steps} training steps. Left in the middle, {died} of them are dead within {within}.

Cells: the side of the picture. Middle: alpha in the 3x3 cells around its middle, and in which training step the last
cell died there. Log10 of the mean squared difference to the target over pixels and RGBA: of an empty grid, and after
{steps} training steps, 96 steps old. The least grown part: of the picture's separate parts, the smallest share of cells
that are more than half opaque.

| | cells | alpha in the middle | dead in the middle | empty | trained | the least grown part |
| --- | ---: | ---: | --- | ---: | ---: | ---: |
"""


def page(results: dict[str, Any]) -> str:
    """Return the page."""
    trainings = {key.split()[0]: found for key, found in results["trainings"].items() if key.split()[1] == "growing"}
    died = [found["middle"] for found in trainings.values() if found["middle"] != "lives"]
    start = INTRODUCTION.format(
        experiment="growing", machine=results["machine"], count=len(trainings), died=len(died), within=max(died),
        alive=sum(found["lives"] for found in trainings.values()),
        steps=max(found["steps"] for found in trainings.values()),
    )  # fmt: skip
    return start + "".join(row(name, found) for name, found in trainings.items())


def row(name: str, found: dict[str, Any]) -> str:
    """Return an emoji's row of the table."""
    died = "no" if found["middle"] == "lives" else f"step {found['middle']}"
    least = min((share for _, share in found["parts"]), default=0)
    cells = [
        name, str(found["fit"]), f"{found['alpha']:.2f}", died, f"{math.log10(found['empty']):.2f}",
        f"{math.log10(found['loss']):.2f}" if found["lives"] else "dead", f"{least:.0%}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    path = Path(sys.argv[-1])
    text = page(json.loads(RESULTS.read_text("utf-8")))
    if "--check" not in sys.argv:
        path.write_text(text, "utf-8")
    elif not path.exists() or path.read_text("utf-8") != text:
        sys.exit(f"{path} is not what benchmarks/roots.py measured; run: make docs")
