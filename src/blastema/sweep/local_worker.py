"""What Dask runs first in a worker process on this machine."""

import signal
from typing import Any


def dask_setup(_: Any) -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes; the client asks the workers to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
