"""Write the table of docs/formats.md from the formats' records; with --check, fail if it is out of date.

python tools/write_formats_docs.py [--check] docs/formats.md
"""

import re
import sys
from pathlib import Path

from blastema.formats import Format, formats

BEGIN, END = "<!-- made by make docs from the records of the formats -->\n", "<!-- end -->\n"
HEAD = (
    "| format | export | import | signals | weights | proven in | tolerance, and why | largest file read |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
)
UNITS = {10**6: "MB", 2**30: "GiB"}


def size(count: int) -> str:
    """Return a limit as written in the docs.

    >>> size(64_000_000), size(2**31), size(0)
    ('64 MB', '2 GiB', '')
    """
    return next((f"{count // unit} {name}" for unit, name in UNITS.items() if count and count % unit == 0), "")


def row(form: Format) -> str:
    """Return the row of a format."""
    back, signals = ("yes" if able else "" for able in (form.read, form.signals))
    cells = (
        f"[{form.name}](#{form.name})", "yes", back, signals, form.weights, form.proven_in, form.tolerance,
        size(form.largest),
    )  # fmt: skip
    return re.sub(" +", " ", f"| {' | '.join(cells)} |\n")


def page(text: str) -> str:
    """Return the page with a new table."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + BEGIN + HEAD + "".join(map(row, formats().values())) + END + after


if __name__ == "__main__":
    path, check = Path(sys.argv[-1]), "--check" in sys.argv
    written = path.read_text("utf-8")
    if not check:
        path.write_text(page(written), "utf-8")
    elif written != page(written):
        sys.exit(f"{path} is out of date; run: make docs")
