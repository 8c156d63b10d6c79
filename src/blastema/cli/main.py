"""The entry point `blastema`: runs a command and reports errors in one line."""

import os
import signal
import sys
from _thread import interrupt_main
from collections.abc import Sequence
from threading import Timer, current_thread, main_thread
from types import FrameType

from blastema._version import __version__

INTERRUPTED, BROKEN_PIPE = 130, 141


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a user error prints one line to standard error and exits with code 2."""
    # Names of files may have characters that the terminal's encoding lacks.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    interrupted = _note_interrupts()
    sys.unraisablehook = _repeat_interrupt
    try:
        _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        _end("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _discard_output()
        sys.exit(BROKEN_PIPE)
    except MemoryError as error:
        detail = f" ({error})" if str(error) else ""
        _end(f"not enough memory{detail}; choose a smaller size or fewer organisms", 1)
    except OSError as error:
        # Such as a full disk, or a file that another program removed.
        _end(str(error), 1)
    except Exception:
        # Python 3.11 makes a RuntimeError of an interrupt while a class is created, as when a library is imported.
        if not interrupted:
            raise
        _end("interrupted", INTERRUPTED)


def _note_interrupts() -> list[int]:
    """Return a list that is empty until Ctrl-C raises KeyboardInterrupt."""
    interrupted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        interrupted.append(number)
        signal.default_int_handler(number, frame)

    # Not where it is ignored, as in the background, nor in a program's other thread, which may not set it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and current_thread() is main_thread():
        signal.signal(signal.SIGINT, note)
    return interrupted


def _repeat_interrupt(ignored: "sys.UnraisableHookArgs") -> None:
    """Repeat Ctrl-C if it came where Python ignores exceptions, as in `__del__`, and in callbacks of the import."""
    if not issubclass(ignored.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
        return
    while True:
        # A little later, since this is such a place, too. On a busy machine that can be before the timer has started.
        try:
            Timer(0.01, interrupt_main).start()
            return
        except KeyboardInterrupt:
            continue


def _run(arguments: Sequence[str]) -> None:
    """Parse the arguments and run the command."""
    if arguments == ["--version"]:
        print(f"blastema {__version__}")
        return
    # Imported here, so that Ctrl-C during the first tenths of a second is handled.
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
        # Flushing again when the interpreter exits would fail as well.
        _discard_output()
    # If Ctrl-C came while a library was executing a string, `python -m` would now end by the signal, not with the code.
    exec("")
    sys.exit(code)


def _discard_output() -> None:
    """Send pending output to the null device, so that the interpreter can exit without an error message."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null_device, stream.fileno())
