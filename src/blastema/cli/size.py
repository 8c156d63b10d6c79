"""Sizes of grids as they are written on the command line."""

import re

from blastema.errors import BlastemaError

LARGEST = 4096


def parse_size(text: str) -> tuple[int, int]:
    """Return (height, width) of `72` or `96x64`, which is width by height.

    Raises:
        BlastemaError: it is neither, or not from 1 to 4096.

    >>> parse_size("96x64")
    (64, 96)
    """
    found = re.fullmatch(r"(\d{1,9})(?:[x×](\d{1,9}))?", text.strip())
    if found:
        width, height = int(found[1]), int(found[2] or found[1])
        if 1 <= width <= LARGEST and 1 <= height <= LARGEST:
            return height, width
    raise BlastemaError(
        f"the size {text!r} is not understood; write 72 or 96x64 (width by height), each 1 to {LARGEST}"
    )
