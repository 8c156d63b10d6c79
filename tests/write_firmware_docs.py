"""Write the sizes in docs/firmware.md, measured with the lizard: python tests/write_firmware_docs.py docs/firmware.md.

Needs the compilers that are named there, and Unicorn. `test_firmware.py` checks it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from blastema import load
from blastema.formats import export
from emulated_board import CPUS, Board
from firmware_programs import PROCESSORS, image, sizes

BEGIN, END = "<!-- made by tests/write_firmware_docs.py -->\n", "<!-- end -->\n"
HEAD = (
    "| processor | flags | ROM | cell | stack by the compiler | stack in the emulator | instructions of an update |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n"
)


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


def page(text: str, folder: Path) -> str:
    """Return the page with a new table, from the sources in this folder."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + HEAD + "".join(row(name, folder) for name in PROCESSORS) + END + rest.partition(END)[2]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with TemporaryDirectory() as temporary:
        export(load("🦎"), "cell", Path(temporary) / "cell")
        path.write_text(page(path.read_text("utf-8"), Path(temporary) / "cell"), "utf-8")
