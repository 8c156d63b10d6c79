"""Read weights from a TensorFlow.js graph model, written by Blastema, the article's notebook or a converter.

The graph is searched, not run, for one depthwise convolution (perception) and two 1x1 convolutions with biases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.formats.tfjs_constants import constant_inside, constants_beside
from blastema.io.small_file import read_small_file
from blastema.io.strict_json import parse_json
from blastema.organism import Organism, organism_of
from blastema.organism_file import SIGNAL_TENSOR, TENSORS, check_metadata, metadata_of
from blastema.rule import Rule

KIND = "blastema-tfjs"
# The JSON of an organism has 20 kB, or 60 kB with its weights inside.
MOST_BYTES = 16_000_000
CONVOLUTIONS = ("Conv2D", "_FusedConv2D")
ADDITIONS = ("BiasAdd", "Add", "AddV2")
# Operators allowed between a constant and its use: frozen variables.
PASSES = ("Identity", "ReadVariableOp")


def read_tfjs(path: Path | str) -> Organism:
    """Return the organism of a graph model: `model.json`, or its folder.

    Raises:
        BlastemaError: a file is missing, or it is not such a model; the message says why.
    """
    path = Path(path)
    path = path / "model.json" if path.is_dir() else path
    model = parse_json(read_small_file(path, MOST_BYTES, "a graph model of an organism"), path)
    graph = _Graph(_nodes(model, path), constants_beside(model, path), path)
    tensors = _tensors(graph)
    metadata = model.get("userDefinedMetadata")
    if isinstance(metadata, dict) and metadata.get("format") == KIND:
        if not all(isinstance(value, str) for value in metadata.values()):
            raise BlastemaError(f"userDefinedMetadata in {path} has values that are not text")
        check_metadata(metadata, KIND, str(path))
    else:
        metadata = metadata_of(KIND, _guessed_rule(tensors), {"source": "tfjs", "file": path.name})
    return organism_of(tensors, metadata, str(path))


def _nodes(model: Any, path: Path) -> dict[str, dict[str, Any]]:
    """Return the nodes of the graph by name; each has an operator, inputs and attributes."""
    topology = model.get("modelTopology") if isinstance(model, dict) else None
    nodes = topology.get("node") if isinstance(topology, dict) else None
    if not isinstance(nodes, list):
        raise BlastemaError(f"{path} is not a graph model: it has no list of nodes in its modelTopology")
    result: dict[str, dict[str, Any]] = {}
    for node in nodes:
        fits = isinstance(node, dict) and isinstance(node.get("name"), str) and isinstance(node.get("op"), str)
        inputs = node.get("input", []) if fits else None
        if not isinstance(inputs, list) or not all(isinstance(name, str) for name in inputs):
            raise BlastemaError(f"{path} has a node without a name, an operator, or a list of inputs")
        if node["name"] in result:
            raise BlastemaError(f"{path} has the duplicate node {node['name'][:40]!r}")
        # An input is the name of a node, optionally with the number of an output.
        plain = [name.split(":")[0] for name in inputs if not name.startswith("^")]
        result[node["name"]] = {"op": node["op"], "input": plain, "attr": node.get("attr")}
    return result


@dataclass(frozen=True)
class _Graph:
    """The nodes by name, and the constants from files beside the JSON."""

    nodes: dict[str, dict[str, Any]]
    beside: dict[str, np.ndarray]
    path: Path

    def constant(self, name: str) -> np.ndarray | None:
        """Return the constant of that name, also through nodes that only pass it on; None if it is computed."""
        for _ in range(8):
            node = self.nodes.get(name)
            if node is None:
                return None
            if node["op"] == "Const":
                return self.beside[name] if name in self.beside else constant_inside(node["attr"], name, self.path)
            if node["op"] not in PASSES or not node["input"]:
                return None
            name = node["input"][0]
        return None

    def above(self, name: str) -> set[str]:
        """Return all nodes that a node depends on."""
        result: set[str] = set()
        left = [name]
        while left:
            new = set(self.nodes.get(left.pop(), {"input": []})["input"]) - result
            result |= new
            left += new
        return result

    def convolutions(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the layers, convolutions of size 1 with a constant kernel: names, and kernels (inputs, outputs)."""
        for name, node in self.nodes.items():
            takes = node["input"][1:2] if node["op"] in CONVOLUTIONS else []
            # The product of the signals and their rows is no layer.
            kernel = self.constant(takes[0]) if takes and takes != [SIGNAL_TENSOR] else None
            if kernel is not None and kernel.ndim == 4 and kernel.shape[:2] == (1, 1):
                yield name, kernel[0, 0]

    def bias(self, convolution: str) -> np.ndarray:
        """Return the constant that is added to the output of a convolution."""
        inputs = self.nodes[convolution]["input"]
        users = [
            node["input"] for node in self.nodes.values() if node["op"] in ADDITIONS and convolution in node["input"]
        ]
        for name in [*inputs[2:3], *(name for names in users for name in names if name != convolution)]:
            constant = self.constant(name)
            if constant is not None and constant.ndim == 1:
                return constant
        raise BlastemaError(f"{self.path} has a convolution without a bias, {convolution[:40]!r}")


def _tensors(graph: _Graph) -> dict[str, np.ndarray]:
    """Return the tensors of an organism, first-layer rows filter by filter."""
    perceives = [name for name, node in graph.nodes.items() if node["op"] == "DepthwiseConv2dNative"]
    layers = list(graph.convolutions())
    if len(layers) != 2 or len(perceives) != 1:
        raise BlastemaError(
            f"{graph.path} has {len(perceives)} depthwise convolutions and {len(layers)} of size 1 with constant "
            "kernels; an organism has one and two"
        )
    if layers[1][0] in graph.above(layers[0][0]):
        layers.reverse()
    (first, hidden), (second, update) = layers
    if not update.shape[1] or hidden.shape[0] % update.shape[1]:
        raise BlastemaError(f"{graph.path} has layers of {hidden.shape} and {update.shape} weights, which do not fit")
    layer = (_filter_by_filter(hidden, update.shape[1]), graph.bias(first), update, graph.bias(second))
    tensors = dict(zip(TENSORS, layer, strict=True))
    signals = graph.constant(SIGNAL_TENSOR)
    if signals is not None:
        tensors[SIGNAL_TENSOR] = signals[0, 0] if signals.ndim == 4 and signals.shape[:2] == (1, 1) else signals
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _filter_by_filter(hidden: np.ndarray, channels: int) -> np.ndarray:
    """Return the rows filter by filter; a depthwise convolution has all filters of a channel first."""
    rows, units = hidden.shape
    return hidden.reshape(channels, rows // channels, units).swapaxes(0, 1).reshape(rows, units)


def _guessed_rule(tensors: dict[str, np.ndarray]) -> Rule:
    """Return the rule that the shapes suggest: the article's, with these widths."""
    hidden, channels = tensors["update.weight"].shape
    try:
        return Rule(channels=channels, hidden=hidden)
    except BlastemaError:
        return Rule()
