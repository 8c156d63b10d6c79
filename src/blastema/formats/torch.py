"""A PyTorch state_dict in safetensors, both ways, without PyTorch.

Two convolutions of size 1: `hidden.weight` (hidden, perception, 1, 1), `hidden.bias`, `update.weight` (channel, hidden,
1, 1), `update.bias`; and `signal.bias` (signal, hidden), if the rule has signals. Files that
`safetensors.torch.save_file(module.state_dict(), path)` writes for other ports of the article can be read, too
(`blastema.formats.torch_layouts`).
"""

from pathlib import Path

import numpy as np

from blastema.errors import BlastemaError
from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.formats.torch_layouts import LAYOUTS, organism_of_port
from blastema.io.tensors import read_header, read_tensors, write_tensors
from blastema.organism import Organism, organism_of
from blastema.organism_file import check_metadata, metadata_of, named_tensors
from blastema.rule import Rule
from blastema.rule.perception import names_of

KIND = "blastema-torch"
# A file has 34 kB; the widest organisms need a few megabytes.
MOST_BYTES = 64_000_000
WEIGHTS = ("hidden.weight", "update.weight")


def write_torch(organism: Organism, path: Path, size: Size = None) -> str:
    """Write an organism as a state_dict of PyTorch.

    Raises:
        BlastemaError: the file cannot be written.
    """
    tensors = named_tensors(organism.weights)
    for name in WEIGHTS:
        tensors[name] = np.ascontiguousarray(tensors[name].T)[:, :, None, None]
    write_tensors(path, tensors, metadata_of(KIND, organism.rule, organism.training, organism.scores))
    return f"weights are exact; {_taken_by(organism.rule)}"


def _taken_by(rule: Rule) -> str:
    """Return which module loads the file, and with which arguments."""
    given = {
        name: getattr(rule, name)
        for name in ("channels", "hidden", "fire_rate", "alive_threshold")
        if getattr(rule, name) != getattr(Rule(), name)
    }
    if (rule.filters, rule.edge) != (Rule().filters, Rule().edge):
        filters = ", ".join(names_of(rule.filters))
        return f"blastema.formats.torch_module has other filters or another edge ({filters}; {rule.edge})"
    if rule.signals:
        given["signals"] = len(rule.signals)
    arguments = ", ".join(f"{name}={value}" for name, value in given.items())
    return f"from blastema.formats.torch_module import Automaton; Automaton({arguments}) takes them"


def read_torch(path: Path | str, layout: str | None = None) -> Organism:
    """Return the organism of such a state_dict, or of one of the usual ports, see `torch_layouts`.

    Args:
        path: path of the file.
        layout: layout of the first layer, one of `LAYOUTS`, if the file does not record it; None tries them.

    Raises:
        BlastemaError: the file is missing or is not such a state_dict; the message says why.
    """
    tensors, metadata = read_tensors(path, MOST_BYTES)
    if metadata.get("format") != KIND:
        return organism_of_port(tensors, layout, Path(path).name)
    if layout is not None:
        raise BlastemaError(f"{path} was written by Blastema, so its layout is known; leave out --layout")
    check_metadata(metadata, KIND, str(path))
    for name in WEIGHTS:
        value = tensors.get(name)
        if value is not None and (value.ndim != 4 or value.shape[2:] != (1, 1)):
            raise BlastemaError(
                f"{name} in {path} has shape {value.shape}; a convolution of size 1 has (outputs, inputs, 1, 1)"
            )
        if value is not None:
            tensors[name] = np.ascontiguousarray(value[:, :, 0, 0].T)
    return organism_of(tensors, metadata, str(path))


def is_state_dict(path: Path) -> bool:
    """Return whether a safetensors file is a state_dict: without the metadata of an organism file."""
    metadata = read_header(path).get("__metadata__", {})
    if not isinstance(metadata, dict):
        return False
    name = str(metadata.get("format", ""))
    return name == KIND or not (name.startswith("blastema") or metadata.keys() & {"rule", "training"})


def is_torch(file: Beginning) -> bool:
    """Return whether the file may be a state_dict."""
    return file.is_safetensors and is_state_dict(file.path)


FORMAT = Format(
    "torch",
    ".safetensors",
    "a state_dict for PyTorch, in safetensors; blastema.formats.torch_module takes it",
    write_torch,
    weights="exact",
    proven_in="PyTorch",
    tolerance="1e-5 after ten steps",
    read=read_torch,
    recognise=is_torch,
    reads="a torch state_dict in .safetensors",
    largest=MOST_BYTES,
    layouts=LAYOUTS,
)
