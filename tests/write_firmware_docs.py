"""Write the tables of docs/firmware.md, measured with the lizard: python tests/write_firmware_docs.py docs/firmware.md.

Needs the compilers that are named there, and Unicorn. Tests check what it writes.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import test_firmware_swarm
from blastema import load
from blastema.formats import export
from emulated_board import CPUS, Board
from firmware_programs import PROCESSORS, image, sizes

SIZES, SWARMS = (f"<!-- made by tests/write_firmware_docs.py{part} -->\n" for part in ("", ": swarms"))
END = "<!-- end -->\n"
SIZES_HEAD = (
    "| processor | flags | ROM | cell | stack by the compiler | stack in the emulator | instructions of an update |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
)
SWARMS_HEAD = "| | grown | right half restarted |\n| --- | ---: | ---: |\n"


def row(name: str, folder: Path) -> str:
    """Return the row of a processor; an update is that of the seed cell, and the emulator also takes messages."""
    rom, cell, stack = sizes(name, folder)
    used = instructions = ""
    if name in CPUS:
        content, symbols = image(name, folder)
        board, rom = Board(content, symbols, CPUS[name], 1, True), len(content)
        board.counting = True
        message = board.update([])
        instructions = f"{board.instructions:,}"
        board.update([(port, message) for port in range(8)])
        used = str(board.stack_used())
    return f"| {name} | `{' '.join(PROCESSORS[name].flags)}` | {rom:,} | {cell} | {stack} | {used} | {instructions} |\n"


def between(text: str, begin: str, content: str) -> str:
    """Return the page with other content after a mark."""
    before, mark, rest = text.partition(begin)
    return before + mark + content + END + rest.partition(END)[2]


def with_sizes(text: str, folder: Path) -> str:
    """Return the page with the sizes of the sources in this folder."""
    return between(text, SIZES, SIZES_HEAD + "".join(row(name, folder) for name in PROCESSORS))


def with_swarms(text: str, folder: Path) -> str:
    """Return the page with the losses of swarms of the cells in this folder; takes a minute."""
    grow = test_firmware_swarm.beginner(folder)
    rows = [test_firmware_swarm.row(name, grow) for name in test_firmware_swarm.CONDITIONS]
    return between(text, SWARMS, SWARMS_HEAD + "".join(rows))


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "cell"
        export(load("🦎"), "cell", folder)
        path.write_text(with_swarms(with_sizes(path.read_text("utf-8"), folder), folder), "utf-8")
