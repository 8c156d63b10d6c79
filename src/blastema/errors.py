"""The exception for errors that the user can fix."""

import re

# Control characters, line breaks, bidirectional controls, surrogates: messages quote files, which may hold any text.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
KEPT = 1000


class BlastemaError(ValueError):
    """An invalid request; the message says in one line what was given, what is allowed, and what to do.

    The command line prints it and exits with code 2; a program may catch it.
    """

    def __init__(self, message: str) -> None:
        text = UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), message)
        # Long messages lose their middle, a quoted value; source and advice are at the ends.
        super().__init__(text if len(text) <= 2 * KEPT else f"{text[:KEPT]} ... {text[-KEPT:]}")


class OutOfMemoryError(BlastemaError, MemoryError):
    """A request needs more memory than is available; the message says what to make smaller."""
