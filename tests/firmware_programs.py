"""The program of a cell, compiled for this machine and for boards."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from blastema.formats.cell import FIRMWARE, SOURCES

CHANNELS, MESSAGE, PORTS = 16, 17, 8
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-Wconversion")
SMALL = ("-Os", "-ffreestanding", "-fno-tree-loop-distribute-patterns", "-nostdlib")


class Processor(NamedTuple):
    """What is needed to compile for a processor: the prefix of its tools, its flags, its package in Debian."""

    prefix: str
    flags: tuple[str, ...]
    package: str


PROCESSORS = {
    "Cortex-M0": Processor("arm-none-eabi-", ("-mcpu=cortex-m0", "-mthumb"), "gcc-arm-none-eabi"),
    "Cortex-M4": Processor("arm-none-eabi-", ("-mcpu=cortex-m4", "-mthumb"), "gcc-arm-none-eabi"),
    "RV32IMC": Processor("riscv64-unknown-elf-", ("-march=rv32imc", "-mabi=ilp32"), "gcc-riscv64-unknown-elf"),
    "RV32EC": Processor("riscv64-unknown-elf-", ("-march=rv32ec", "-mabi=ilp32e"), "gcc-riscv64-unknown-elf"),
    "ATtiny1616": Processor("avr-", ("-mmcu=attiny1616",), "gcc-avr"),
}


class Cell(ctypes.Structure):
    """`struct cell` of cell.h."""

    _fields_ = (
        ("state", ctypes.c_int16 * CHANNELS),
        ("neighbours", ctypes.c_int8 * PORTS * CHANNELS),
        ("scratch", ctypes.c_int16 * CHANNELS),
        ("random", ctypes.c_uint16),
        ("heard", ctypes.c_uint8),
        ("updates", ctypes.c_uint8),
    )

    def numbers(self, name: str) -> np.ndarray:
        """Return an array of the cell as NumPy array, which shares its memory."""
        return np.ctypeslib.as_array(getattr(self, name))


class Host:
    """The functions of cell.c on this machine, with a cell that has been switched on."""

    def __init__(self, folder: Path, random: int = 1) -> None:
        self.library, self.cell = compiled_here(folder), Cell()
        self.library.cell_start(ctypes.byref(self.cell), random)

    def seed(self) -> None:
        """Become the seed cell."""
        self.library.cell_seed(ctypes.byref(self.cell))

    def wait(self) -> int:
        """Return the ticks until the next update."""
        return self.library.cell_wait(ctypes.byref(self.cell))

    def receive(self, port: int, message: bytes) -> bool:
        """Take a message; return whether its checksum is right."""
        return bool(self.library.cell_receive(ctypes.byref(self.cell), port, message))

    def wake(self) -> bool:
        """Update; return whether there is something to tell."""
        return bool(self.library.cell_wake(ctypes.byref(self.cell)))

    def tell(self) -> bytes:
        """Return the cell's message, which is left in its scratch memory as on a board."""
        self.library.cell_tell(ctypes.byref(self.cell), ctypes.byref(self.cell, Cell.scratch.offset))
        return bytes(self.cell)[Cell.scratch.offset :][:MESSAGE]


def checksum(content: bytes) -> int:
    """Return the CRC-8 by long division of polynomials: 0x2f, begun with ones."""
    remainder = int.from_bytes(content, "big") << 8 ^ 0xFF << 8 * len(content)
    for bit in range(remainder.bit_length() - 1, 7, -1):
        if remainder >> bit & 1:
            remainder ^= 0x12F << bit - 8
    return remainder


def message(numbers: npt.ArrayLike) -> bytes:
    """Return the message that has these numbers."""
    content = np.asarray(numbers, np.int8).tobytes()
    return content + bytes([checksum(content)])


def compiled_here(folder: Path, *more: Path) -> ctypes.CDLL:
    """Return cell.c, with the organism.h of this folder, and perhaps more sources, as a library of this machine."""
    compiler = shutil.which("cc") or pytest.skip("not installed: a C compiler")
    library = folder / f"cell{len(more)}.so"
    flags = [*STRICT, "-O2", "-shared", "-fPIC", f"-I{folder}", f"-I{FIRMWARE}"]
    subprocess.run([compiler, *flags, folder / "cell.c", *more, "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.cell_wait.restype = ctypes.c_uint16
    return loaded


def run(tool: Processor, name: str, *arguments: object) -> str:
    """Run one of the tools of a processor, and return what it prints."""
    program = shutil.which(tool.prefix + name) or pytest.skip(
        f"not installed: {tool.prefix}{name} (Debian: {tool.package})"
    )
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Sizes(NamedTuple):
    """Bytes of ROM, of the cell in RAM, and of the stack as the compiler counts it."""

    rom: int
    cell: int
    stack: int


# What calls what, in board.c and cell.c.
CALLS = {
    "board_start": ("begin", "cell_wait", "rest", "cell_wake", "tell"),
    "begin": ("cell_start", "cell_seed"),
    "rest": ("cell_receive",),
    "cell_receive": ("checksum",),
    "cell_start": ("clear",),
    "cell_wake": ("guess_the_silent", "alive", "clear", "sum_changes", "apply_changes", "finish"),
    "finish": ("alive", "clear"),
    "tell": ("cell_tell",),
    "cell_tell": ("checksum",),
}


def sizes(name: str, folder: Path) -> Sizes:
    """Compile cell.c and board.c in this folder for a processor, without vector table and multiplication."""
    tool, sections, frames = PROCESSORS[name], [], {}
    for part in ("cell", "board"):
        compiled = folder / f"{part}.o"
        flags = (*tool.flags, *STRICT[:-1], *SMALL, "-fstack-usage")
        run(tool, "gcc", *flags, "-c", folder / f"{part}.c", "-o", compiled)
        sections += [line.split() for line in run(tool, "size", "-A", compiled).splitlines()]
        for line in compiled.with_suffix(".su").read_text().splitlines():
            where, size, _ = line.split("\t")
            frames[where.split(":")[-1]] = int(size)
    content = {words[0]: int(words[1]) for words in sections if len(words) == 3 and words[0].startswith(".")}
    rom = sum(int(words[1]) for words in sections if words and words[0].startswith((".text", ".rodata", ".srodata")))
    return Sizes(rom, sum(content.get(kind, 0) for kind in (".bss", ".sbss")), _deepest("board_start", frames))


def _deepest(function: str, frames: dict[str, int]) -> int:
    return frames.get(function, 0) + max((_deepest(callee, frames) for callee in CALLS.get(function, ())), default=0)


def image(name: str, folder: Path) -> tuple[bytes, dict[str, int]]:
    """Return what lies in the ROM of a Cortex-M, from the sources in this folder, and the addresses of symbols."""
    tool, program = PROCESSORS[name], folder / f"{name}.elf"
    sources = [folder / source for source in SOURCES if source.endswith(".c")]
    linked = ("-T", folder / "cortex_m.ld", *sources, "-lgcc", "-o", program)
    run(tool, "gcc", *tool.flags, *STRICT, *SMALL, *linked)
    run(tool, "objcopy", "-O", "binary", "-j", ".text", program, program.with_suffix(".bin"))
    lines = [line.split() for line in run(tool, "nm", program).splitlines()]
    return program.with_suffix(".bin").read_bytes(), {symbol: int(address, 16) for address, _, symbol in lines}
