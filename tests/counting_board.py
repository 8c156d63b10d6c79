"""An emulated board that counts what an update costs: instructions, and from them clock cycles."""

from pathlib import Path
from typing import NamedTuple

import unicorn

from emulated_board import CPUS, Board, Messages
from firmware_programs import image

# Of ARMv6-M, MULS.
MULTIPLY, MULTIPLY_MASK = 0x4340, 0xFFC0


class Cost(NamedTuple):
    """What was counted: instructions, accesses to memory, jumps, calls, multiplications (these on a Cortex-M0 only)."""

    instructions: int
    accesses: int
    jumps: int
    calls: int
    multiplications: int

    @property
    def cycles(self) -> int:
        """Cycles without wait states of the memory, as docs/hardware.md says."""
        return self.instructions + self.accesses + 2 * self.jumps + self.calls

    @property
    def slow_cycles(self) -> int:
        """Cycles of a Cortex-M0 with the multiplier that takes 32 instead of one."""
        return self.cycles + 31 * self.multiplications


class CountingBoard(Board):
    """A board with the cell of a folder, which is the seed cell."""

    def __init__(self, name: str, folder: Path) -> None:
        self._image, symbols = image(name, folder)
        self._accesses = self._jumps = self._calls = self._multiplications = 0
        self._next, self._size = None, 2
        super().__init__(self._image, symbols, CPUS[name], 1, True)
        hooks = unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE
        self._uc.hook_add(hooks, self._access)

    def cost(self, messages: Messages) -> tuple[Cost, bytes]:
        """Return the cost of an update before which these messages arrive, and what the cell tells."""
        before, self.counting = self._counted(), True
        told = self.update(messages)
        self.counting = False
        return Cost(*(after - start for after, start in zip(self._counted(), before, strict=True))), told

    def _counted(self) -> tuple[int, ...]:
        return self.instructions, self._accesses, self._jumps, self._calls, self._multiplications

    def _access(self, *where: object) -> None:
        self._accesses += self.counting

    def _count(self, uc: unicorn.Uc, address: int, size: int, data: object) -> None:
        super()._count()
        if address != self._next and self._next is not None:
            self._jumps += 1
            # The only jumps of four bytes on a Cortex-M0 are calls; they take a cycle more.
            self._calls += self._size == 4
        self._next, self._size = address + size, size
        self._multiplications += (
            int.from_bytes(self._image[address : address + 2], "little") & MULTIPLY_MASK == MULTIPLY
        )
