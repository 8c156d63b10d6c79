"""Properties of this machine: cores, instruction set, memory, installed packages."""

from blastema.machine.packages import installed
from blastema.machine.processor import cores, instruction_set

__all__ = ["cores", "installed", "instruction_set"]
