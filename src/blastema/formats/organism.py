"""Blastema's own organism file. Its layout is defined in `blastema.organism_file`."""

from pathlib import Path

from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.formats.torch import is_state_dict
from blastema.organism import Organism, read_organism
from blastema.organism_file import MOST_BYTES


def write_organism(organism: Organism, path: Path, size: Size = None) -> str:
    """Write the organism file.

    Raises:
        BlastemaError: it cannot be written there.
    """
    organism.save(path)
    return "weights are exact; with the rule and the training record"


def is_organism(file: Beginning) -> bool:
    """Return whether the file may be an organism file."""
    return file.is_safetensors and not is_state_dict(file.path)


FORMAT = Format(
    "organism",
    ".safetensors",
    "Blastema's own file, with the rule and the training record",
    write_organism,
    weights="exact",
    proven_in="safetensors",
    tolerance="none: the same bytes",
    read=read_organism,
    recognise=is_organism,
    largest=MOST_BYTES,
)
