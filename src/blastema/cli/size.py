"""Grid sizes on the command line."""

import re

from blastema.errors import BlastemaError
from blastema.targets.target import LARGEST_TARGET


def parse_size(text: str) -> tuple[int, int]:
    """Parse `72` or `96x64` (width by height); return (height, width).

    Raises:
        BlastemaError: it is neither, or out of range.

    >>> parse_size("96x64")
    (64, 96)
    """
    match = re.fullmatch(r"(\d+)(?:[x×](\d+))?", text.strip(), re.ASCII)
    if not match:
        raise BlastemaError(
            f"--size {text!r} is not a size; write 72 or 96x64 (width by height), each between 1 and {LARGEST_TARGET}"
        )
    digits = [number.lstrip("0") for number in (match[1], match[2] or match[1])]
    for number in digits:
        if not number or len(number) > len(str(LARGEST_TARGET)) or int(number) > LARGEST_TARGET:
            extreme = "large" if number else "small"
            raise BlastemaError(f"--size {text!r} is too {extreme}; each side must be between 1 and {LARGEST_TARGET}")
    width, height = map(int, digits)
    return height, width
