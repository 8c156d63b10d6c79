"""`blastema zoo`: the organisms that ship with the package."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blastema.records import Scores


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
        scores = worst_body(organism.scores or {})
        cuts = scores.get("regeneration") or {}
        hardest = max(cuts, key=lambda cut: cuts[cut]) if cuts else None
        row = [
            _text(scores.get("grown")),
            _text(scores.get("after_10000")),
            f"{hardest} {shown(cuts[hardest])}" if hardest else "",
        ]
        printed += row
        signals, target = organism.rule.signals, organism.record.target
        table.add_row(*map(Text, (f"{len(signals)} bodies" if signals else target or "", name, *row)))
    console = Console()
    console.print(table)
    advice = "Grow one with: blastema grow NAME. Of several bodies, the worst score; choose one with --signal."
    console.print(Text("\n".join(["", *explanations(printed), advice]), "dim"))


def worst_body(scores: "Scores") -> "Scores":
    """Return the scores, or for an organism with several bodies the worst of each number."""
    from blastema.records import Scores

    bodies = list(scores.get("bodies", {}).values())
    if not bodies:
        return scores
    cuts = bodies[0]["regeneration"]
    return Scores(
        grown=max(body["grown"] for body in bodies),
        after_10000=max(body["after_10000"] for body in bodies),
        regeneration={cut: max(body["regeneration"][cut] for body in bodies) for cut in cuts},
    )


def _text(score: object) -> str:
    from blastema.analysis.report import shown

    return shown(score) if isinstance(score, float) else ""
