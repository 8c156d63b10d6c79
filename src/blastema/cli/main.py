"""The command `blastema`: from the command line to a command, and from what goes wrong to one line."""

import os
import sys
from collections.abc import Sequence

from blastema._version import __version__

INTERRUPTED, BROKEN_PIPE = 130, 141


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a mistake of the user's is one line on standard error and exit code 2."""
    # Files and folders of other people, and ours, have names that a terminal's encoding may lack.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        _end("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _be_quiet()
        sys.exit(BROKEN_PIPE)
    except MemoryError as error:
        detail = f" ({error})" if str(error) else ""
        _end(f"not enough memory{detail}; choose a smaller size or fewer organisms", 1)
    except OSError as error:
        # A full disk, a file that another program took away: not the user's mistake, and no riddle either.
        _end(str(error), 1)


def _run(arguments: Sequence[str]) -> None:
    """Do what the command line says."""
    if arguments == ["--version"]:
        print(f"blastema {__version__}")
        return
    # Imported here, where Ctrl-C during the first tenths of a second is handled.
    from blastema.errors import BlastemaError

    try:
        from blastema.cli.parsing import parse

        parse(arguments or ["--help"])()
    except BlastemaError as error:
        _end(str(error), 2)


def _end(message: str, code: int) -> None:
    """Print one line and exit."""
    try:
        print("blastema:", " ".join(message.split()), file=sys.stderr, flush=True)
        sys.stdout.flush()
    except OSError:
        # What standard output could not take before, it will not take when the interpreter ends.
        _be_quiet()
    sys.exit(code)


def _be_quiet() -> None:
    """Send what is still to be printed nowhere, so that the interpreter does not complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
