"""Write docs/zoo.md and its picture from the organisms' own scores."""

import statistics
from pathlib import Path

import numpy as np

from blastema import load
from blastema.analysis.regeneration import REMNANTS
from blastema.damage import ARTICLE_CUTS
from blastema.organism import Organism
from blastema.records import Scores
from blastema.render.picture import save, sheet
from blastema.zoo import names
from generated_file import command_line, write_or_check
from published_scores import PUBLISHED_SCORES
from zoo_promises import RECOVERY

PICTURE = "pictures/zoo.png"
COLUMNS = (
    *("grown", "5,000", "10,000", *ARTICLE_CUTS, "3", "5", "9", "1/2", "1/3", "1/4", "1/10"),
    *("8 bits", "runs", "steps", "recipe"),
)
INTRODUCTION = """# The zoo

The organisms that ship with the package: `blastema zoo` lists them, `blastema grow NAME` grows one, `blastema
evaluate NAME` measures it again. `tools/train_zoo.py` trains and measures them and stores the scores in their files;
`make docs` writes this page from the scores.

![Each organism, 200 steps after its seed cell](pictures/zoo.png)

All numbers are log10 of the mean squared difference to the target over pixels and RGBA, lower is better; 9.00 means
overflow. Each organism was grown 16 times (growing ones 4 times), each time with another seed.

- Grown: median after 200 steps.
- 5,000 and 10,000: worst after 5,000 and 10,000 steps.
- Lower, upper, right, left, centre: cut at step 200; median 600 steps later.
- 3, 5, 9: how many regrew after 3, 5 or 9 centre cuts in a row, five steps apart; regrown means that at least 90% of
  the damage was repaired 600 steps later.
- 1/2, 1/3, 1/4, 1/10: how many regrew from that part of their living cells, the nearest to one drawn at random. What
  regrows somewhere else does not count.
- 8 bits: worst after 10,000 steps with weights rounded as in the article's format, which holds the article's rule only.
- Runs: number of training runs it took. Steps: training step of the kept checkpoint. Recipe: see [recipe](recipe.md);
  "8 bits" there means that the stored weights are the rounded ones, because they meet more of the thresholds in
  `tools/zoo_promises.py`.
"""
BODIES = """
## Several bodies

These organisms have signals: one rule grows into another body with each. `blastema grow ten --signal 🎄` grows one,
`--signal 🦎 --signal 🎄@300` turns one into another. `tools/train_bodies.py` trains and measures them, each body 16
times.

`ten` is not there yet: the aim is -3.2 in each column from 10,000 on, and 99.7 % in every switch.

- Grown, 10,000, and the cuts: as above.
- Recovery: after the signal was switched from each body to each other one, the share of the way that the median
  organism had gone after 600 steps, where 100 % is the new body as good as grown from a seed cell: the lowest of all
  switches, their median, and how many reached 99.7 %.

| | name | body | grown | 10,000 | lower | upper | right | left | centre |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""
SWITCHES = """
| name | parameters | steps | switches | lowest recovery | median | at least 99.7 % |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""
COMPARISON = """
## Compared with the article's models

The article's models, with their published 8-bit weights, were measured elsewhere by another program. It reports log10
of the mean over 16 grown states instead of their median, so Blastema's numbers here are means as well. A single
failure can dominate a mean.

| | | grown | worst, 5,000 | lower | upper | right | left | centre |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def row(name: str, organism: Organism) -> str:
    """Return the table row of an organism."""
    scores: Scores = organism.scores or {}
    cuts = scores.get("regeneration", {})
    numbers = [scores.get("grown"), scores.get("after_5000"), scores.get("after_10000"), *map(cuts.get, ARTICLE_CUTS)]
    cells = ["" if number is None else f"{number:.2f}" for number in numbers]
    damages = [*scores["repeated"].values(), *(scores["remnants"][part] for part in REMNANTS)]
    cells += [f"{result['regrew']}/{scores['organisms']}" for result in damages]
    cells.append(f"{scores['eight_bit']['after_10000']:.2f}" if "eight_bit" in scores else "")
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


def body_rows(name: str, organism: Organism) -> list[str]:
    """Return a table row for each body of an organism."""
    rows, bodies = [], (organism.scores or Scores())["bodies"]
    # Scores are stored in the order of their keys, targets and signals in that of training.
    for target, signal in zip(organism.record.targets, organism.rule.signals, strict=True):
        scores = bodies[signal]
        numbers = [scores["grown"], scores["after_10000"], *(scores["regeneration"][cut] for cut in ARTICLE_CUTS)]
        body = "" if signal == target else signal
        rows.append(" | ".join([f"| {target}", name, body, *(f"{number:.2f}" for number in numbers)]) + " |")
    return rows


def switch_row(name: str, organism: Organism) -> str:
    """Return the table row of an organism's switches."""
    recoveries = (organism.scores or Scores())["recoveries"]
    parameters = sum(np.size(tensor) for tensor in organism.weights)
    complete = sum(recovery >= RECOVERY for recovery in recoveries)
    numbers = [f"{100 * share:.2f} %" for share in (min(recoveries), statistics.median(recoveries))]
    steps, switches = f"{organism.training['steps']:,}", f"{len(recoveries)}"
    return " | ".join([f"| {name}", f"{parameters:,}", steps, switches, *numbers, f"{complete}"]) + " |"


def comparison(name: str, organism: Organism) -> str:
    """Return two table rows: the article's model and Blastema's."""
    scores: Scores = organism.scores or {}
    means = scores["means"]
    ours = (means["grown"], scores["after_5000"], *(means[cut] for cut in ARTICLE_CUTS))
    whose = ((f"{organism.training['target']} {name}", "article", PUBLISHED_SCORES[name]), ("", "Blastema", ours))
    return "\n".join(
        " | ".join([f"| {first}", second, *(f"{number:.2f}" for number in numbers)]) + " |"
        for first, second, numbers in whose
    )


def page() -> str:
    """Return the page."""
    organisms = {name: load(name) for name in names()}
    several = {name: organism for name, organism in organisms.items() if organism.rule.signals}
    rows = [row(name, organism) for name, organism in organisms.items() if name not in several]
    bodies = [line for name, organism in several.items() for line in body_rows(name, organism)]
    switches = [switch_row(name, organism) for name, organism in several.items()]
    beside = [comparison(name, organisms[name]) for name in PUBLISHED_SCORES if name in organisms]
    head = f"\n| | name | {' | '.join(COLUMNS)} |\n| --- | --- |{' ---: |' * (len(COLUMNS) - 1)} --- |\n"
    tables = {INTRODUCTION + head: rows, BODIES: bodies, SWITCHES: switches, COMPARISON: beside}
    return "".join(above + "\n".join(lines) + "\n" for above, lines in tables.items() if lines)


def write_picture(path: Path) -> None:
    """Write a contact sheet of all organisms, fully grown."""
    states = [load(name).grow(200) for name in names()]
    save(sheet(states, min(5, len(states)), 3, [name.replace("/", " ") for name in names()]), path)


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(), chosen.check)
    if not chosen.check:
        write_picture(chosen.path.parent / PICTURE)
