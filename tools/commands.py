"""Commands that a check runs: silent unless they fail."""

import os
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

# What would let a command find the checkout, or behave otherwise than for a user.
NOT_PASSED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "BLASTEMA_NATIVE", "BLASTEMA_ISA", "MAKEFLAGS")


class CheckError(Exception):
    """A check failed; the message says what and why."""


def run(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, expect: int = 0) -> str:
    """Run a command and return what it prints.

    Raises:
        CheckError: it exits with another code than `expect`.
    """
    passed = {name: value for name, value in os.environ.items() if name not in NOT_PASSED}
    # uv takes the Pythons that are there.
    passed |= {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1", "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"} | dict(
        env or {}
    )
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env=passed, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode != expect:
        shown = " ".join(str(part) for part in command)
        raise CheckError(f"{shown}\nexited with {done.returncode} instead of {expect}:\n{done.stdout[-4000:]}")
    return done.stdout


@contextmanager
def step(title: str) -> Generator[list[str]]:
    """Print a line for a step: its title, then how long it took, and what it appends to the list."""
    details: list[str] = []
    begin = time.perf_counter()
    print(title, end=" ... ", flush=True)
    try:
        yield details
    except BaseException:
        print("failed", flush=True)
        raise
    print("; ".join([f"{time.perf_counter() - begin:.0f} s", *details]), flush=True)
