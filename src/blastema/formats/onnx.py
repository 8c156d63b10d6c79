"""One step as an ONNX graph, both ways. Needs the extra `[onnx]`.

Inputs `state` float32 (batch, height, width, channel), `seed` and `age` uint32 (batch,), `angle` float32 (), and for
rules with signals `signals` float32 (batch, height, width, signal), whose first three sides may be 1; output
`next_state`. The hash that decides which cells fire is part of the graph, in int64, where products of 32 and 16 bits
cannot overflow and every operator is implemented in every runtime.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing
from blastema.io.small_file import read_small_file
from blastema.organism import Organism, organism_of
from blastema.organism_file import SIGNAL_TENSOR, TENSORS, check_metadata, metadata_of, named_tensors
from blastema.rule import ALPHA, Rule
from blastema.rule.firing import MIX_1, MIX_2, fire_threshold
from blastema.rule.perception import FILTERS, ZERO, Matrix, filters_of

if TYPE_CHECKING:
    from onnx import ModelProto

KIND, EXTRA = "blastema-onnx", "onnx"
# ONNX Runtime reads these since version 1.14.
OPSET, IR_VERSION = 18, 8
# A model has 45 kB; the widest organisms need a few megabytes.
MOST_BYTES = 64_000_000


def write_onnx(organism: Organism, path: Path, size: Size = None) -> str:
    """Write one step of an organism as an ONNX model, and return which opset it needs.

    Args:
        organism: the organism.
        path: path of the file.
        size: fixed (height, width), with a batch of 1; None for any size and batch.

    Raises:
        BlastemaError: the extra is missing, or the file cannot be written.
    """
    model = step_model(organism, size)
    with replacing(path) as temporary:
        temporary.write_bytes(model.SerializeToString(deterministic=True))
    grids = f"batch of 1, {size[1]}x{size[0]} cells" if size else "any batch, height and width"
    signals = f"; the input signals weights {len(organism.rule.signals)} signals" if organism.rule.signals else ""
    return f"weights are exact; opset {OPSET}; {grids}{signals}"


def step_model(organism: Organism, size: Size = None) -> "ModelProto":
    """Return the model; see `write_onnx`."""
    onnx = _library()
    graph = _Graph(onnx)
    _step(graph, organism)
    float32, uint32 = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT32
    batch, height, width = (1, *size) if size else ("batch", "height", "width")
    grid = [batch, height, width, organism.rule.channels]
    value = onnx.helper.make_tensor_value_info
    inputs = [
        value("state", float32, grid),
        value("seed", uint32, [batch]),
        value("age", uint32, [batch]),
        value("angle", float32, []),
    ]
    if organism.rule.signals:
        # The sides are their own, since each may be 1.
        sides = [f"signals_{side}" for side in ("batch", "height", "width")]
        inputs.append(value("signals", float32, [*sides, len(organism.rule.signals)]))
    step = onnx.helper.make_graph(
        graph.nodes, "step", inputs, [value("next_state", float32, grid)], graph.initializers, ABOUT
    )
    model = onnx.helper.make_model(
        step, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="blastema"
    )
    onnx.helper.set_model_props(model, metadata_of(KIND, organism.rule, organism.training, organism.scores))
    onnx.checker.check_model(model, full_check=True)
    return model


ABOUT = (
    "One step of a neural cellular automaton. state: channels are red, green, blue (premultiplied), alpha, hidden; "
    "seed: which cells fire is a function of it; age: steps taken before this one; angle: rotation of "
    "perception in radians; signals, if there is such an input: the weight of each signal, in each cell or in all."
)


def _library() -> Any:
    try:
        import onnx
    except ImportError:
        raise BlastemaError(f"the onnx format needs an extra: pip install 'blastema[{EXTRA}]'") from None
    return onnx


class _Graph:
    """Collects nodes and constants of a graph; its methods return names of values."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.known: dict[tuple[Any, ...], str] = {}

    def constant(self, value: Any, dtype: Any = np.int64, name: str | None = None) -> str:
        array = np.asarray(value, dtype)
        key = (array.tobytes(), array.shape, array.dtype, name)
        if key not in self.known:
            self.known[key] = name or f"constant.{len(self.known)}"
            self.initializers.append(self.onnx.numpy_helper.from_array(array, self.known[key]))
        return self.known[key]

    def add(self, operator: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        name = name or f"{operator.lower()}.{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name


def _step(graph: _Graph, organism: Organism) -> None:
    """Add the five parts of a step; grids are (batch, channel, height, width) where ONNX requires it."""
    rule, weights = organism.rule, organism.weights
    state = graph.add("Transpose", "state", perm=[0, 3, 1, 2])
    before = _alive(graph, rule, state)
    seen = graph.add("Transpose", _perception(graph, rule, state), perm=[0, 2, 3, 1])
    names = {name: graph.constant(value, np.float32, name) for name, value in named_tensors(weights).items()}
    hidden = graph.add("Add", graph.add("MatMul", seen, names["hidden.weight"]), names["hidden.bias"])
    if rule.signals:
        hidden = graph.add("Add", hidden, graph.add("MatMul", "signals", names[SIGNAL_TENSOR]))
    change = graph.add("MatMul", graph.add("Relu", hidden), names["update.weight"])
    change = graph.add("Transpose", graph.add("Add", change, names["update.bias"]), perm=[0, 3, 1, 2])
    acts = graph.add("And", before, graph.add("Unsqueeze", _fires(graph, rule), graph.constant([1])))
    zero = graph.constant(0, np.float32)
    grown = graph.add("Add", state, graph.add("Where", acts, change, zero))
    alive = graph.add("And", before, _alive(graph, rule, grown))
    graph.add("Transpose", graph.add("Where", alive, grown, zero), perm=[0, 2, 3, 1], name="next_state")


def _alive(graph: _Graph, rule: Rule, state: str) -> str:
    """Add whether an alpha of the neighbourhood is above the threshold, bool (batch, 1, height, width)."""
    alpha = graph.add("Slice", state, graph.constant([ALPHA]), graph.constant([ALPHA + 1]), graph.constant([1]))
    wide, pads = _with_edge(graph, rule, alpha)
    highest = graph.add("MaxPool", wide, kernel_shape=[3, 3], pads=pads)
    return graph.add("Greater", highest, graph.constant(rule.alive_threshold, np.float32))


def _perception(graph: _Graph, rule: Rule, state: str) -> str:
    """Add all channels of the first filter, then of the next, (batch, perception, height, width)."""
    wide, pads = _with_edge(graph, rule, state)

    def seen(matrix: Matrix) -> str:
        kernel = np.broadcast_to(np.array(matrix, np.float32), (rule.channels, 1, 3, 3))
        return graph.add(
            "Conv", wide, graph.constant(kernel, np.float32), kernel_shape=[3, 3], pads=pads, group=rule.channels
        )

    # One convolution per matrix, even if several filters share it.
    maps: dict[Matrix, str] = {FILTERS["identity"].fixed: state}
    cos, sin = graph.add("Cos", "angle"), graph.add("Sin", "angle")
    parts = []
    for given in filters_of(rule.filters):
        terms = []
        for matrix, factor in zip(given.matrices, (None, cos, sin), strict=True):
            if matrix == ZERO:
                continue
            if matrix not in maps:
                maps[matrix] = seen(matrix)
            terms.append(maps[matrix] if factor is None else graph.add("Mul", factor, maps[matrix]))
        total = terms[0]
        for term in terms[1:]:
            total = graph.add("Add", total, term)
        parts.append(total)
    return graph.add("Concat", *parts, axis=1)


def _with_edge(graph: _Graph, rule: Rule, grid: str) -> tuple[str, list[int]]:
    """Return the grid and its padding; a wrapping grid is extended by its opposite sides instead."""
    if rule.edge == "dead":
        return grid, [1, 1, 1, 1]
    for axis in (2, 3):
        end = graph.constant([2**62])
        last = graph.add("Slice", grid, graph.constant([-1]), end, graph.constant([axis]))
        first = graph.add("Slice", grid, graph.constant([0]), graph.constant([1]), graph.constant([axis]))
        grid = graph.add("Concat", last, grid, first, axis=axis)
    return grid, [0, 0, 0, 0]


def _fires(graph: _Graph, rule: Rule) -> str:
    """Add which cells fire, bool (batch, height, width); see blastema.rule.firing."""
    int64 = graph.onnx.TensorProto.INT64
    seed, age = graph.add("Cast", "seed", to=int64), graph.add("Cast", "age", to=int64)
    key = _mix(graph, graph.add("BitwiseXor", _mix(graph, seed), age))
    key = graph.add("Unsqueeze", key, graph.constant([1, 2]))
    rows, columns = (_range(graph, axis) for axis in (1, 2))
    place = graph.add("Mul", graph.add("Unsqueeze", rows, graph.constant([1])), graph.constant(2**16))
    place = graph.add("Add", place, graph.add("Unsqueeze", columns, graph.constant([0])))
    drawn = graph.add("Div", _mix(graph, graph.add("BitwiseXor", key, place)), graph.constant(2**8))
    return graph.add("Less", drawn, graph.constant(fire_threshold(rule.fire_rate)))


def _range(graph: _Graph, axis: int) -> str:
    """Add 0, 1, 2, ... up to the length of this axis of the state."""
    length = graph.add("Gather", graph.add("Shape", "state"), graph.constant(axis), axis=0)
    return graph.add("Range", graph.constant(0), length, graph.constant(1))


def _mix(graph: _Graph, number: str) -> str:
    """Add blastema.rule.mix of numbers from 0 to 2^32 - 1."""

    def shifted(number: str, bits: int) -> str:
        return graph.add("BitwiseXor", number, graph.add("Div", number, graph.constant(2**bits)))

    def times(number: str, factor: int) -> str:
        """Multiply by the halves of the factor; both products stay below 2^48."""
        low = graph.add("Mul", number, graph.constant(factor % 2**16))
        high = graph.add("Mul", number, graph.constant(factor >> 16))
        high = graph.add("Mul", graph.add("BitwiseAnd", high, graph.constant(2**16 - 1)), graph.constant(2**16))
        return graph.add("BitwiseAnd", graph.add("Add", low, high), graph.constant(2**32 - 1))

    number = times(shifted(number, 16), int(MIX_1))
    number = times(shifted(number, 15), int(MIX_2))
    return shifted(number, 16)


def read_onnx(path: Path | str) -> Organism:
    """Return the organism of an ONNX model that Blastema wrote.

    Raises:
        BlastemaError: the extra is missing, or the file is missing or not such a model; the message says why.
    """
    path = Path(path)
    onnx = _library()
    content = read_small_file(path, MOST_BYTES, "an ONNX model of an organism")
    try:
        model = onnx.load_model_from_string(content)
    # Protobuf raises its own DecodeError, which is not a ValueError in all versions.
    except Exception:
        raise BlastemaError(f"{path} is not an ONNX model, or is cut off") from None
    metadata: dict[str, str] = {}
    for pair in model.metadata_props:
        # Protobuf returns text that is not UTF-8 as bytes.
        if not isinstance(pair.key, str) or not isinstance(pair.value, str):
            raise BlastemaError(f"{path} has metadata that is not text")
        if pair.key in metadata:
            raise BlastemaError(f"{path} has the duplicate key {pair.key[:40]!r} in its metadata")
        metadata[pair.key] = pair.value
    check_metadata(metadata, KIND, str(path))
    return organism_of(_tensors(onnx, model, path), metadata, str(path))


def _tensors(onnx: Any, model: "ModelProto", path: Path) -> dict[str, np.ndarray]:
    tensors: dict[str, np.ndarray] = {}
    for tensor in model.graph.initializer:
        if tensor.name not in (*TENSORS, SIGNAL_TENSOR):
            continue
        if tensor.name in tensors:
            raise BlastemaError(f"{path} has the duplicate tensor {tensor.name}")
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise BlastemaError(f"{tensor.name} in {path} is stored in another file; weights must be inside the model")
        try:
            tensors[tensor.name] = onnx.numpy_helper.to_array(tensor)
        # Damaged tensors raise almost anything: ValueError, TypeError, KeyError, MemoryError.
        except Exception as error:
            raise BlastemaError(f"{tensor.name} in {path} is damaged: {str(error).splitlines()[0]}") from None
    return tensors


def is_onnx(file: Beginning) -> bool:
    """Return whether the file may be an ONNX model: its first field is the IR version."""
    if file.content is None or file.is_json or file.is_safetensors:
        return False
    return file.content[:1] == b"\x08" or file.path.suffix == ".onnx"


FORMAT = Format(
    "onnx",
    ".onnx",
    "one step, for ONNX runtimes",
    write_onnx,
    weights="exact",
    proven_in="ONNX Runtime, and ONNX Runtime Web in Chromium",
    tolerance="1e-5 after ten steps; 1.2e-6 measured after 200",
    extra=EXTRA,
    read=read_onnx,
    recognise=is_onnx,
    reads=".onnx",
    largest=MOST_BYTES,
    sized="any if not given",
)
