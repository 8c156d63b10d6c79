"""The fast tests, on an installed wheel instead of the checkout."""

import os
import shutil
from pathlib import Path

from commands import run
from pythons import PROJECT


def run_tests(python: Path, wheel: Path, *, marked: str = "not slow") -> str:
    """Install a wheel with what tests need into an environment, run the tests on it, and return pytest's last line."""
    home = python.parents[1]
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
    locks = [part for name in ("build", "test") for part in ("-r", PROJECT / f"requirements/{name}.txt")]
    run(*install, "--require-hashes", *locks)
    run(*install, "--no-deps", wheel)
    checkout = home / "checkout"
    copy_without_package(checkout)
    # The doctests are those of the installed package.
    arguments = ["-q", "--tb=short", "-m", marked, "-n", str(os.cpu_count()), "--dist", "worksteal"]
    # As in pyproject.toml, where it is the file in src: it imports PyTorch.
    installed = run(python, "-c", "import blastema; print(blastema.__path__[0])", cwd=home).strip()
    arguments += [f"--ignore={installed}/formats/torch_module.py", "tests", "--pyargs", "blastema"]
    printed = run(python, "-m", "pytest", *arguments, cwd=checkout)
    return printed.strip().splitlines()[-1].strip("= ")


def copy_without_package(folder: Path) -> None:
    """Copy the files of the checkout; the package in it cannot be imported, only be read."""
    for name in run("git", "ls-files", cwd=PROJECT).splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    with (folder / "src/blastema/__init__.py").open("a", encoding="utf-8") as package:
        package.write('\nraise ImportError("this is the checkout, not the installed wheel")\n')
    # A test asks git which files are the project's.
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
