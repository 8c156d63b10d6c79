"""A Cortex-M in an emulator, with 10,240 bytes of ROM, 256 bytes of RAM, and the registers of firmware/board.c."""

import struct
from collections.abc import Iterator

import unicorn
from unicorn.arm_const import UC_ARM_REG_PC, UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M0, UC_CPU_ARM_CORTEX_M4

CPUS = {"Cortex-M0": UC_CPU_ARM_CORTEX_M0, "Cortex-M4": UC_CPU_ARM_CORTEX_M4}
ROM, RAM, REGISTERS = 0, 0x20000000, 0x40000000
ROM_SIZE, RAM_SIZE, PAGE = 10240, 256, 4096
PORT, BYTE, SEND, WAIT, RANDOM, SEED = range(0, 24, 4)
PORTS = 8
# What RAM holds when it is switched on.
UNTOUCHED = 0xA5
# An address that is never reached, and the longest that a board may take for an update.
NEVER, MICROSECONDS = 0xFFFFFFFE, 10_000_000

Messages = list[tuple[int, bytes]]


class OutsideError(Exception):
    """An access outside of ROM, RAM and registers."""


class Board:
    """A board that has been switched on.

    Args:
        image: what lies in ROM.
        symbols: addresses in it by name.
        cpu: the model, a constant of Unicorn.
        random: what its register gives.
        seed: whether it is to be the seed cell.

    Attributes:
        instructions: how many were run, if `counting`.
    """

    def __init__(self, image: bytes, symbols: dict[str, int], cpu: int, random: int, seed: bool) -> None:
        self.symbols, self.counting, self.instructions, self.wait = symbols, False, 0, 0
        self._registers, self._sent = {RANDOM: random, SEED: int(seed)}, bytearray()
        self._messages: Messages = []
        self._bytes: Iterator[int] = iter(b"")
        self._uc = uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        uc.ctl_set_cpu_model(cpu)
        uc.mem_map(ROM, -(-ROM_SIZE // PAGE) * PAGE, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        uc.mem_map(RAM, PAGE)
        uc.mem_write(ROM, image)
        uc.mem_write(RAM, bytes([UNTOUCHED]) * PAGE)
        uc.mmio_map(REGISTERS, PAGE, self._read, None, self._write, None)
        self._watch()
        stack, start = struct.unpack_from("<II", image)
        self._at = start & ~1
        self.stack_size = stack - RAM
        uc.reg_write(UC_ARM_REG_SP, stack)
        # Where an update begins and ends. Unicorn is slow when the address that it stops at changes.
        uc.hook_add(unicorn.UC_HOOK_CODE, self._stop, None, symbols["rest"], symbols["rest"])
        self._run()

    def _watch(self) -> None:
        """Watch what is mapped only because memory is mapped in pages; all else faults by itself."""
        for start, end in ((ROM_SIZE, RAM - 1), (RAM + RAM_SIZE, REGISTERS - 1)):
            for hook in (unicorn.UC_HOOK_MEM_READ, unicorn.UC_HOOK_MEM_WRITE):
                self._uc.hook_add(hook, self._outside, None, start, end)
            self._uc.hook_add(unicorn.UC_HOOK_CODE, self._outside, None, start, end)

    def _outside(self, uc: unicorn.Uc, *where: object) -> None:
        raise OutsideError(str(where))

    def _stop(self, uc: unicorn.Uc, *where: object) -> None:
        # The instruction that it stopped at is the first one afterwards.
        if not self._begins:
            uc.emu_stop()
        self._begins = False

    def _count(self, *where: object) -> None:
        self.instructions += 1

    def _run(self) -> None:
        self._begins = self._at == self.symbols["rest"]
        hook = self._uc.hook_add(unicorn.UC_HOOK_CODE, self._count) if self.counting else None
        self._uc.ctl_flush_tb()
        self._uc.emu_start(self._at | 1, NEVER, timeout=MICROSECONDS)
        self._at = self._uc.reg_read(UC_ARM_REG_PC)
        assert self._at == self.symbols["rest"], "it hangs"
        if hook is not None:
            self._uc.hook_del(hook)

    def update(self, messages: Messages) -> bytes:
        """Return what it sends after an update, before which these messages arrive; nothing if it is silent."""
        self._messages = list(messages)
        self._sent.clear()
        self._run()
        assert not self._messages
        return bytes(self._sent)

    def _read(self, uc: unicorn.Uc, offset: int, size: int, data: object) -> int:
        if offset == PORT:
            port, message = self._messages.pop(0) if self._messages else (PORTS, b"")
            self._bytes = iter(message)
            return port
        return next(self._bytes) if offset == BYTE else self._registers[offset]

    def _write(self, uc: unicorn.Uc, offset: int, size: int, value: int, data: object) -> None:
        if offset == SEND:
            self._sent.append(value)
        elif offset == WAIT:
            self.wait = value
        else:
            raise OutsideError(f"a write to register {offset}")

    def cell(self, size: int) -> bytes:
        """Return the memory of the cell."""
        return bytes(self._uc.mem_read(self.symbols["cell"], size))

    def stack_used(self) -> int:
        """Return the most bytes that the stack has had."""
        stack = bytes(self._uc.mem_read(RAM, self.stack_size))
        return len(stack.lstrip(bytes([UNTOUCHED])))
