"""The report of `blastema evaluate`: in the terminal, as JSON, and as a picture."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from blastema.analysis.bodies import BodiesExamination
from blastema.analysis.examination import Examination
from blastema.analysis.records import Report
from blastema.analysis.report import Section, explanations, sections, shown
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.organism import Organism
from blastema.render.picture import save
from blastema.targets import short_name


@contextmanager
def watching() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is being measured."""
    with Console(stderr=True).status("measuring") as status:
        yield lambda name: status.update(f"measuring {name}")


def in_words(organism: Organism, source: Path | str) -> str:
    """Return a title: `🦎 lizard · regenerating`, or the source if the organism does not name its target."""
    targets = organism.record.targets
    parts = [*map(_target, targets), organism.training.get("experiment")] if targets else [source]
    return " · ".join(str(part) for part in parts if part)


def _target(target: object) -> str:
    """Return the target and its name in letters, since pictures cannot show emoji. It may be any object."""
    try:
        name = short_name(str(target))
    except BlastemaError:
        return str(target)
    return str(target) if name == str(target) else f"{target} {name}"


def print_report(title: str, report: Report) -> None:
    """Print the numbers as tables."""
    tables = sections(report)
    # Eight angles are enough in a terminal.
    tables["rotation"] = _every_nth(tables["rotation"], 3)
    print_tables(title, list(tables.values()), report["organisms"])


def print_tables(title: str, tables: list[Section], organisms: int | None) -> None:
    """Print tables of scores, and what the scores mean."""
    console = Console()
    printed = [shown(value) for table in tables for values in table.rows.values() for value in values]
    console.print(Text(title, "bold"))
    console.print(Text("\n".join(explanations(printed, organisms)) + "\n", "dim"))
    for table in tables:
        # Not as the title of the Rich table, which would be wrapped to its width.
        console.print(Text(table.title, "bold"))
        console.print(_fitted(_table(table), console))
        console.print()


def _every_nth(section: Section, stride: int) -> Section:
    rows = {label: values[::stride] for label, values in section.rows.items()}
    return section._replace(columns=section.columns[::stride], rows=rows)


def _table(section: Section) -> Table:
    table = Table(box=None, padding=(0, 1))
    table.add_column("", style="dim", no_wrap=True)
    for name in section.columns:
        table.add_column(name, justify="right", no_wrap=True)
    for label, values in section.rows.items():
        table.add_row(label, *map(shown, values))
    return table


def _fitted(table: Table, console: Console) -> Table:
    """Return the table with less space between its columns if it is too wide for the screen otherwise."""
    unlimited = console.options.update(max_width=1000)
    table.collapse_padding = console.measure(table, options=unlimited).maximum > console.width
    return table


def write_report(
    title: str, examination: Examination | BodiesExamination, numbers: Path | None, picture: Path | None
) -> None:
    """Write the requested files, each atomically."""
    if numbers is not None:
        with replacing(numbers) as temporary:
            text = json.dumps(examination.report, indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", "utf-8")
    if picture is not None:
        from blastema.reporting.bodies_picture import bodies_picture
        from blastema.reporting.report_picture import report_picture

        if isinstance(examination, BodiesExamination):
            save(bodies_picture(title, examination), picture)
        else:
            save(report_picture(title, *examination), picture)
    for path in filter(None, (numbers, picture)):
        print(f"wrote {path}")
