"""8-bit weights: the organism as the article's own file format would hold it."""

import tempfile
from pathlib import Path

from blastema.organism import Organism


def with_eight_bit_weights(organism: Organism) -> Organism:
    """Return the organism after a way through the article's 8-bit file.

    Raises:
        BlastemaError: its rule is not the article's, which is all that such a file can hold.
    """
    from blastema.formats.distill import read_distill, write_distill

    with tempfile.TemporaryDirectory() as folder:
        write_distill(organism, Path(folder, "rounded.json"))
        rounded = read_distill(Path(folder, "rounded.json"))
    return Organism(rounded.weights, organism.rule, organism.training)
