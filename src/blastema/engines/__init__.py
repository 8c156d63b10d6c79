"""Engines that run the rule: on each the same cells fire, and states agree up to rounding."""

from blastema.engines.choice import ENGINES, choose_engine, default_engine
from blastema.engines.protocol import Engine, Loss, ValueAndGrad

__all__ = ["ENGINES", "Engine", "Loss", "ValueAndGrad", "choose_engine", "default_engine"]
