"""Shaders to paste into Shadertoy: two buffers and the image, with the weights. Writing only.

Buffer A holds the weights, unpacked once, and the updated state; buffer B, which reads A of the same frame, erases dead
cells. Each shader consists of the constants, a common part, and its own part.
"""

from pathlib import Path

import numpy as np

from blastema._version import __version__
from blastema.errors import BlastemaError
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing_folder
from blastema.organism import Organism
from blastema.quantisation.rows import quantise_rows
from blastema.rule import Rule
from blastema.rule.firing import fire_threshold
from blastema.rule.perception import filters_of

FILES = {"buffer_a.glsl": "Buffer A", "buffer_b.glsl": "Buffer B", "image.glsl": "Image"}
MOST_CHANNELS, MOST_SIGNALS = 16, 16
# Shadertoy's canvas beside the editor; its full screen is larger.
CANVAS = (450, 800)


def write_shadertoy(organism: Organism, path: Path, size: Size = None) -> str:
    """Write the three shaders into a folder, and return how much their weights are rounded.

    Args:
        organism: the organism, with at most 16 channels and 16 signals.
        path: path of the folder.
        size: (height, width) of the grid; the size used in training if None.

    Raises:
        BlastemaError: it has more of either, the grid is too large for the canvas, or the folder cannot be written.
    """
    rule = organism.rule
    if rule.channels > MOST_CHANNELS:
        raise BlastemaError(
            f"this organism has {rule.channels} channels; a shadertoy text has room for {MOST_CHANNELS}"
        )
    if len(rule.signals) > MOST_SIGNALS:
        raise BlastemaError(
            f"this organism has {len(rule.signals)} signals; a shadertoy text has room for {MOST_SIGNALS}: export one "
            f"body with --signal {rule.signals[0]}"
        )
    packed = _Packed(organism)
    height, width = size or organism.trained_size
    _check_size(height, width, packed.texels)
    constants = _constants(organism, packed, height, width)
    with replacing_folder(path, FILES) as folder:
        for name, tab in FILES.items():
            parts = [_head(tab), constants, _text("common.glsl"), _text(name)]
            parts.insert(2, packed.text() if tab == "Buffer A" else "")
            (folder / name).write_text("".join(parts), "utf-8")
    return f"paste {', '.join(FILES)}; weights are rounded to 8 bits, at most {packed.worst:.2g} off, half a step"


