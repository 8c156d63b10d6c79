"""A PyTorch state_dict in safetensors, both ways, without PyTorch.

Two convolutions of size 1: `hidden.weight` (hidden, perception, 1, 1), `hidden.bias`, `update.weight` (channel, hidden,
1, 1), `update.bias`. What `safetensors.torch.save_file(module.state_dict(), path)` writes can be read, too.
"""

from pathlib import Path

import numpy as np

from blastema.errors import BlastemaError
from blastema.formats.format import Format, Size
from blastema.organism import TENSORS, Organism, check_metadata, metadata_of, organism_of
from blastema.rule import Rule
from blastema.tensors import read_tensors, write_tensors

KIND = "blastema-torch"
# An organism has 34 kB; the widest anyone has trained, a few megabytes.
LARGEST = 64_000_000
WEIGHTS = ("hidden.weight", "update.weight")


def write_torch(organism: Organism, path: Path, size: Size = None) -> str:
    """Write an organism as a state_dict of PyTorch.

    Raises:
        BlastemaError: the file cannot be written.
    """
    tensors = dict(zip(TENSORS, organism.weights, strict=True))
    for name in WEIGHTS:
        tensors[name] = np.ascontiguousarray(tensors[name].T)[:, :, None, None]
    write_tensors(path, tensors, metadata_of(organism, KIND))
    return "weights are exact; the module that takes them is on standard output"


def read_torch(path: Path | str) -> Organism:
    """Return the organism of such a state_dict; one without Blastema's metadata must be of the article's filters.

    Raises:
        BlastemaError: the file is missing or is no such state_dict; the message says in what.
    """
    tensors, metadata = read_tensors(path, LARGEST)
    for name in WEIGHTS:
        came = tensors.get(name)
        if came is not None and (came.ndim != 4 or came.shape[2:] != (1, 1)):
            raise BlastemaError(
                f"{name} in {path} has shape {came.shape}; a convolution of size 1 has (outputs, inputs, 1, 1)"
            )
        if came is not None:
            tensors[name] = np.ascontiguousarray(came[:, :, 0, 0].T)
    if metadata.get("format") == KIND:
        check_metadata(metadata, KIND, str(path))
    else:
        metadata = metadata_of(_guessed(tensors, Path(path)), KIND)
    return organism_of(tensors, metadata, str(path))


def _guessed(tensors: dict[str, np.ndarray], path: Path) -> Organism:
    """Return the organism as far as its shapes tell: the article's rule, perhaps with other widths."""
    try:
        hidden, channels = tensors["update.weight"].shape
        rule = Rule(channels=channels, hidden=hidden)
    except (KeyError, BlastemaError):
        rule = Rule()
    return Organism(None, rule, {"source": "torch", "file": path.name})  # type: ignore[arg-type]


CODE = Path(__file__).with_name("torch_module.txt").read_text("utf-8")
FORMAT = Format("torch", ".safetensors", write_torch, read_torch, code=CODE)
