"""A tile on an emulated Cortex-M, whose registers are those of tests/tile/Arduino.h."""

import unicorn
from unicorn.arm_const import UC_ARM_REG_SP

from emulated_board import CPUS, MICROSECONDS, NEVER, PAGE, REGISTERS

# The program with its variables lies at 0, the stack below its end.
MEMORY = 16 * PAGE


class DiffersError(Exception):
    """An access to a register that was not recorded."""


def replay(image: bytes, symbols: dict[str, int], cpu: str, trace: list[tuple[int, int]], size: int) -> bytes:
    """Run a tile whose registers give what was recorded, until the record ends; return the memory of its cell.

    Args:
        image: the program.
        symbols: addresses in it by name.
        cpu: a name in `CPUS`.
        trace: numbers of registers, and what was read from or written to them.
        size: of the cell in bytes.

    Raises:
        DiffersError: it does something else than what was recorded.
    """
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    uc.ctl_set_cpu_model(CPUS[cpu])
    uc.mem_map(0, MEMORY)
    uc.mem_write(0, image)
    uc.reg_write(UC_ARM_REG_SP, MEMORY)
    ahead, problems = iter(trace), []

    def access(offset: int, written: int | None) -> int:
        number, value = next(ahead, (None, 0))
        if number != offset // 4 or written not in (None, value):
            # An exception would not stop the emulator.
            problems.append((number, value, offset // 4, written))
            uc.emu_stop()
        return value

    uc.mmio_map(
        REGISTERS,
        PAGE,
        lambda uc, offset, size, data: access(offset, None),
        None,
        lambda uc, offset, size, value, data: access(offset, value),
        None,
    )
    uc.emu_start(symbols["board_start"] | 1, NEVER, timeout=MICROSECONDS)
    if not problems or problems[0][0] is not None:
        raise DiffersError(problems[:1])
    return bytes(uc.mem_read(symbols["mine"], size))
