"""Measure the cost of 8-bit weights: python benchmarks/eight_bit.py [ORGANISM ...].

Prints the table of docs/formats.md.
"""

import sys

import numpy as np

from blastema import load
from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import DAMAGES
from blastema.engines import choose_engine
from blastema.library import target_of
from blastema.organism import Organism
from blastema.quantisation.eight_bit import from_bytes, perceptions, quantise_gptq, scale_of, to_bytes
from blastema.rule import Weights, update

NAMES = ("regenerating/explosion", "regenerating/lizard")


def nearest(weights: Weights) -> Weights:
    """Return the weights rounded to the nearest byte."""
    return Weights(*(from_bytes(to_bytes(tensor, scale_of(tensor)), scale_of(tensor)) for tensor in weights))


def row(subject: Subject, exact: Weights, what: str) -> str:
    """Return the table row of an organism with these weights."""
    height, width = subject.target.shape[:2]
    seen = perceptions(subject.organism.rule, exact, height, width)
    error = np.sqrt(np.mean((update(seen, subject.organism.weights) - update(seen, exact)) ** 2))
    seeds = seeds_for(16, 0)
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    cut = regeneration(subject, grown, DAMAGES["right"], np.random.default_rng(0)).after[-1]
    young = np.median(persistence(subject, seeds, (200,)))
    return f"| {what} | {f'{error:.4f}' if error else ''} | {young:.2f} | {np.median(cut):.2f} |"


def main() -> None:
    print("| | error of an update | grown | right half cut |\n| --- | ---: | ---: | ---: |")
    for name in sys.argv[1:] or NAMES:
        organism = load(name)
        rule, exact, target = organism.rule, organism.weights, target_of(organism, name)
        kinds = (
            (f"{organism.training['target']} exact", exact),
            ("nearest bytes", nearest(exact)),
            ("errors compensated", quantise_gptq(rule, exact, *target.shape[:2]).weights),
        )
        for what, weights in kinds:
            print(row(Subject(Organism(weights, rule), target, choose_engine()), exact, what), flush=True)


if __name__ == "__main__":
    main()
