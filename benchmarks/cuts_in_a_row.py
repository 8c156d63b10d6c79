"""Measure regrowth after centre cuts in a row: python benchmarks/cuts_in_a_row.py NAME=ORGANISM ...

Each organism, a file or a name in the zoo, is cut 1, 3, 5 and 9 times from step 200 on, five steps apart, and measured
600 steps later. Writes cuts_in_a_row.json, the source of a table in docs/recipe.md.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from blastema import choose_engine, load
from blastema.analysis.examination import REGROWN
from blastema.analysis.regeneration import CUT_AT, CUTS_IN_A_ROW, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import DAMAGES
from blastema.io.atomic import replacing
from blastema.library import target_of
from surroundings import surroundings

RESULTS = Path(__file__).with_name("cuts_in_a_row.json")
ORGANISMS = 64


def measured(source: str) -> dict[str, Any]:
    """Return, by number of cuts, how many regrew, and the median and worst log10 of the loss."""
    organism = load(source)
    subject = Subject(organism, target_of(organism, source), choose_engine())
    grown = subject.grown(subject.seeds(seeds_for(ORGANISMS, 0)), CUT_AT)
    results = {}
    for cuts in (1, *CUTS_IN_A_ROW):
        regrowth = regeneration(subject, grown, DAMAGES["centre"], np.random.default_rng(0), cuts=cuts)
        end = regrowth.after[-1]
        regrew = int((regrowth.recovery >= REGROWN).sum())
        results[str(cuts)] = {"regrew": regrew, "median": float(np.median(end)), "worst": float(end.max())}
    return results


def main() -> None:
    results: dict[str, Any] = {"surroundings": surroundings(), "organisms": ORGANISMS, "measured": {}}
    for argument in sys.argv[1:]:
        name, source = argument.split("=", 1)
        results["measured"][name] = measured(source)
        print(name, results["measured"][name], flush=True)
    with replacing(RESULTS) as temporary:
        temporary.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
