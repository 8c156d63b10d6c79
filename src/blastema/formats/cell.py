"""One cell as a program for a small processor, in C99 with integers only. Writing only.

A folder with the sources of `firmware` and `organism.h`, which has the numbers of the organism.
"""

from pathlib import Path

import numpy as np

from blastema._version import __version__
from blastema.errors import BlastemaError
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing_folder
from blastema.organism import Organism
from blastema.quantisation.integer_cell import HIDDEN_SHIFT, IntegerCell, integer_cell
from blastema.rule import Rule
from blastema.rule.perception import ARTICLE_FILTERS, names_of

FIRMWARE = Path(__file__).parents[1] / "firmware"
SOURCES = ("cell.h", "cell.c", "board.c", "cortex_m.c", "cortex_m.ld")
# What fits into a message of 17 bytes, and beside the code into 10,240 bytes of ROM.
CHANNELS, MOST_HIDDEN = 16, 136
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
    _refuse(organism.rule)
    numbers = integer_cell(organism.rule, organism.weights, *organism.trained_size)
    with replacing_folder(path, {"organism.h", *SOURCES}) as folder:
        (folder / "organism.h").write_text(header(numbers, _about(organism)), "utf-8")
        for name in SOURCES:
            (folder / name).write_bytes((FIRMWARE / name).read_bytes())
    return (
        "compile it as docs/firmware.md says; weights are rounded to 8 bits: the root mean square error of a cell's "
        f"change per step is {numbers.error:.2g}; messages are rounded to 8 bits, too"
    )


def _refuse(rule: Rule) -> None:
    if rule.channels > CHANNELS:
        raise BlastemaError(f"this organism has {rule.channels} channels; a cell's message has room for {CHANNELS}")
    if rule.hidden > MOST_HIDDEN:
        raise BlastemaError(f"this organism has {rule.hidden} hidden units; a cell's ROM has room for {MOST_HIDDEN}")
    if rule.filters != ARTICLE_FILTERS:
        raise BlastemaError(
            f"this organism has the filters {', '.join(names_of(rule.filters))}; "
            f"a cell has {', '.join(ARTICLE_FILTERS)}"
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
    hidden = numbers.hidden_bias.size
    pad = CHANNELS - numbers.one.size
    of_channels = numbers.hidden_weight.reshape(3, -1, hidden).transpose(2, 1, 0)
    weights = np.concatenate(
        [
            np.pad(of_channels, ((0, 0), (0, pad), (0, 0))).reshape(hidden, -1),
            numbers.hidden_bias.astype("<i2").view(np.int8).reshape(hidden, 2),
            np.pad(numbers.update_weight, ((0, 0), (0, pad))),
        ],
        axis=1,
    )
    constants = {
        "CELL_WEIGHTS": weights.size,
        "CELL_HIDDEN_SHIFT": HIDDEN_SHIFT,
        "CELL_UPDATE_SHIFT": numbers.update_shift,
        "CELL_UPDATE_FACTOR": numbers.update_factor,
        "CELL_ALIVE_ABOVE": numbers.alive_above,
    }
    parts = [f"#define {name} {value}" for name, value in constants.items()]
    parts += [
        "/* For each hidden unit: three weights of each channel, a bias of two bytes, a weight for each channel. */",
        _array("int8_t", "cell_weights", weights),
        _array("int16_t", "cell_update_bias", np.pad(numbers.update_bias, (0, pad))),
        "/* What stands for 1.0 in each channel. */",
        _array("int16_t", "cell_one", np.pad(numbers.one, (0, pad))),
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
