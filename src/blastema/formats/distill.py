"""The 8-bit models of the article's web page (JSON), both ways.

A list of two layers. In each, `data_b64` holds bytes of shape (in_ch + 1, out_ch), the last row the bias, and a
weight is (byte / 255 - 0.5) * scale. The first layer's rows are in the order of organism files, filter by filter.
"""

import base64
import binascii
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing
from blastema.io.small_file import read_small_file
from blastema.io.strict_json import parse_json
from blastema.organism import Organism
from blastema.quantisation.eight_bit import from_bytes, quantise_gptq, scale_of, to_bytes
from blastema.rule import Rule, Weights
from blastema.rule.perception import names_of

KEYS = {"data_b64", "in_ch", "out_ch", "weight_scale", "bias_scale", "type"}
# A model is 11 kB; anything much larger is something else.
MOST_BYTES = 1_000_000
SHAPES = ((48, 128), (128, 16))
# Far above any useful weight, and far below where float32 overflows.
LARGEST_SCALE = 1e30


def write_distill(organism: Organism, path: Path, size: Size = None) -> str:
    """Write an organism in the format of the article's web page, and return how much its weights were rounded.

    The format does not store a rule: readers assume the article's and choose fire rate and edge themselves.

    Raises:
        BlastemaError: the organism has another rule, or the file cannot be written.
    """
    _refuse_other_rules(organism.rule)
    weights, error = quantise_gptq(organism.rule, organism.weights, *organism.trained_size)
    layers = [
        _written(weights.hidden_weight, weights.hidden_bias),
        _written(weights.update_weight, weights.update_bias),
    ]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(layers, separators=(",", ":")), "utf-8")
    return f"weights are rounded to 8 bits: the root mean square error of a cell's change per step is {error:.2g}"


def _refuse_other_rules(rule: Rule) -> None:
    articles = Rule().replace(fire_rate=rule.fire_rate, edge=rule.edge)
    if rule != articles:
        raise BlastemaError(
            f"this organism's rule is not the article's ({rule.channels} channels, {rule.hidden} hidden units, filters "
            f"{', '.join(names_of(rule.filters))}, alive above {rule.alive_threshold}); the distill format stores "
            "no other"
        )


def _written(weight: np.ndarray, bias: np.ndarray) -> dict[str, Any]:
    weight_scale, bias_scale = scale_of(weight), scale_of(bias)
    content = np.concatenate([to_bytes(weight, weight_scale), to_bytes(bias[None], bias_scale)])
    return {
        "data_b64": base64.b64encode(content.tobytes()).decode(),
        "in_ch": weight.shape[0],
        "out_ch": weight.shape[1],
        "weight_scale": weight_scale,
        "bias_scale": bias_scale,
        "type": "uint8",
    }


def read_distill(path: Path | str) -> Organism:
    """Return the organism of one of the article's published models.

    Raises:
        BlastemaError: the file is missing or is not such a model; the message says why.
    """
    path = Path(path)
    layers = parse_json(read_small_file(path, MOST_BYTES, "a model of the article"), path)
    if not isinstance(layers, list) or len(layers) != 2:
        raise BlastemaError(f"{path} is not a model of the article: it must be a list of two layers")
    (hidden_weight, hidden_bias), (update_weight, update_bias) = (
        _layer(layer, shape, f"layer {number} of {path}")
        for number, (layer, shape) in enumerate(zip(layers, SHAPES, strict=True), 1)
    )
    weights = Weights(hidden_weight, hidden_bias, update_weight, update_bias)
    return Organism(weights, training={"source": "distill", "file": path.name})


def _layer(layer: Any, shape: tuple[int, int], where: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(layer, dict) or not KEYS - {"type"} <= layer.keys() <= KEYS:
        keys = ", ".join(map(repr, layer)) if isinstance(layer, dict) else type(layer).__name__
        raise BlastemaError(f"{where} has {keys[:200]}; it must have {', '.join(sorted(KEYS))}")
    if (layer["in_ch"], layer["out_ch"]) != shape:
        sizes = f"{layer['in_ch']!r} to {layer['out_ch']!r}"
        raise BlastemaError(f"{where} is {sizes[:100]} channels; the article's is {shape[0]} to {shape[1]}")
    for name in ("weight_scale", "bias_scale"):
        if not _fits(layer[name]):
            value = repr(layer[name])[:100]
            raise BlastemaError(f"{name} in {where} is {value}; it must be a finite number, at most {LARGEST_SCALE:g}")
    try:
        content = binascii.a2b_base64(layer["data_b64"], strict_mode=True)
    # Text that is not ASCII raises ValueError, other types TypeError.
    except (TypeError, ValueError):
        raise BlastemaError(f"data_b64 in {where} is not base64") from None
    needed = (shape[0] + 1) * shape[1]
    if len(content) != needed:
        raise BlastemaError(f"data_b64 in {where} holds {len(content)} bytes; {needed} are needed")
    rows = np.frombuffer(content, np.uint8).reshape(-1, shape[1])
    return from_bytes(rows[:-1], layer["weight_scale"]), from_bytes(rows[-1], layer["bias_scale"])


def _fits(scale: Any) -> bool:
    if not isinstance(scale, int | float) or isinstance(scale, bool):
        return False
    return abs(scale) <= LARGEST_SCALE and math.isfinite(scale)


def is_distill(file: Beginning) -> bool:
    """Return whether the file may be such a model: a JSON list."""
    return file.is_json and file.first_letter == b"["


FORMAT = Format(
    "distill",
    ".json",
    "the 8-bit JSON of the article's web page",
    write_distill,
    weights="rounded to 8 bits",
    proven_in="the article's published models",
    tolerance="none: the same bytes when exported and imported again, and the rounded states",
    read=read_distill,
    recognise=is_distill,
    reads="distill .json",
    largest=MOST_BYTES,
    signals=False,
)
