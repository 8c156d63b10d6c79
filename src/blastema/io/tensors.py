"""Safetensors files: named arrays with metadata. The same content gives the same bytes. Pickle is never used."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors

from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.io.strict_json import parse_json

# Bytes. Headers of Blastema have some kilobytes; the library would accept 100 MB.
LARGEST_HEADER = 1_000_000
ENTRY = {"dtype", "shape", "data_offsets"}
DTYPES = {np.dtype(np.float32): "F32", np.dtype(np.uint32): "U32"}


def write_tensors(
    path: Path | str, tensors: Mapping[str, np.ndarray | list[np.ndarray]], metadata: dict[str, str]
) -> None:
    """Write a safetensors file atomically.

    The library's own writer needs all content in memory twice, and writes the metadata's keys in random order.

    Args:
        path: of the file.
        tensors: float32 or uint32; a list of arrays is written as one, concatenated along the first axis.
        metadata: texts by key.

    Raises:
        BlastemaError: the file cannot be written.
    """
    parts = {name: value if isinstance(value, list) else [value] for name, value in sorted(tensors.items())}
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(_header(parts, metadata))
        for arrays in parts.values():
            for array in arrays:
                file.write(np.ascontiguousarray(array).data)


def _header(parts: dict[str, list[np.ndarray]], metadata: dict[str, str]) -> bytes:
    """Return the header: its length in 8 bytes, then JSON, padded with spaces to a multiple of 8 bytes."""
    header: dict[str, object] = {"__metadata__": metadata}
    end = 0
    for name, arrays in parts.items():
        begin, end = end, end + sum(array.nbytes for array in arrays)
        rows = sum(array.shape[0] for array in arrays)
        header[name] = {
            "dtype": DTYPES[arrays[0].dtype],
            "shape": [rows, *arrays[0].shape[1:]],
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def read_tensors(path: Path | str, largest: int | None = None) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays of a safetensors file and its metadata.

    Args:
        path: of the file.
        largest: number of bytes that it may have.

    Raises:
        BlastemaError: the file is missing, unreadable, too large, or not a safetensors file.
    """
    read_header(path, largest)
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except TypeError as error:
        # For example bfloat16, which NumPy lacks.
        raise BlastemaError(f"{path} cannot be read: {error}; save its tensors as float32") from None
    except (safetensors.SafetensorError, ValueError) as error:
        raise BlastemaError(f"{path} is not a complete safetensors file: {error}") from None


def read_header(path: Path | str, largest: int | None = None) -> dict[str, Any]:
    """Return the header of a safetensors file, after checks that the library does not make.

    If a name is repeated, the library takes the last entry, other readers may take the first; so it is refused.

    Args:
        path: of the file.
        largest: number of bytes that it may have.

    Raises:
        BlastemaError: the file is missing, unreadable, too large, or has no such header.
    """
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if largest is not None and size > largest:
                raise BlastemaError(f"{path} is too large ({size:,} bytes; the limit is {largest:,})")
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(size - 8, LARGEST_HEADER):
                raise BlastemaError(
                    f"{path} is not a complete safetensors file: its header would have {length:,} bytes"
                )
            text = file.read(length)
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    header = parse_json(text, f"the header of {path}")
    if not isinstance(header, dict) or not text.startswith(b"{"):
        raise BlastemaError(f"{path} is not a complete safetensors file: its header is not a JSON object")
    for name, entry in header.items():
        if name != "__metadata__" and (not isinstance(entry, dict) or entry.keys() != ENTRY):
            raise BlastemaError(
                f"{path} is not a complete safetensors file: {name[:100]!r} in its header must have exactly "
                f"{', '.join(sorted(ENTRY))}"
            )
    return header
