"""The report of `blastema evaluate`: in the terminal, as JSON, as a picture."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from blastema.analysis.examination import Examination
from blastema.atomic import replacing
from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.render.picture import FORMATS, save
from blastema.targets import short_name


def check_suffix(picture: Path | None) -> None:
    """Refuse a picture that could not be written, before minutes are spent on it."""
    if picture is not None and picture.suffix.lower() not in FORMATS:
        raise BlastemaError(f"--picture {picture} has no suffix of a picture; take one of {', '.join(FORMATS)}")


@contextmanager
def watching() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being measured."""
    with Console(stderr=True).status("measuring") as status:
        yield lambda what: status.update(f"measuring {what}")


def in_words(organism: Organism, source: Path | str) -> str:
    """Return what an organism is: `🦎 lizard · regenerating`, or where it comes from if it does not say."""
    training = organism.training
    parts = [_target(training["target"]), training.get("experiment")] if training.get("target") else [source]
    return " · ".join(str(part) for part in parts if part)


def _target(target: object) -> str:
    """Return the target with its name in letters, which pictures need; files of strangers may tell of anything."""
    try:
        name = short_name(str(target))
    except BlastemaError:
        return str(target)
    return str(target) if name == str(target) else f"{target} {name}"


def print_report(title: str, report: dict[str, Any]) -> None:
    """Print the numbers as tables."""
    console = Console()
    console.print(Text(title, "bold"))
    console.print(
        "log10 of the mean squared difference to the target, over pixels and RGBA: lower is better.\n"
        f"{report['organisms']} organisms, medians unless it says worst.\n",
        style="dim", highlight=False,
    )  # fmt: skip
    for table in _tables(report):
        console.print(table)
        console.print()


def _tables(report: dict[str, Any]) -> Iterator[Table]:
    ages = report["persistence"]
    rounded = (report["eight_bit"] or {}).get("persistence", {})
    rows = [
        ("median", [one["median"] for one in ages.values()]),
        ("worst", [one["worst"] for one in ages.values()]),
        *([("8-bit weights, worst", [one["worst"] for one in rounded.values()])] if rounded else []),
    ]
    yield _table("Persistence, after so many steps", [f"{int(age):,}" for age in ages], rows)
    for title, key in (("Regeneration", "regeneration"), ("Damages that training never saw", "unseen")):
        found = report[key]
        again = (report["eight_bit"] or {}).get(key, {})
        steps = list(next(iter(found.values()))["after"])
        rows = [
            ("damaged", [one["damaged"] for one in found.values()]),
            *((f"{step} steps later", [one["after"][step] for one in found.values()]) for step in steps),
            ("the worst", [one["worst"] for one in found.values()]),
            *([("8-bit weights", [one["after"][steps[-1]] for one in again.values()])] if again else []),
            ("recovered", [f"{one['recovery']:.0%}" for one in found.values()]),
        ]
        yield _table(title, list(found), rows)
    turned = report["rotation"]
    quarters = [angle for angle in turned if int(angle) % 45 == 0]
    yield _table("Senses turned", [f"{angle}°" for angle in quarters], [("grown", [turned[one] for one in quarters])])
    rates = report["fire_rates"]
    yield _table("Fire rate", list(rates), [("grown", list(rates.values()))])
    places = report["sizes"] | {"beside another": report["neighbours"]}
    yield _table("In other grids", list(places), [("grown", list(places.values()))])


def _table(title: str, names: list[str], rows: list[tuple[str, list[Any]]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1))
    table.add_column("", style="dim", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for name, values in rows:
        table.add_row(name, *(value if isinstance(value, str) else f"{value:.2f}" for value in values))
    return table


def write_report(title: str, examination: Examination, numbers: Path | None, picture: Path | None) -> None:
    """Write what was asked for, each file whole or not at all."""
    if numbers is not None:
        with replacing(numbers) as temporary:
            temporary.write_text(json.dumps(examination.report, indent=1) + "\n", "utf-8")
    if picture is not None:
        from blastema.render.report_picture import report_picture

        save(report_picture(title, *examination), picture)
    for path in (numbers, picture):
        if path is not None:
            print(f"wrote {path}")
