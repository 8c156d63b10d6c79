"""Commands to paste into the user's shell."""

import shlex
import shutil
import sys
from pathlib import Path


def to_paste(*arguments: str | Path) -> str:
    """Return a command line that runs this program, quoted for the shell."""
    return shlex.join([*_program(), *map(str, arguments)])


def _program() -> list[str]:
    """Return `blastema` if the shell finds this installation by that name, otherwise the program that was run."""
    program = Path(sys.argv[0])
    installed = shutil.which("blastema")
    if installed and Path(installed).resolve().parent == Path(sys.executable).parent.resolve():
        return ["blastema"]
    if program.stem == "blastema":
        return [_short(program)]
    return [_short(Path(sys.executable)), "-m", "blastema"]


def _short(path: Path) -> str:
    """Return the path relative to the current folder if it lies inside, otherwise the absolute path."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
