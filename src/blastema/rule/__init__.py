"""The rule, in the article's order: grid, perception, update, firing, life, step.

The functions follow the Array API standard, so the same code runs on NumPy and JAX arrays.
"""

from blastema.rule.firing import fires, mix
from blastema.rule.grid import ALPHA, Array, Batch, Edge, neighbours, seed_batch, seed_state
from blastema.rule.life import alive
from blastema.rule.perception import FILTERS, Filter, perceive
from blastema.rule.signal import mixture
from blastema.rule.step import Rule, step
from blastema.rule.update import Weights, initial_weights, update

__all__ = [
    "ALPHA",
    "FILTERS",
    "Array",
    "Batch",
    "Edge",
    "Filter",
    "Rule",
    "Weights",
    "alive",
    "fires",
    "initial_weights",
    "mix",
    "mixture",
    "neighbours",
    "perceive",
    "seed_batch",
    "seed_state",
    "step",
    "update",
]
