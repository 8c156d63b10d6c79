"""What `blastema doctor` reports: this machine, its engines, libraries and extras."""

import platform

from blastema._version import __version__
from blastema.engines import ENGINES, choose_engine, default_engine
from blastema.errors import BlastemaError
from blastema.machine import cores, installed, instruction_set
from blastema.machine.packages import extras, libraries


def examine() -> dict[str, dict[str, str]]:
    """Return the findings: title to a table of names and values."""
    best = default_engine()
    return {
        "Machine": {
            "blastema": __version__,
            "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
            "cores": str(cores()),
            "instruction set": instruction_set(),
        },
        "Engines": {name: engine_state(name) + (" · the default" if name == best else "") for name in ENGINES},
        "Libraries": {package: installed(package) or "missing" for package in libraries()},
        "Extras": {
            f"[{extra}]": f"{package} {version}"
            if (version := installed(package))
            else f"not installed: pip install 'blastema[{extra}]'"
            for extra, package in extras().items()
        },
    }


def engine_state(name: str) -> str:
    """Return whether the engine of this name runs here, or why not."""
    try:
        engine = choose_engine(name)
    except BlastemaError as error:
        return str(error)
    return f"ready, {ENGINES[name].details(engine)}"
