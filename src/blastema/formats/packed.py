"""Organisms in few bytes, both ways: 2 to 8 bits a weight. The layout is in `blastema.quantisation.packed`."""

from pathlib import Path

from blastema.formats.beginning import Beginning
from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing
from blastema.io.small_file import read_small_file
from blastema.organism import Organism
from blastema.quantisation.compression import compressed, packed_whole
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import MOST_BITS, weights_of
from blastema.quantisation.packed import MAGIC, check_packs, pack, unpack

# A packed organism with 16 channels and 10,000 hidden units is that large.
MOST_BYTES = 1_000_000


def write_packed(organism: Organism, path: Path, size: Size = None) -> str:
    """Write an organism in the fewest bits that hold its weights exactly, or rounded to 8 bits; return a note.

    Raises:
        BlastemaError: the rule does not fit, or the file cannot be written.
    """
    check_packs(organism.rule)
    whole, note = packed_whole(organism.weights), "weights are exact"
    if whole is None:
        inputs = perceptions(organism.rule, organism.weights, *organism.trained_size)
        result = compressed(organism.rule, organism.weights, inputs, MOST_BITS, organism.rule.hidden)
        whole = result.whole
        note = f"weights are rounded: the root mean square error of a cell's change per step is {result.error:.2g}"
    content = pack(organism.rule, whole)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return f"{len(content):,} bytes, {whole.bits} bits per weight; {note}"


def read_packed(path: Path | str) -> Organism:
    """Return the organism in a packed file.

    Raises:
        BlastemaError: the file is missing, damaged, or something else.
    """
    path = Path(path)
    rule, whole = unpack(read_small_file(path, MOST_BYTES, "a packed organism"), str(path))
    return Organism(weights_of(whole), rule, {"source": "packed", "file": path.name})


def is_packed(file: Beginning) -> bool:
    """Return whether the file may be a packed organism."""
    return file.content is not None and file.content.startswith(MAGIC)


FORMAT = Format(
    "packed",
    ".nca",
    "an organism in few bytes, as compress makes them",
    write_packed,
    weights="exact after compress, else rounded to 8 bits",
    proven_in="a decoder in C that knows the layout below only",
    tolerance="none: the same bytes when exported and imported again",
    read=read_packed,
    recognise=is_packed,
    reads="packed .nca",
    largest=MOST_BYTES,
    signals=False,
)