class _Packed:
    """The weights in texels of four: bytes, and scales and biases in float32; padded with zeros.

    Attributes:
        parts, groups: number of fours of channels, and of hidden units.
        texels: number of texels in buffer A.
        worst: largest rounding error of a weight.
    """

    def __init__(self, organism: Organism) -> None:
        rule, weights = organism.rule, organism.weights
        self.parts, self.groups = -(-rule.channels // 4), -(-rule.hidden // 4)
        spare, idle = 4 * self.parts - rule.channels, 4 * self.groups - rule.hidden
        hidden = weights.hidden_weight.reshape(len(rule.filters), rule.channels, rule.hidden)
        hidden = np.pad(hidden, ((0, 0), (0, spare), (0, idle))).reshape(-1, 4 * self.groups)
        update = np.pad(weights.update_weight, ((0, idle), (0, spare)))
        (hidden_bytes, hidden_scale), (update_bytes, update_scale) = quantise_rows(hidden, 0), quantise_rows(update, 0)
        by_group = hidden_bytes.reshape(-1, self.groups, 4).swapaxes(0, 1)
        self.bytes = np.concatenate([by_group.reshape(-1, 4), update_bytes.reshape(-1, 4)])
        self.scale = np.concatenate([hidden_scale, update_scale]).reshape(-1, 4)
        self.bias = np.concatenate(
            [np.pad(weights.hidden_bias, (0, idle)), np.pad(weights.update_bias, (0, spare))]
        ).reshape(-1, 4)
        # Rows of the signals, four hidden units at a time; exact, like the biases.
        self.signals = np.pad(weights.signal_bias, ((0, 0), (0, idle))).reshape(-1, 4) if rule.signals else None
        self.texels = len(self.bytes) + len(self.bias)
        self.worst = self.scale.max() / 2

    def text(self) -> str:
        words = np.ascontiguousarray(self.bytes).view("<u4").reshape(-1)
        fours = np.pad(words, (0, -len(words) % 4)).reshape(-1, 4)
        packed = [f"uvec4({', '.join(f'0x{word:x}u' for word in four)})" for four in fours]
        arrays = {"SCALE": self.scale, "BIAS": self.bias}
        if self.signals is not None:
            arrays["SIGNAL_BIAS"] = self.signals
        vectors = {name: [f"vec4({', '.join(map(_number, row))})" for row in rows] for name, rows in arrays.items()}
        return _array("uvec4", "BYTES", packed, 2) + "".join(
            _array("vec4", name, rows, 2) for name, rows in vectors.items()
        )


def _check_size(height: int, width: int, texels: int) -> None:
    rows = 2 * height + -(-texels // (2 * width)) + 1
    if 2 * width > CANVAS[1] or rows > CANVAS[0]:
        raise BlastemaError(
            f"a grid of {width}x{height} cells and its weights take {2 * width}x{rows} pixels, more than the "
            f"{CANVAS[1]}x{CANVAS[0]} of Shadertoy's canvas; choose a smaller --size"
        )


def _head(tab: str) -> str:
    return f"""// {tab} of an organism that grows from one cell, by Blastema {__version__}.
// Paste each text into the tab of its name. In all three set iChannel0 to Buffer A and iChannel1 to Buffer B.
// Hold the mouse button to cut cells away.

"""


def _constants(organism: Organism, packed: _Packed, height: int, width: int) -> str:
    rule = organism.rule
    matrices = np.array([given.matrices for given in filters_of(rule.filters)], np.float32).reshape(-1, 9)
    rows = [", ".join(map(_number, row)) for row in matrices]
    return f"""const uint SEED = 0u;        // decides which cells fire
const float ANGLE = 0.0;     // rotation of perception in radians
const float ERASER = {max(2.5, min(height, width) / 12):.1f};    // in cells
const int WIDTH = {width}, HEIGHT = {height};
{_mixture(rule)}
const int CHANNELS = {rule.channels}, PARTS = {packed.parts}, GROUPS = {packed.groups}, FILTERS = {len(rule.filters)};
// Each filter is three 3x3 matrices, row by row: fixed + cos(ANGLE) * along + sin(ANGLE) * across.
{_array("float", "MATRICES", rows, 1, 9)}const float ALIVE_ABOVE = {_number(np.float32(rule.alive_threshold))};
const uint FIRES_BELOW = {fire_threshold(rule.fire_rate)}u;
const bool WRAP = {str(rule.edge == "wrap").lower()};
"""


def _mixture(rule: Rule) -> str:
    """Return the weight of each signal: all of the first. Without signals nothing, since GLSL has no empty arrays."""
    if not rule.signals:
        return ""
    # A backslash at the end would continue the comment.
    names = [name.replace("\\", "") for name in rule.signals]
    rows = [f"{float(index == 0)}{',' * (index < len(names) - 1)} // {name}" for index, name in enumerate(names)]
    return "\n".join(
        [
            "// The weight of each signal; they add up to 1.",
            f"#define SIGNALS {len(names)}",
            "const float MIXTURE[SIGNALS] = float[SIGNALS](",
            *rows,
            ");\n",
        ]
    )


def _text(name: str) -> str:
    return Path(__file__).with_name(f"shadertoy_{name}").read_text("utf-8")


def _array(kind: str, name: str, values: list[str], a_line: int, in_each: int = 1) -> str:
    """Return a constant array; each of `values` is the text of `in_each` elements."""
    lines = (", ".join(values[start : start + a_line]) for start in range(0, len(values), a_line))
    count = len(values) * in_each
    return f"const {kind} {name}[{count}] = {kind}[{count}](\n" + ",\n".join(lines) + ");\n"


def _number(value: np.floating) -> str:
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


FORMAT = Format(
    "shadertoy",
    "",
    "three texts to paste",
    write_shadertoy,
    weights="rounded to 8 bits",
    proven_in="WebGL2 in Chromium",
    tolerance="1e-4 after twenty steps, 5e-7 measured: graphics cards fuse and reorder sums",
    sized="as in training",
)
