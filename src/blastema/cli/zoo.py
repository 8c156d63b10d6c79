"""`blastema zoo`: the organisms that ship with the package."""


def zoo() -> None:
    """List the trained organisms that ship with the package, with their measured scores."""
    from rich.console import Console
    from rich.table import Table

    from blastema.organism import load
    from blastema.zoo import names

    table = Table(box=None, padding=(0, 1))
    table.add_column("", no_wrap=True)
    table.add_column("name", no_wrap=True)
    for column in ("200 steps", "10,000, worst", "hardest cut"):
        table.add_column(column, justify="right", no_wrap=True)
    for name in names():
        organism = load(name)
        scores = organism.scores or {}
        cuts = scores.get("regeneration") or {}
        hardest = max(cuts, key=lambda cut: cuts[cut]) if cuts else None
        table.add_row(
            str(organism.training.get("target", "")),
            name,
            _text(scores.get("grown")),
            _text(scores.get("after_10000")),
            f"{hardest} {_text(cuts[hardest])}" if hardest else "",
        )
    console = Console()
    console.print(table)
    console.print(
        "\nlog10 of the mean squared difference to the target; lower is better. Grow one with: blastema grow NAME",
        style="dim",
        highlight=False,
    )


def _text(score: object) -> str:
    return f"{score:.2f}" if isinstance(score, float) else ""
