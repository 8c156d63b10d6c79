"""Sizes of grids as they are written on the command line."""

import re

from blastema.errors import BlastemaError
from blastema.targets.target import LARGEST


def parse_size(text: str) -> tuple[int, int]:
    """Return (height, width) of `72` or `96x64`, which is width by height.

    Raises:
        BlastemaError: it is neither, or out of range.

    >>> parse_size("96x64")
    (64, 96)
    """
    found = re.fullmatch(r"(\d+)(?:[x×](\d+))?", text.strip(), re.ASCII)
    if not found:
        raise BlastemaError(
            f"--size {text!r} is not a size; write 72 or 96x64 (width by height), each between 1 and {LARGEST}"
        )
    digits = [number.lstrip("0") for number in (found[1], found[2] or found[1])]
    for number in digits:
        if not number or len(number) > len(str(LARGEST)) or int(number) > LARGEST:
            extreme = "large" if number else "small"
            raise BlastemaError(f"--size {text!r} is too {extreme}; each side must be between 1 and {LARGEST}")
    width, height = map(int, digits)
    return height, width
