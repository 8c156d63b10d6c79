"""Named arrays with metadata in a safetensors file: same content, same bytes. Never pickle."""

import json
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from blastema.atomic import replacing
from blastema.errors import BlastemaError


def write_tensors(path: Path | str, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write the file whole or not at all.

    Raises:
        BlastemaError: it cannot be written there.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(sorted_header(safetensors.numpy.save(tensors, metadata)))


def sorted_header(content: bytes) -> bytes:
    """Return the file's bytes with the keys of its header in order; the library leaves metadata in a random one.

    A header is JSON, padded with spaces to a multiple of 8 bytes, behind its own length in 8 bytes, little endian.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def read_tensors(path: Path | str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays of a safetensors file and its metadata.

    Raises:
        BlastemaError: the file is missing, unreadable, or not a safetensors file.
    """
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except (safetensors.SafetensorError, TypeError, ValueError) as error:
        raise BlastemaError(f"{path} is not a whole safetensors file: {error}") from None
