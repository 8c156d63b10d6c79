"""Write the tables of docs/hardware.md, measured with the lizard: python tests/write_hardware_docs.py docs/hardware.md.

Needs the compilers that are named there, and Unicorn. Tests check what it writes.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import test_tile
from blastema import load
from blastema.formats import export
from counting_board import Cost, CountingBoard
from firmware_programs import MESSAGE, PORTS
from write_firmware_docs import between

TIME, WIRE, TILES = (f"<!-- made by tests/write_hardware_docs.py: {part} -->\n" for part in ("time", "wire", "tiles"))
TIME_HEAD = (
    "| processor | clock | instructions | cycles | time of an update | updates a second at most |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |\n"
)
WIRE_HEAD = (
    "| baud | one message | one output for all eight | eight outputs, one after another | four ports, passing on |\n"
    "| ---: | ---: | ---: | ---: | ---: |\n"
)
TILES_HEAD = "| 48x48 tiles | grown | right half restarted |\n| --- | ---: | ---: |\n"
MEGAHERTZ = {"Cortex-M0": (8, 16, 48), "Cortex-M4": (48, 80, 168)}
BAUDS = (9_600, 115_200, 1_000_000)
# Bits of a byte on a serial line, with start and stop; bytes of the sketch's message, and how often a port up or down
# sends in a wait: of its own, and of the tiles to its left and right.
BITS, SKETCH_MESSAGE, PASSED_ON = 10, MESSAGE + 3, 3


def cost(name: str, folder: Path) -> Cost:
    """Return the cost of an update of the seed cell, before which each of eight neighbours told the same as it."""
    board = CountingBoard(name, folder)
    _, told = board.cost([])
    return board.cost([(port, told) for port in range(PORTS)])[0]


def times(name: str, folder: Path) -> str:
    """Return the rows of a processor."""
    counted = cost(name, folder)
    rows = [(name, clock, counted.cycles) for clock in MEGAHERTZ[name]]
    if counted.multiplications > counted.instructions / 100:
        rows.append((f"{name}, small multiplier", MEGAHERTZ[name][-1], counted.slow_cycles))
    return "".join(
        f"| {title} | {clock} MHz | {counted.instructions:,} | {cycles:,} | {cycles / clock / 1000:.1f} ms "
        f"| {1e6 * clock / cycles:,.0f} |\n"
        for title, clock, cycles in rows
    )


def wire(baud: int) -> str:
    """Return the row of a speed: the time of a message, and updates a second with a line busy half of the time."""
    message = MESSAGE * BITS / baud
    busy = (message, PORTS * message, PASSED_ON * SKETCH_MESSAGE * BITS / baud)
    rates = " | ".join(f"{0.5 / seconds:,.1f}" if 0.5 / seconds < 100 else f"{0.5 / seconds:,.0f}" for seconds in busy)
    return f"| {baud:,} | {1000 * message:.2f} ms | {rates} |\n"


def with_times(text: str, folder: Path) -> str:
    """Return the page with how long an update of the cell in this folder takes."""
    return between(text, TIME, TIME_HEAD + "".join(times(name, folder) for name in MEGAHERTZ))


def with_wires(text: str) -> str:
    """Return the page with how long messages take."""
    return between(text, WIRE, WIRE_HEAD + "".join(map(wire, BAUDS)))


def with_tiles(text: str, folder: Path) -> str:
    """Return the page with what grids of tiles grow; takes minutes."""
    rows = [test_tile.row(name, folder) for name in test_tile.CONDITIONS]
    return between(text, TILES, TILES_HEAD + "".join(rows))


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "cell"
        export(load("🦎"), "cell", folder)
        text = with_wires(with_times(path.read_text("utf-8"), folder))
        path.write_text(with_tiles(text, folder), "utf-8")
