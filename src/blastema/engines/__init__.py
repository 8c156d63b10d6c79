"""One rule, many engines: the same cells fire on each, and states agree but for rounding."""

from blastema.engines.choice import ENGINES, choose_engine, default_engine
from blastema.engines.protocol import Engine, Learning, Loss

__all__ = ["ENGINES", "Engine", "Learning", "Loss", "choose_engine", "default_engine"]
