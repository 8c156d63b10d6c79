"""Write the table of docs/formats.md from the formats' records."""

import re

from blastema.formats import Format, formats
from generated_file import command_line, write_or_check

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
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(chosen.path.read_text("utf-8")), chosen.check)
