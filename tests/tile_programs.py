"""The sketch of examples/tile with the program of a cell: many on this machine, wired to a grid, or one on a board."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from firmware_programs import CHANNELS, PROCESSORS, SMALL, Cell, run

PROJECT = Path(__file__).parents[1]
SKETCH, ARDUINO = PROJECT / "examples/tile", PROJECT / "tests/tile"
# Milliseconds of an average wait, with the sketch's tick of one.
WAIT = 256
WARNINGS = ("-Wall", "-Wextra", "-Werror")
# Which of Arduino's own files the sketch is compiled with, where Debian's arduino-core-avr is installed.
CORE = Path("/usr/share/arduino/hardware/arduino/avr")


class Access(ctypes.Structure):
    """An access to a register of tests/tile/Arduino.h."""

    _fields_ = (("number", ctypes.c_uint32), ("value", ctypes.c_uint32))


def includes(folder: Path, sketch: Path = SKETCH) -> list[str]:
    """Return the flags that let a compiler find the sketch, what it uses of Arduino, and the cell of this folder."""
    return [f"-I{path}" for path in (ARDUINO, sketch, folder)]


def without_passing_on(folder: Path) -> Path:
    """Return a folder with the sketch of a tile that hears only the four neighbours that it is wired to."""
    sketch = folder / "alone"
    shutil.copytree(SKETCH, sketch, dirs_exist_ok=True)
    text, passes = (sketch / "tile.ino").read_text(), "if (side == LEFT || side == RIGHT) {"
    assert text.count(passes) == 1
    (sketch / "tile.ino").write_text(text.replace(passes, "if (false) {"))
    return sketch


def grids(folder: Path, sketch: Path = SKETCH) -> ctypes.CDLL:
    """Return tests/tile/grid.cpp with a sketch and the cell of this folder as a library of this machine."""
    compilers = [shutil.which(name) or pytest.skip(f"not installed: {name}") for name in ("cc", "c++")]
    library, compiled = folder / f"grid-{sketch.name}.so", folder / "cell.o"
    subprocess.run([compilers[0], "-std=c99", "-O2", "-fPIC", "-c", folder / "cell.c", "-o", compiled], check=True)
    flags = ["-std=c++17", "-O2", "-shared", "-fPIC", *WARNINGS, *includes(folder, sketch)]
    subprocess.run([compilers[1], *flags, ARDUINO / "grid.cpp", compiled, "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.grid_new.restype = ctypes.c_void_p
    loaded.grid_new.argtypes = [*[ctypes.c_int] * 2, ctypes.c_uint32, *[ctypes.c_double] * 2]
    for name, arguments in {"free": 0, "run": 1, "press": 2, "switch": 3, "trace": 2}.items():
        getattr(loaded, f"grid_{name}").argtypes = [ctypes.c_void_p, *[ctypes.c_int] * arguments]
    for name in ("cells", "leds"):
        getattr(loaded, f"grid_{name}").argtypes = [ctypes.c_void_p] * 2
    loaded.grid_traced.argtypes = [ctypes.c_void_p, *[ctypes.c_int] * 2, ctypes.c_void_p, ctypes.c_int]
    return loaded


class Grid:
    """Tiles that are wired to the neighbours above, left, right and below.

    Args:
        library: of `grids`.
        side: tiles in a row and in a column.
        seed: of what differs between tiles.
        lost: share of the bytes that do not arrive.
        drift: clocks run faster or slower by up to this share.
    """

    def __init__(self, library: ctypes.CDLL, side: int, seed: int = 0, lost: float = 0.0, drift: float = 0.01) -> None:
        self._library, self.side = library, side
        self._grid = library.grid_new(side, side, seed, lost, drift)

    def run(self, ms: int) -> None:
        """Let milliseconds pass."""
        self._library.grid_run(self._grid, ms)

    def press(self, y: int, x: int) -> None:
        """Press the button of a tile long enough for an update."""
        self._library.grid_press(self._grid, y, x)

    def switch(self, mask: np.ndarray, on: bool) -> None:
        """Switch tiles off, or on; a tile that is switched on starts empty."""
        for y, x in np.argwhere(mask):
            self._library.grid_switch(self._grid, int(y), int(x), on)

    def trace(self, y: int, x: int) -> None:
        """Restart a tile, and record what it does from then on."""
        self._library.grid_trace(self._grid, y, x)

    def traced(self, y: int, x: int) -> list[tuple[int, int]]:
        """Return the accesses that were recorded."""
        count = self._library.grid_traced(self._grid, y, x, None, 0)
        accesses = (Access * count)()
        self._library.grid_traced(self._grid, y, x, accesses, count)
        return [(access.number, access.value) for access in accesses]

    def cells(self) -> list[list[Cell]]:
        """Return the cells, row by row."""
        cells = (Cell * self.side**2)()
        self._library.grid_cells(self._grid, cells)
        return [list(cells[row * self.side : (row + 1) * self.side]) for row in range(self.side)]

    def leds(self) -> np.ndarray:
        """Return the colours of the LEDs, uint8 `(height, width, 3)`."""
        colours = np.zeros((self.side, self.side, 3), np.uint8)
        self._library.grid_leds(self._grid, colours.ctypes.data_as(ctypes.c_void_p))
        return colours

    def states(self, one: np.ndarray) -> np.ndarray:
        """Return the states of the cells, float32 `(height, width, channel)`; `one` stands for 1 in each channel."""
        states = np.array([[cell.numbers("state") for cell in row] for row in self.cells()])
        return (states.reshape(self.side, self.side, CHANNELS) / one).astype(np.float32)

    def __del__(self) -> None:
        self._library.grid_free(self._grid)


def ones(folder: Path) -> np.ndarray:
    """Return what stands for 1 in each channel, from organism.h."""
    (one,) = re.findall(r"cell_one\[16\] = {\n(.*?)}", (folder / "organism.h").read_text(), re.S)
    return np.array(one.split(","), int)


def image(name: str, folder: Path) -> tuple[bytes, dict[str, int]]:
    """Return the program of tests/tile/board.cpp for a Cortex-M, to lie at 0, and the addresses of symbols."""
    tool, program, compiled = PROCESSORS[name], folder / f"tile-{name}.elf", folder / f"cell-{name}.o"
    run(tool, "gcc", *tool.flags, *WARNINGS, *SMALL, "-std=c99", "-c", folder / "cell.c", "-o", compiled)
    flags = (*tool.flags, *WARNINGS, *SMALL, "-std=c++14", "-fno-exceptions", "-fno-rtti", *includes(folder))
    linked = ("-Wl,-Ttext=0", "-Wl,-eboard_start", "-lgcc", "-o", program)
    run(tool, "g++", *flags, ARDUINO / "board.cpp", compiled, *linked)
    run(tool, "objcopy", "-O", "binary", program, program.with_suffix(".bin"))
    lines = [line.split() for line in run(tool, "nm", program).splitlines()]
    return program.with_suffix(".bin").read_bytes(), {symbol: int(address, 16) for address, _, symbol in lines}


def arduino_object(folder: Path) -> Path:
    """Compile the sketch with Arduino's own files for the Mega 2560, which has four serial ports, too."""
    if not CORE.exists():
        pytest.skip("not installed: arduino-core-avr, avr-libc (Debian)")
    flags = ["-mmcu=atmega2560", "-DF_CPU=16000000L", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR", "-std=gnu++11", "-Os"]
    where = [f"-I{CORE / path}" for path in ("cores/arduino", "variants/mega")]
    sketch = ["-x", "c++", SKETCH / "tile.ino", f"-I{SKETCH}", f"-I{folder}"]
    run(PROCESSORS["ATtiny1616"], "g++", *flags, *WARNINGS, *where, *sketch, "-c", "-o", folder / "tile.o")
    return folder / "tile.o"
