"""The 8-bit models of the article's web page (JSON), reading.

A list of two layers. In each, `data_b64` holds bytes of shape (in_ch + 1, out_ch), the last row the bias, and a
weight is (byte / 255 - 0.5) * scale. The first layer's rows are in our order, filter by filter.
"""

import base64
import binascii
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule import Weights

KEYS = {"data_b64", "in_ch", "out_ch", "weight_scale", "bias_scale", "type"}
# A model is 11 kB; anything much larger is something else.
LARGEST = 1_000_000
SHAPES = ((48, 128), (128, 16))


def read_distill(path: Path | str) -> Weights:
    """Return the weights of one of the article's published models.

    Raises:
        BlastemaError: the file is missing or is not such a model; the message says in what.
    """
    layers = _parse(Path(path))
    if not isinstance(layers, list) or len(layers) != 2:
        raise BlastemaError(f"{path} is not a model of the article: it must be a list of two layers")
    (hidden_weight, hidden_bias), (update_weight, update_bias) = (
        _layer(layer, shape, f"layer {number} of {path}")
        for number, (layer, shape) in enumerate(zip(layers, SHAPES, strict=True), 1)
    )
    return Weights(hidden_weight, hidden_bias, update_weight, update_bias)


def _parse(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise BlastemaError(f"{path} is larger than {LARGEST:,} bytes; a model of the article is not")
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror}") from None
    except BlastemaError:
        raise
    except (ValueError, RecursionError):
        raise BlastemaError(f"{path} is not JSON; a model of the article is") from None


def _layer(layer: Any, shape: tuple[int, int], where: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(layer, dict) or not KEYS - {"type"} <= layer.keys() <= KEYS:
        keys = ", ".join(map(str, layer)) if isinstance(layer, dict) else type(layer).__name__
        raise BlastemaError(f"{where} has {keys}; it must have {', '.join(sorted(KEYS))}")
    if (layer["in_ch"], layer["out_ch"]) != shape:
        raise BlastemaError(
            f"{where} is {layer['in_ch']} to {layer['out_ch']} channels; the article's is {shape[0]} to {shape[1]}"
        )
    for name in ("weight_scale", "bias_scale"):
        if not isinstance(layer[name], int | float) or not math.isfinite(layer[name]):
            raise BlastemaError(f"{name} in {where} is {layer[name]!r}; it must be a finite number")
    try:
        content = base64.b64decode(layer["data_b64"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BlastemaError(f"data_b64 in {where} is not base64") from None
    needed = (shape[0] + 1) * shape[1]
    if len(content) != needed:
        raise BlastemaError(f"data_b64 in {where} holds {len(content)} bytes; {needed} are needed")
    values = np.frombuffer(content, np.uint8).reshape(-1, shape[1]) / 255 - 0.5
    return (
        (values[:-1] * layer["weight_scale"]).astype(np.float32),
        (values[-1] * layer["bias_scale"]).astype(np.float32),
    )
