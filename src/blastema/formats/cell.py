"""One cell as a program for a small processor, in C99 with integers only. Writing only.

A folder with the sources of `firmware` and `organism.h`, which has the numbers of the organism.
"""

from pathlib import Path

import numpy as np

from blastema._version import __version__
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing_folder
from blastema.organism import Organism
from blastema.quantisation.cell_layout import cell_arrays, check_fits
from blastema.quantisation.integer_cell import HIDDEN_SHIFT, IntegerCell, integer_cell

FIRMWARE = Path(__file__).parents[1] / "firmware"
SOURCES = ("cell.h", "cell.c", "board.c", "cortex_m.c", "cortex_m.ld")
HEAD = """/* The organism of a cell: {about}. Written by Blastema {version}. */
#ifndef ORGANISM_H
#define ORGANISM_H

#include <stdint.h>

"""


def write_cell(organism: Organism, path: Path, size: Size = None) -> str:
    """Write the program of a cell into a folder, and return how much its weights are rounded.

    Edge and fire rate are not part of it: a cell knows no grid, and wakes by itself.

    Raises:
        BlastemaError: the rule does not fit into a cell, or the folder cannot be written.
    """
    check_fits(organism.rule)
    numbers = integer_cell(organism.rule, organism.weights, *organism.trained_size)
    with replacing_folder(path, {"organism.h", *SOURCES}) as folder:
        (folder / "organism.h").write_text(header(numbers, _about(organism)), "utf-8")
        for name in SOURCES:
            (folder / name).write_bytes((FIRMWARE / name).read_bytes())
    return (
        "compile it as docs/firmware.md says; weights are rounded to 8 bits: the root mean square error of a cell's "
        f"change per step is {numbers.error:.2g}; messages are rounded to 8 bits, too"
    )


def _about(organism: Organism) -> str:
    record = organism.record
    about = f"{', '.join(record.targets)}, {record.experiment}" if record.targets and record.experiment else "unknown"
    # Nothing that ends the comment.
    return "".join(letter for letter in about[:80] if letter.isprintable() and letter not in "*/\\")


def header(numbers: IntegerCell, about: str) -> str:
    """Return the text of `organism.h`; channels that the organism does not have are zero.

    Args:
        numbers: of the organism.
        about: what it grows, for a comment.
    """
    arrays = cell_arrays(numbers)
    constants = {
        "CELL_WEIGHTS": arrays.weights.size,
        "CELL_HIDDEN_SHIFT": HIDDEN_SHIFT,
        "CELL_UPDATE_SHIFT": numbers.update_shift,
        "CELL_UPDATE_FACTOR": numbers.update_factor,
        "CELL_ALIVE_ABOVE": numbers.alive_above,
    }
    parts = [f"#define {name} {value}" for name, value in constants.items()]
    parts += [
        "/* For each hidden unit: three weights of each channel, a bias of two bytes, a weight for each channel. */",
        _array("int8_t", "cell_weights", arrays.weights),
        _array("int16_t", "cell_update_bias", arrays.update_bias),
        "/* What stands for 1.0 in each channel. */",
        _array("int16_t", "cell_one", arrays.one),
    ]
    return HEAD.format(about=about, version=__version__) + "\n".join(parts) + "\n\n#endif\n"


def _array(kind: str, name: str, values: np.ndarray) -> str:
    numbers = [str(value) for value in values.reshape(-1).tolist()]
    lines = [", ".join(numbers[start : start + 22]) for start in range(0, len(numbers), 22)]
    return f"static const {kind} {name}[{len(numbers)}] = {{\n" + ",\n".join(lines) + "};"


FORMAT = Format(
    "cell",
    "",
    "one cell as a C99 program for a small processor",
    write_cell,
    weights="rounded to 8 bits",
    proven_in="an emulated Cortex-M0 and Cortex-M4",
    tolerance="none between processors; another rule in time, so the loss is what counts",
    signals=False,
)
