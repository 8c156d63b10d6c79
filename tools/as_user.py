"""What a user does first with the installed package: it is tried in a new environment, away from the checkout."""

import json
from pathlib import Path

from commands import CheckError, run

TRAIN = "train disc --experiment growing --fit 6 --pad 4 --steps 3"
# Each command, and what it must have written.
COMMANDS = {
    "grow runs/disc-growing --steps 20 --out disc.gif": ["disc.gif"],
    "export runs/disc-growing --to c --out disc.h": ["disc.h"],
    "export runs/disc-growing --to shadertoy --out disc": ["disc/buffer_a.glsl"],
    "export runs/disc-growing --to cell --out cell": ["cell/cell.c", "cell/organism.h"],
    "export runs/disc-growing --to html --out disc.html": ["disc.html"],
    "site public runs/disc-growing": [
        "public/index.html", "public/main.js", "public/style.css", "public/kernel.wasm", "public/organisms.json",
        "public/organisms/disc-growing.safetensors", "public/organisms/regenerating-lizard.png",
    ],
}  # fmt: skip
SWARM = "swarm runs/disc-growing --steps 20 --out swarm.gif"


def environment(python: Path, folder: Path) -> Path:
    """Make a virtual environment in a folder, and return its interpreter."""
    run(python, "-m", "venv", folder)
    return folder / "bin/python"


def numpy_of(python: Path) -> str:
    """Return the version of NumPy in an environment."""
    return run(python, "-c", "import numpy; print(numpy.__version__)").strip()


def check(python: Path, *, native: bool) -> None:
    """Train, grow and export with the package that is installed in an environment.

    Raises:
        CheckError: a command fails or writes nothing, or the native engine is there or missing against expectation.
    """
    home = python.parents[1]
    place = run(python, "-c", "import blastema; print(blastema.__file__)", cwd=home).strip()
    if not Path(place).is_relative_to(home):
        raise CheckError(f"{place} was imported instead of the package installed in {home}")

    def blastema(command: str, says: str = "", expect: int = 0) -> None:
        printed = run(python.parent / "blastema", *command.split(), cwd=home, expect=expect)
        if says not in " ".join(printed.split()):
            raise CheckError(f"blastema {command} does not say '{says}':\n{printed}")

    blastema("doctor", "native ready" if native else "native engine is not installed")
    blastema(TRAIN, "" if native else "training on the numpy engine")
    for command, written in COMMANDS.items():
        blastema(command)
        if missing := [name for name in written if not (home / name).is_file() or not (home / name).stat().st_size]:
            raise CheckError(f"blastema {command} did not write {', '.join(missing)}")
    listed = json.loads((home / "public/organisms.json").read_text("utf-8"))
    if "regenerating/lizard" not in {entry["name"] for entry in listed["organisms"]}:
        raise CheckError("the site does not list the organisms that ship with the package")
    if native:
        blastema(SWARM)
    else:
        blastema(SWARM, "swarms need Blastema's native part", expect=2)
