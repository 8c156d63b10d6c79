"""TensorFlow.js graph models, both ways, without TensorFlow: `model.json` and `weights.bin` in a folder.

Inputs and output are those of the article's notebook: `x` (batch, height, width, channel), `fire_rate`, `angle`,
`step_size`; `Identity`; and `signals` (batch, height, width, signal) for rules with signals. Models exported by the
notebook, with weights inside the JSON, can be read as well (`blastema.formats.tfjs_graph`).
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from blastema._version import __version__
from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.formats.tfjs_graph import KIND, MOST_BYTES, read_tfjs
from blastema.io.atomic import replacing_folder
from blastema.organism import Organism
from blastema.organism_file import SIGNAL_TENSOR, TENSORS, metadata_of
from blastema.rule import ALPHA, Rule
from blastema.rule.perception import filters_of

FILES = ("model.json", "weights.bin")
TYPES = {np.dtype(np.float32): ("float32", "DT_FLOAT"), np.dtype(np.int32): ("int32", "DT_INT32")}
FLOAT, INT, BOOL = ({"type": f"DT_{name}"} for name in ("FLOAT", "INT32", "BOOL"))


def write_tfjs(organism: Organism, path: Path, size: Size = None) -> str:
    """Write one step of an organism as a graph model, a folder.

    Raises:
        BlastemaError: the folder cannot be written, or holds other things.
    """
    graph = _Graph()
    _step(graph, organism)
    model = {
        "format": "graph-model",
        "generatedBy": f"Blastema {__version__}",
        "convertedBy": None,
        "modelTopology": {"node": graph.nodes, "versions": {"producer": 1395}},
        "weightsManifest": [{"paths": [FILES[1]], "weights": graph.manifest}],
        "userDefinedMetadata": metadata_of(KIND, organism.rule, organism.training, organism.scores),
    }
    with replacing_folder(path, FILES) as folder:
        text = json.dumps(model, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        (folder / FILES[0]).write_text(text, "utf-8")
        (folder / FILES[1]).write_bytes(b"".join(graph.content))
    return "weights are exact; load it with tf.loadGraphModel"


class _Graph:
    """Collects nodes and constants of a graph; its methods return names of nodes."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.manifest: list[dict[str, Any]] = []
        self.content: list[bytes] = []

    def add(self, operator: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        name = name or f"{operator}_{len(self.nodes)}"
        self.nodes.append({"name": name, "op": operator, "input": list(inputs), "attr": attributes})
        return name

    def constant(self, value: Any, dtype: Any = np.float32, name: str | None = None) -> str:
        array = np.ascontiguousarray(np.asarray(value, dtype))
        array = array.reshape(np.shape(value))
        short, long = TYPES[array.dtype]
        sizes = [{"size": str(side)} for side in array.shape]
        tensor = {"dtype": long, "tensorShape": {"dim": sizes} if sizes else {}}
        name = self.add(
            "Const", name=name or f"Const_{len(self.nodes)}", dtype={"type": long}, value={"tensor": tensor}
        )
        self.manifest.append({"name": name, "shape": list(array.shape), "dtype": short})
        self.content.append(array.astype(array.dtype.newbyteorder("<")).tobytes())
        return name

    def placeholder(self, name: str, shape: tuple[int, ...]) -> str:
        sizes = [{"size": str(side)} for side in shape]
        return self.add("Placeholder", name=name, dtype=FLOAT, shape={"shape": {"dim": sizes} if sizes else {}})

    def math(self, operator: str, *inputs: str, kind: dict[str, str] = FLOAT) -> str:
        return self.add(operator, *inputs, T=kind)


def _step(graph: _Graph, organism: Organism) -> None:
    """Add the five parts of a step."""
    rule, weights = organism.rule, organism.weights
    state = graph.placeholder("x", (-1, -1, -1, rule.channels))
    fire_rate, angle, step_size = (graph.placeholder(name, ()) for name in ("fire_rate", "angle", "step_size"))
    before, alpha = _alive(graph, rule, state)
    seen = _perception(graph, rule, state, angle)
    order = channel_by_channel(rule)
    hidden = _dense(graph, seen, weights.hidden_weight[order], weights.hidden_bias, TENSORS[:2])
    if rule.signals:
        # Batch, height and width may be 1.
        signals = graph.placeholder("signals", (-1, -1, -1, len(rule.signals)))
        hidden = graph.math("AddV2", hidden, _product(graph, signals, weights.signal_bias, SIGNAL_TENSOR))
    update = _dense(graph, graph.math("Relu", hidden), weights.update_weight, weights.update_bias, TENSORS[2:])
    drawn = graph.add(
        "RandomUniform",
        graph.add("Shape", alpha, T=FLOAT, out_type=INT),
        dtype=FLOAT,
        T=INT,
        seed=_int(0),
        seed2=_int(0),
    )
    acts = graph.add("LogicalAnd", graph.math("LessEqual", drawn, fire_rate), before)
    change = graph.math("Mul", graph.math("Mul", update, step_size), _as_float(graph, acts))
    grown = graph.math("AddV2", state, change)
    after, _ = _alive(graph, rule, grown)
    lives = _as_float(graph, graph.add("LogicalAnd", before, after))
    graph.add("Identity", graph.math("Mul", grown, lives), name="Identity", T=FLOAT)


def channel_by_channel(rule: Rule) -> np.ndarray:
    """Return for each row after a depthwise convolution (channel by channel) the organism's row (filter by filter)."""
    return np.arange(rule.perception).reshape(len(rule.filters), rule.channels).T.reshape(-1)


def _perception(graph: _Graph, rule: Rule, state: str, angle: str) -> str:
    """Add the depthwise convolution with the kernel fixed + cos angle * along + sin angle * across."""
    matrices = np.array([given.matrices for given in filters_of(rule.filters)], np.float32)
    # (filter, matrix, row, column) to, for each matrix, (row, column, channel, filter).
    fixed, along, across = np.broadcast_to(
        matrices.transpose(1, 2, 3, 0)[:, :, :, None], (3, 3, 3, rule.channels, len(rule.filters))
    )
    rotated = (
        graph.math("Mul", graph.constant(kernel), graph.math(function, angle))
        for kernel, function in ((along, "Cos"), (across, "Sin"))
    )
    kernel = graph.math("AddV2", graph.constant(fixed), graph.math("AddV2", *rotated))
    wide, padding = _with_edge(graph, rule, state)
    return graph.add("DepthwiseConv2dNative", wide, kernel, **_windows(padding), dilations=_ints(1, 1, 1, 1))


def _dense(graph: _Graph, inputs: str, weight: np.ndarray, bias: np.ndarray, names: tuple[str, ...]) -> str:
    product = _product(graph, inputs, weight, names[0])
    return graph.add("BiasAdd", product, graph.constant(bias, name=names[1]), T=FLOAT, data_format=_text("NHWC"))


def _product(graph: _Graph, inputs: str, weight: np.ndarray, name: str) -> str:
    """Add the product of each cell's numbers with a matrix: a convolution of size 1."""
    kernel = graph.constant(weight[None, None], name=name)
    return graph.add("Conv2D", inputs, kernel, **_windows("SAME"), dilations=_ints(1, 1, 1, 1))


def _alive(graph: _Graph, rule: Rule, state: str) -> tuple[str, str]:
    """Add whether an alpha of the neighbourhood is above the threshold, and alpha itself."""
    alpha = _slice(graph, state, 3, ALPHA, ALPHA + 1)
    wide, padding = _with_edge(graph, rule, alpha)
    highest = graph.add("MaxPool", wide, **_windows(padding), ksize=_ints(1, 3, 3, 1))
    return graph.math("Greater", highest, graph.constant(rule.alive_threshold)), alpha


def _with_edge(graph: _Graph, rule: Rule, grid: str) -> tuple[str, str]:
    """Return the grid and its padding; a wrapping grid is extended by its opposite sides instead."""
    if rule.edge == "dead":
        return grid, "SAME"
    for axis in (1, 2):
        last, first = _slice(graph, grid, axis, -1, None), _slice(graph, grid, axis, 0, 1)
        along = graph.constant(axis, np.int32)
        grid = graph.add("ConcatV2", last, grid, first, along, T=FLOAT, Tidx=INT, N=_int(3))
    return grid, "VALID"


def _slice(graph: _Graph, grid: str, axis: int, begin: int, end: int | None) -> str:
    """Add the part of the grid from begin to end of one axis; all of the others."""
    places = np.zeros((2, 4), np.int32)
    places[:, axis] = begin, end or 0
    others = 0b1111 & ~(1 << axis)
    masks: dict[str, Any] = {
        "begin_mask": _int(others), "end_mask": _int(0b1111 if end is None else others),
        "ellipsis_mask": _int(0), "new_axis_mask": _int(0), "shrink_axis_mask": _int(0),
    }  # fmt: skip
    ends = (graph.constant(place, np.int32) for place in (*places, np.ones(4)))
    return graph.add("StridedSlice", grid, *ends, T=FLOAT, Index=INT, **masks)


def _as_float(graph: _Graph, truth: str) -> str:
    return graph.add("Cast", truth, SrcT=BOOL, DstT=FLOAT, Truncate={"b": False})


def _windows(padding: str) -> dict[str, Any]:
    return {"T": FLOAT, "strides": _ints(1, 1, 1, 1), "padding": _text(padding), "data_format": _text("NHWC")}


def _text(text: str) -> dict[str, Any]:
    return {"s": base64.b64encode(text.encode()).decode()}


def _int(number: int) -> dict[str, Any]:
    return {"i": str(number)}


def _ints(*numbers: int) -> dict[str, Any]:
    return {"list": {"i": [str(number) for number in numbers]}}


def is_tfjs(file: Beginning) -> bool:
    """Return whether the file or folder may be a graph model: a JSON object, or a folder with one."""
    if file.content is None:
        return (file.path / FILES[0]).is_file()
    return file.is_json and file.first_letter != b"["


FORMAT = Format(
    "tfjs",
    "",
    "a graph model for TensorFlow.js",
    write_tfjs,
    weights="exact",
    proven_in="TensorFlow.js",
    tolerance="1e-5 after ten steps, firing forced; four standard deviations of how often cells fire",
    read=read_tfjs,
    recognise=is_tfjs,
    reads="tfjs model.json",
    largest=MOST_BYTES,
)
