"""`blastema doctor`: what is installed, and which engine is used by default."""


def doctor() -> None:
    """Show which engines, extras and instruction sets this machine has, and which engine is used by default."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from blastema.diagnostics import examine

    console = Console()
    findings = examine()
    for title, rows in findings.items():
        table = Table(
            title=title, title_justify="left", title_style="bold", box=None, show_header=False, padding=(0, 2)
        )
        for name, value in rows.items():
            table.add_row(escape(name), escape(value))
        console.print(table)
        console.print()
