"""Measure how far engines and instruction sets agree: python benchmarks/agreement.py.

Prints the tables of docs/decisions/randomness.md. Each number is the largest absolute difference from the native engine
with the best instruction set of this machine.
"""

import dataclasses
import math

import numpy as np

from blastema import load, load_target
from blastema.engines import Engine, choose_engine
from blastema.engines.native_engine import NativeEngine, isas
from blastema.rule import Rule, Weights, seed_batch
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.trainer import Trainer

GROWN = (
    ("regenerating/lizard", 300), ("growing/lizard", 96), ("growing/lizard", 500), ("growing/lizard", 2000),
)  # fmt: skip
TRAINED = (10, 40, 400)


def contenders() -> dict[str, Engine]:
    """Return the native engine with every instruction set of this machine, best first, then the other engines."""
    native: dict[str, Engine] = {f"native, {isa}": NativeEngine(isa) for isa in isas()}
    return native | {name: choose_engine(name) for name in ("numpy", "jax")}


def grown(engine: Engine, name: str, steps: int) -> np.ndarray:
    """Return the state of an organism of the zoo, grown with seed 0 in a 72x72 grid."""
    organism = load(name)
    batch = seed_batch([0], 72, 72, organism.rule.channels)
    return engine.grow(organism.rule, organism.weights, batch, steps).states


def trained(engine: Engine, steps: int = TRAINED[-1]) -> dict[int, Weights]:
    """Return the weights after some steps of a small training: 🦎 of 12 cells, growing, seed 0, 400 steps."""
    recipe = dataclasses.replace(RECIPES["blastema"], steps=TRAINED[-1])
    target = load_target("🦎", fit=12, pad=4)
    trainer = Trainer(Rule(), EXPERIMENTS["growing"], recipe, target, 0, engine)
    weights = {}
    while trainer.done < steps:
        trainer.step()
        if trainer.done in TRAINED:
            weights[trainer.done] = trainer.weights
    return weights


def difference(first: Weights | np.ndarray, second: Weights | np.ndarray) -> float:
    """Return the largest absolute difference between two arrays, or two sequences of arrays of the same shapes."""
    pairs = zip(first, second, strict=True)
    return max((float(np.abs(a - b).max()) for a, b in pairs if a.size), default=math.nan)


def table(corner: str, columns: list[str], rows: dict[str, list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [[corner, *columns], ["---", *["---:"] * len(columns)], *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    reference, *others = contenders().items()
    columns = [f"{name}, {steps:,} steps" for name, steps in GROWN]
    expected = [grown(reference[1], *case) for case in GROWN]
    rows = {
        name: [f"{difference(grown(engine, *case), states):.1e}" for case, states in zip(GROWN, expected, strict=True)]
        for name, engine in others
    }
    print(table(f"states, compared with {reference[0]}", columns, rows), end="\n\n", flush=True)
    weights, rows = trained(reference[1]), {}
    # JAX on a CPU would take many times as long as everything else here.
    for name, engine in (other for other in others if other[0] != "jax"):
        found = trained(engine)
        rows[name] = [f"{difference(found[steps], weights[steps]):.1e}" for steps in TRAINED]
    print(table(f"weights, compared with {reference[0]}", [f"{steps} training steps" for steps in TRAINED], rows))


if __name__ == "__main__":
    main()
