"""The Pythons that pyproject.toml names, and where they are on this machine."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def declared() -> list[str]:
    """Return the versions that the classifiers of pyproject.toml name, such as "3.11", oldest first."""
    classifiers = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    return re.findall(r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(classifiers), re.M)


def find(version: str) -> Path | None:
    """Return a working interpreter of this version, or None: this one, one on PATH, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [Path(sys.executable), shutil.which(f"python{version}")]
    candidates += sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    return next((Path(path) for path in candidates if path and version_of(path) == version), None)


def version_of(python: str | Path) -> str | None:
    """Return the version of an interpreter that can make environments, such as "3.11"; None if it does not start."""
    code = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
