"""Grid sizes on the command line."""

import re

from blastema.errors import BlastemaError
from blastema.targets.target import LARGEST


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
            f"--size {text!r} is not a size; write 72 or 96x64 (width by height), each between 1 and {LARGEST}"
        )
    digits = [number.lstrip("0") for number in (match[1], match[2] or match[1])]
    for number in digits:
        if not number or len(number) > len(str(LARGEST)) or int(number) > LARGEST:
            extreme = "large" if number else "small"
            raise BlastemaError(f"--size {text!r} is too {extreme}; each side must be between 1 and {LARGEST}")
    width, height = map(int, digits)
    return height, width
