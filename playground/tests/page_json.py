"""Arrays as JSON, for python.js."""

import base64
import json

import numpy as np

TYPES = {"float32": "Float32Array", "float64": "Float64Array", "uint32": "Uint32Array", "uint8": "Uint8Array"}


def as_json(value):
    """Return JSON in which an array is an object with its type and its bytes."""
    return json.dumps(value, default=_encoded)


def _encoded(value):
    if isinstance(value, np.integer | np.floating):
        return value.item()
    if value.dtype == bool:
        value = value.astype(np.uint8)
    if value.dtype == np.int64:
        return value.tolist()
    content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"type": TYPES[value.dtype.name], "base64": content}
