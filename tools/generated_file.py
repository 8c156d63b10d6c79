"""What the tools that write generated files share: their command line, and the check that a file is up to date."""

import argparse
import sys
from pathlib import Path


def command_line(about: str) -> argparse.ArgumentParser:
    """Return a parser of the arguments FILE, as `path`, and --check.

    Args:
        about: the docstring of the tool.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", metavar="FILE", type=Path, help="the file that is written")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if the file is out of date")
    return parser


def write_or_check(path: Path, text: str, check: bool) -> None:
    """Write a generated file; if `check`, write nothing and end the program unless the file has this text."""
    if not check:
        path.write_text(text, "utf-8")
    elif not path.exists() or path.read_text("utf-8") != text:
        sys.exit(f"{path} is out of date; run: make docs")


def refuse_large(folder: Path, most_bytes: int) -> None:
    """End the program if the files in a folder are larger than that."""
    size = sum(file.stat().st_size for file in folder.iterdir())
    if size > most_bytes:
        sys.exit(f"the files in {folder} are {size / 1e6:.1f} MB; {most_bytes / 1e6:g} MB are allowed")
