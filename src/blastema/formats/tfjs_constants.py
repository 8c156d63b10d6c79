"""Constants of TensorFlow.js graph models: in files beside the JSON, or inside it, as the article's notebook writes."""

import base64
import binascii
import math
from pathlib import Path
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.small_file import read_small_file

MOST_WEIGHT_BYTES = 64_000_000
TYPES = {"float32": np.dtype("<f4"), "int32": np.dtype("<i4"), "bool": np.dtype("?")}


def constants_beside(model: dict[str, Any], path: Path) -> dict[str, np.ndarray]:
    """Return the constants that the manifest of a model lists, by name; none if it lists none.

    Raises:
        BlastemaError: a file is missing, lies elsewhere, or does not match the list.
    """
    groups = model.get("weightsManifest", [])
    constants: dict[str, np.ndarray] = {}
    if not isinstance(groups, list):
        raise BlastemaError(f"the weightsManifest of {path} is not a list")
    for group in groups:
        names, weights = (group.get("paths"), group.get("weights")) if isinstance(group, dict) else (None, None)
        if not isinstance(names, list) or not isinstance(weights, list):
            raise BlastemaError(f"the weightsManifest of {path} has a group without paths or weights")
        content = b"".join(_file_beside(name, path) for name in names)
        listed = [_entry(weight, path) for weight in weights]
        needed = sum(kind.itemsize * math.prod(shape) for _, shape, kind in listed)
        if needed != len(content):
            raise BlastemaError(f"the weights of {path} hold {len(content):,} bytes; its manifest needs {needed:,}")
        start = 0
        for name, shape, kind in listed:
            count = math.prod(shape)
            if name in constants:
                raise BlastemaError(f"{path} has the duplicate weight {name[:40]!r}")
            constants[name] = np.frombuffer(content, kind, count, start).reshape(shape)
            start += kind.itemsize * count
    return constants


def _file_beside(name: Any, path: Path) -> bytes:
    if not isinstance(name, str) or not name.strip(".") or any(sign in name for sign in "/\\:\0"):
        raise BlastemaError(f"{path} names the file {str(name)[:60]!r}; weights must lie in the folder of the model")
    return read_small_file(path.parent / name, MOST_WEIGHT_BYTES, "the weights of an organism")


def _entry(weight: Any, path: Path) -> tuple[str, list[int], np.dtype[Any]]:
    fits = isinstance(weight, dict) and isinstance(weight.get("name"), str) and isinstance(weight.get("shape"), list)
    if not fits or not all(type(side) is int and 0 <= side <= MOST_WEIGHT_BYTES for side in weight["shape"]):
        raise BlastemaError(f"the weightsManifest of {path} has a weight without a name or a shape")
    if len(weight["shape"]) > 8 or math.prod(weight["shape"]) > MOST_WEIGHT_BYTES:
        raise BlastemaError(f"{weight['name'][:40]!r} in {path} is larger than any tensor of an organism")
    if "quantization" in weight or weight.get("dtype") not in list(TYPES):
        raise BlastemaError(
            f"{weight['name'][:40]!r} in {path} is quantised or of a type that is not read; export it as float32"
        )
    return weight["name"], weight["shape"], TYPES[weight["dtype"]]


def constant_inside(attributes: Any, name: str, path: Path) -> np.ndarray | None:
    """Return the constant in the attributes of its node, or None if it is not of float32.

    Raises:
        BlastemaError: its content does not match its shape.
    """
    tensor: Any = attributes
    for key in ("value", "tensor"):
        tensor = tensor.get(key) if isinstance(tensor, dict) else None
    if not isinstance(tensor, dict) or tensor.get("dtype") != "DT_FLOAT":
        return None
    try:
        sides = [int(side.get("size", 0)) for side in tensor.get("tensorShape", {}).get("dim", [])]
        if min(sides, default=0) < 0 or math.prod(sides) > MOST_WEIGHT_BYTES:
            raise ValueError("invalid size of a tensor")
        if "tensorContent" in tensor:
            return np.frombuffer(base64.b64decode(tensor["tensorContent"], validate=True), "<f4").reshape(sides)
        # A short list is padded with its last value.
        values = np.asarray(tensor["floatVal"], np.float32)
        return np.concatenate([values, np.repeat(values[-1:], math.prod(sides) - len(values))]).reshape(sides)
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        raise BlastemaError(f"the constant {name[:40]!r} in {path} does not match its shape") from None
