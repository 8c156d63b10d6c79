"""`blastema zoo`: the organisms that ship with the package."""


def zoo() -> None:
    """List the trained organisms that ship with the package, with their measured scores."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from blastema.analysis.report import explanations, shown
    from blastema.library import load
    from blastema.zoo import names

    table = Table(box=None, padding=(0, 1))
    table.add_column("", no_wrap=True)
    table.add_column("name", no_wrap=True)
    for column in ("200 steps", "10,000, worst", "hardest cut"):
        table.add_column(column, justify="right", no_wrap=True)
    printed = []
    for name in names():
        organism = load(name)
        scores = organism.scores or {}
        cuts = scores.get("regeneration") or {}
        hardest = max(cuts, key=lambda cut: cuts[cut]) if cuts else None
        row = [
            _text(scores.get("grown")),
            _text(scores.get("after_10000")),
            f"{hardest} {shown(cuts[hardest])}" if hardest else "",
        ]
        printed += row
        table.add_row(*map(Text, (" ".join(organism.record.targets), name, *row)))
    console = Console()
    console.print(table)
    advice = "Grow one with: blastema grow NAME"
    console.print(Text("\n".join(["", *explanations(printed), advice]), "dim"))


def _text(score: object) -> str:
    from blastema.analysis.report import shown

    return shown(score) if isinstance(score, float) else ""
