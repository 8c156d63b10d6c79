"""The one exception for mistakes that the user can mend."""

import re

# What would break the line, or turn the terminal's letters around: files of strangers may have any names inside.
UNRULY = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
END = 1000


class BlastemaError(ValueError):
    """A request that cannot be met: says what came, what is allowed, and what to do, in one line.

    The command line prints it as one line and exits with code 2; a program may catch it.
    """

    def __init__(self, message: str) -> None:
        text = UNRULY.sub(lambda found: found[0].encode("unicode_escape").decode(), message)
        # What came is in the middle; where it came from and what to do stand at the ends.
        super().__init__(text if len(text) <= 2 * END else f"{text[:END]} ... {text[-END:]}")


class OutOfMemoryError(BlastemaError, MemoryError):
    """What was asked for needs more memory than there is; says what to make smaller."""
