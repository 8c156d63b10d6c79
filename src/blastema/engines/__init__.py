"""One rule, many engines: the same organism with the same seed is the same organism on each."""

from blastema.engines.choice import ENGINES, choose_engine, default_engine
from blastema.engines.protocol import Engine, Learning, Loss

__all__ = ["ENGINES", "Engine", "Learning", "Loss", "choose_engine", "default_engine"]
