"""Write docs/zoo.md and its picture from the organisms' own scores: python tools/write_zoo_docs.py [--check] FILE."""

import sys
from pathlib import Path
from typing import Any

from blastema import load
from blastema.damage import ARTICLE_CUTS
from blastema.organism import Organism
from blastema.render.picture import save, sheet
from blastema.zoo import names
from published_scores import PUBLISHED

PICTURE = "pictures/zoo.png"
INTRODUCTION = """# The zoo

Organisms that ship with the package: `blastema zoo` lists them, `blastema grow NAME` grows one, `blastema evaluate
NAME` measures it again. `tools/train_zoo.py` trains and measures them, and each file holds its scores; this page is
written from them by `make docs`.

![Each organism, 200 steps after its seed](pictures/zoo.png)

Log10 of the mean squared difference to the target over pixels and RGBA, lower is better. Grown: the median of 16
organisms (of growing ones, 4), 200 steps old. 5,000 and 10,000: the worst of them after so many steps. Cuts, made at
step 200: medians 600 steps later. 3, 5 and 9 cuts: how many of them regrew after so many centre cuts in a row, five
steps apart; regrew means that at least 90% of the damage was repaired 600 steps later. 8 bits: the worst after 10,000
steps with weights rounded as in the article's format. 9.00 stands for numbers that overflow. Runs: how many trainings
it took; steps: training step of the kept checkpoint; recipe: see [recipe](recipe.md). "8 bits" there: the stored
weights are the rounded ones, because they meet more of the thresholds in `tools/zoo_promises.py`.

| | name | grown | 5,000 | 10,000 | lower | upper | right | left | centre | 3 | 5 | 9 | 8 bits | runs | steps | recipe |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""
COMPARISON = """
## Beside the article's models

The article's, on its published 8-bit weights, were measured elsewhere by another program, as log10 of the mean over 16
organisms instead of their median; so these are our means, too, which one organism that fails can spoil.

| | | grown | worst, 5,000 | lower | upper | right | left | centre |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def row(name: str, organism: Organism) -> str:
    """Return the organism's row of the table."""
    scores: dict[str, Any] = organism.scores or {}
    cuts = scores.get("regeneration", {})
    numbers = [scores.get("grown"), scores.get("after_5000"), scores.get("after_10000"), *map(cuts.get, ARTICLE_CUTS)]
    cells = ["" if number is None else f"{number:.2f}" for number in numbers]
    cells += [f"{result['regrew']}/{scores['organisms']}" for result in scores["repeated"].values()]
    cells.append(f"{scores['eight_bit']['after_10000']:.2f}")
    return " | ".join(
        [
            f"| {organism.training['target']}",
            name,
            *cells,
            f"{scores.get('runs', '')}",
            f"{organism.training['steps']:,}",
            ", ".join([organism.training["recipe"], *filter(None, [organism.training.get("weights")])]) + " |",
        ]
    )


def comparison(name: str, organism: Organism) -> str:
    """Return the article's row of a table and ours."""
    scores: dict[str, Any] = organism.scores or {}
    means = scores["means"]
    ours = (means["grown"], scores["after_5000"], *(means[cut] for cut in ARTICLE_CUTS))
    whose = ((f"{organism.training['target']} {name}", "article", PUBLISHED[name]), ("", "ours", ours))
    return "\n".join(
        " | ".join([f"| {first}", second, *(f"{number:.2f}" for number in numbers)]) + " |"
        for first, second, numbers in whose
    )


def page() -> str:
    """Return the page."""
    organisms = {name: load(name) for name in names()}
    rows = [row(name, organism) for name, organism in organisms.items()]
    beside = [comparison(name, organisms[name]) for name in PUBLISHED if name in organisms]
    return INTRODUCTION + "\n".join(rows) + "\n" + COMPARISON + "\n".join(beside) + "\n"


def write_picture(path: Path) -> None:
    """Write a contact sheet of all organisms, grown."""
    states = [load(name).grow(200) for name in names()]
    save(sheet(states, min(5, len(states)), 3, [name.replace("/", " ") for name in names()]), path)


if __name__ == "__main__":
    path = Path(sys.argv[-1])
    text = page()
    if "--check" not in sys.argv:
        path.write_text(text)
        write_picture(path.parent / PICTURE)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} is not what the organisms say of themselves; run: make docs")
