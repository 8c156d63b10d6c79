"""Swarms: grids of cells, each a computer of its own with the program of `firmware`, simulated event by event."""

from blastema.swarm.swarm import Swarm, numbers_of
from blastema.swarm.troubles import TICKS, TROUBLES, Trouble, Troubles

__all__ = ["TICKS", "TROUBLES", "Swarm", "Trouble", "Troubles", "numbers_of"]
