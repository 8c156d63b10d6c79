"""Blastema grows pictures from a single cell.

An implementation of "Growing Neural Cellular Automata" (Mordvintsev, Randazzo, Niklasson, Levin; Distill
2020, doi 10.23915/distill.00023).
"""

from typing import TYPE_CHECKING, Any

from blastema._version import __version__ as __version__

__all__ = [
    "BlastemaError",
    "Filter",
    "Organism",
    "Rule",
    "Simulation",
    "Weights",
    "choose_engine",
    "load",
    "load_target",
    "seed_batch",
    "step",
    "train",
]

if TYPE_CHECKING:
    from blastema.engines import choose_engine
    from blastema.errors import BlastemaError
    from blastema.learning import train
    from blastema.library import load
    from blastema.organism import Organism
    from blastema.rule import Filter, Rule, Weights, seed_batch, step
    from blastema.simulation import Simulation
    from blastema.targets import load_target

_HOMES = {
    "BlastemaError": "errors", "Filter": "rule", "Organism": "organism", "Rule": "rule",
    "Simulation": "simulation", "Weights": "rule", "choose_engine": "engines", "load": "library",
    "load_target": "targets", "seed_batch": "rule", "step": "rule", "train": "learning",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line starts fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'blastema' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"blastema.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, even those not yet imported, and the submodules imported so far."""
    return sorted(
        {*__all__, *(name for name in globals() if name.islower() and not name.startswith("_")), "__version__"}
    )
