"""One rule, many engines: the same cells fire on each, and states agree but for rounding."""

from blastema.engines.choice import ENGINES, choose_engine, default_engine
from blastema.engines.protocol import Engine, Loss, ValueAndGrad

__all__ = ["ENGINES", "Engine", "Loss", "ValueAndGrad", "choose_engine", "default_engine"]
