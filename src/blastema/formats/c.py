"""A C99 header with the weights, float and int8, and a step that allocates nothing. Writing only."""

from pathlib import Path

import numpy as np

from blastema._version import __version__
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing
from blastema.organism import Organism
from blastema.quantisation.rows import quantise_rows
from blastema.rule import Filter, Rule
from blastema.rule.firing import fire_threshold
from blastema.rule.perception import filters_of

STEP = Path(__file__).with_name("c_step.h")
ABOUT = """/* An organism for C99: {about}. Written by Blastema {version}.

       float before[72 * 72 * BLASTEMA_CHANNELS], after[72 * 72 * BLASTEMA_CHANNELS];
       blastema_seed(before, 72, 72);
       blastema_step(before, after, 72, 72, seed, age, 0.0f);

   A grid is float [height][width][channel]: red, green, blue (premultiplied), alpha, hidden. Define BLASTEMA_INT8
   before the #include for weights of one byte, a quarter of the memory. Allocates nothing; needs libm (cosf, sinf). */
#ifndef BLASTEMA_ORGANISM_H
#define BLASTEMA_ORGANISM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
"""


def write_c(organism: Organism, path: Path, size: Size = None) -> str:
    """Write an organism as a C99 header, and return how much its int8 weights are rounded.

    Raises:
        BlastemaError: the file cannot be written.
    """
    hidden, update = organism.weights.hidden_weight.T, organism.weights.update_weight
    (hidden_bytes, hidden_scale), (update_bytes, update_scale) = quantise_rows(hidden, 1), quantise_rows(update, 0)
    parts = [
        ABOUT.format(about=_about(organism), version=__version__),
        _constants(organism.rule),
        "#ifdef BLASTEMA_INT8",
        "/* A weight is byte * scale; each hidden unit and channel has its own scale. */",
        _array("int8_t", "hidden_weight", hidden_bytes),
        _array("float", "hidden_scale", hidden_scale),
        _array("int8_t", "update_weight", update_bytes),
        _array("float", "update_scale", update_scale),
        "#define BLASTEMA_HIDDEN_SCALE(unit) blastema_hidden_scale[unit]",
        "#define BLASTEMA_UPDATE_SCALE(channel) blastema_update_scale[channel]",
        "#else",
        _array("float", "hidden_weight", hidden),
        _array("float", "update_weight", update),
        "#define BLASTEMA_HIDDEN_SCALE(unit) 1.0f",
        "#define BLASTEMA_UPDATE_SCALE(channel) 1.0f",
        "#endif",
        _array("float", "hidden_bias", organism.weights.hidden_bias),
        _array("float", "update_bias", organism.weights.update_bias),
        _signals(organism),
        STEP.read_text("utf-8"),
    ]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(parts), "utf-8")
    worst = max(hidden_scale.max(), update_scale.max()) / 2
    return f"float weights are exact; with BLASTEMA_INT8 they are at most {worst:.2g} off, half a step"


def _about(organism: Organism) -> str:
    targets, experiment = ", ".join(organism.record.targets), organism.record.experiment
    return _comment(f"{targets}, {experiment}" if targets and experiment else "of unknown origin")


def _comment(text: str) -> str:
    """Return what a comment may hold of a text from a file: nothing that ends it."""
    return "".join(letter for letter in text[:80] if letter.isprintable() and letter not in "*/\\")


def _signals(organism: Organism) -> str:
    """Return how many signals there are, and their rows one after the other."""
    names = organism.rule.signals
    listed = [f"/* signal {index}: {_comment(name)} */" for index, name in enumerate(names)]
    rows = [_array("float", "signal_bias", organism.weights.signal_bias.reshape(-1))] if names else []
    pointer = "blastema_signal_bias" if names else "((const float *)0)"
    return "\n".join(
        [f"#define BLASTEMA_SIGNALS {len(names)}", f"#define BLASTEMA_SIGNAL_ROWS {pointer}", *listed, *rows]
    )


def _constants(rule: Rule) -> str:
    filters = ",\n".join(f"{{{_matrices(given)}}} /* {given.name} */" for given in filters_of(rule.filters))
    return f"""
#define BLASTEMA_CHANNELS {rule.channels}
#define BLASTEMA_HIDDEN {rule.hidden}
#define BLASTEMA_FILTERS {len(rule.filters)}
#define BLASTEMA_ALIVE_ABOVE {_number(np.float32(rule.alive_threshold))}
#define BLASTEMA_FIRES_BELOW UINT32_C({fire_threshold(rule.fire_rate)}) /* fire rate * 2^24 */
#define BLASTEMA_WRAP {int(rule.edge == "wrap")} /* edge of the grid: wrapping (1) or dead (0) */

/* Each filter is three matrices: fixed + cosine of the angle * along + sine of the angle * across. */
static const float blastema_filters[BLASTEMA_FILTERS][3][3][3] = {{
{filters}}};
"""


def _matrices(given: Filter) -> str:
    rows = (
        "{" + ", ".join("{" + ", ".join(_number(np.float32(weight)) for weight in row) + "}" for row in matrix) + "}"
        for matrix in given.matrices
    )
    return ", ".join(rows)


def _array(kind: str, name: str, values: np.ndarray) -> str:
    sides = "".join(f"[{side}]" for side in values.shape)
    content = ",\n".join(f"{{{_row(row)}}}" for row in values) if values.ndim == 2 else _row(values)
    return f"static const {kind} blastema_{name}{sides} = {{\n{content}}};"


def _row(row: np.ndarray) -> str:
    numbers = [_number(value) for value in row]
    lines = [", ".join(numbers[start : start + 8]) for start in range(0, len(numbers), 8)]
    return ",\n".join(lines)


def _number(value: np.generic) -> str:
    """Return a literal that is exactly this number: nine digits identify every float32."""
    if isinstance(value, np.integer):
        return str(value)
    text = f"{value:.9g}"
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


FORMAT = Format(
    "c",
    ".h",
    "a C99 header with a step that allocates nothing",
    write_c,
    weights="float exact, int8 rounded",
    proven_in="a C compiler, `-std=c99 -Wall -Wextra -Werror`",
    tolerance="1e-5 after ten steps: sums in another order",
)
