"""What the numbers of a benchmark belong to: the machine, the versions, the commit and the date."""

import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from blastema.machine import cores, instruction_set


def surroundings() -> dict[str, str]:
    """Return what the numbers belong to."""

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "missing"

    def said(command: list[str]) -> str:
        return subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        ).stdout.strip()

    model = [line.split(":")[1].strip() for line in said(["lscpu"]).splitlines() if line.startswith("Model name")]
    return {
        "processor": f"{model[0] if model else platform.processor()}, {cores()} cores, {instruction_set()}",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {of(name)}" for name in ("blastema", "numpy", "torch", "jax", "cax")),
        "commit": said(["git", "describe", "--always", "--dirty"]) or "unknown",
        "date": time.strftime("%Y-%m-%d"),
    }
