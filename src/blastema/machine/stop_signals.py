"""Stop signals: taken note of, so that what is being done can end in order."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType

from rich.console import Console

# Stop signals: from Ctrl-C, a process manager, and, where it exists, a terminal that is closed.
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def stop_gently(console: Console) -> Iterator[list[int]]:
    """Yield a list that collects stop signals; a second Ctrl-C interrupts at once.

    In a thread other than the main one, where Python allows no handlers, the list stays empty.

    Args:
        console: what prints; to nowhere once the terminal is closed.
    """
    stopped: list[int] = []
    if current_thread() is not main_thread():
        yield stopped
        return

    def note(number: int, _: FrameType | None) -> None:
        # A closed terminal and some process managers send their signals more than once.
        if stopped and number == signal.SIGINT:
            raise KeyboardInterrupt
        stopped.append(number)
        if number == getattr(signal, "SIGHUP", None):
            # The terminal is gone, so printing to it would fail.
            console.file = stack.enter_context(Path(os.devnull).open("w"))  # noqa: SIM115

    before = {number: signal.getsignal(number) for number in SIGNALS}
    with ExitStack() as stack:
        for number, handler in before.items():
            # nohup sets SIGHUP to be ignored.
            if number in (signal.SIGINT, signal.SIGTERM) or handler != signal.SIG_IGN:
                signal.signal(number, note)
                stack.callback(signal.signal, number, handler)
        yield stopped
