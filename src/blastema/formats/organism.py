"""Blastema's own organism file. Its layout is in `blastema.organism_file`, since organisms save themselves."""

from pathlib import Path

from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.formats.torch import is_state_dict
from blastema.organism import Organism, read_organism
from blastema.organism_file import LARGEST


def write_organism(organism: Organism, path: Path, size: Size = None) -> str:
    """Write the organism file.

    Raises:
        BlastemaError: it cannot be written there.
    """
    organism.save(path)
    return "weights are exact; the rule and the training record are in it"


def is_organism(file: Beginning) -> bool:
    """Return whether this is the beginning of an organism file."""
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
    largest=LARGEST,
)
