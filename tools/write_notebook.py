"""Write the notebook beside its script.

The script is in jupytext's percent format. The notebook has no outputs; they are drawn when it is run. What follows
from other records is added: badges, if the project has an address, whether there is a release, and below each figure's
heading a link to the gallery.
"""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import jupytext
import nbformat

from blastema.figures import figure_named
from generated_file import command_line, write_or_check

PROJECT = Path(__file__).resolve().parents[1]
# Colab and Binder read repositories on GitHub by these addresses.
GITHUB, NOTEBOOK = "https://github.com/", "notebooks/growing.ipynb"
COLAB = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER = "https://mybinder.org/badge_logo.svg"
DOCS = "../docs/"
UNRELEASED = """

No release is on PyPI yet. Put a wheel (`pip wheel --no-deps .` in a checkout of Blastema writes one) beside this
notebook, in Colab by the file panel; or install a checkout with `pip install '.[notebook]'` and start Jupyter there."""


def repository(project: Path = PROJECT / "pyproject.toml") -> str | None:
    """Return the address of the project's repository, `project.urls.Repository`, if it has one."""
    urls: dict[str, str] = tomllib.loads(project.read_text("utf-8"))["project"].get("urls", {})
    return urls.get("Repository", "").rstrip("/") or None


def released(changes: Path = PROJECT / "CHANGELOG.md") -> bool:
    """Return whether there is a release: a version with a date in the changelog."""
    return bool(re.search(r"^## \[?\d+\.\d+\.\d+\b.*\d{4}-\d\d-\d\d", changes.read_text("utf-8"), re.M))


def in_colab(address: str | None, cell: str = "") -> str | None:
    """Return the address of the notebook in Colab, or of one of its cells; None unless the repository is on GitHub."""
    if address is None or not address.startswith(GITHUB):
        return None
    place = f"{address.removeprefix(GITHUB)}/blob/main/{NOTEBOOK}"
    return f"https://colab.research.google.com/github/{place}" + (f"#scrollTo={cell}" if cell else "")


def in_binder(address: str | None) -> str | None:
    """Return the address of the notebook in Binder; None unless the repository is on GitHub."""
    if address is None or not address.startswith(GITHUB):
        return None
    return f"https://mybinder.org/v2/gh/{address.removeprefix(GITHUB)}/main?labpath={quote(NOTEBOOK, '')}"


def badges(address: str | None) -> str:
    """Return the badges, with a blank line before them; nothing where there is no address to go to."""
    places = ((COLAB, "Colab", in_colab(address)), (BINDER, "Binder", in_binder(address)))
    shown = [f"[![Open in {name}]({picture})]({link})" for picture, name, link in places if link]
    return "\n\n" + " ".join(shown) if shown else ""


def figure_of(cell: nbformat.NotebookNode) -> str | None:
    """Return the name of the figure that a cell shows, if it shows one.

    >>> figure_of(nbformat.v4.new_code_cell('show("step")'))
    'step'
    """
    match = re.fullmatch(r'show\("([a-z]+)"\)', cell.source)
    return match[1] if match else None


def anchor(title: str) -> str:
    """Return the anchor of a heading, on the site and on a code host.

    >>> anchor("A planarian's set point")
    'a-planarians-set-point'
    """
    return re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")


def notebook_of(script: Path, address: str | None = None) -> nbformat.NotebookNode:
    """Return the notebook; equal scripts and addresses give equal notebooks."""
    notebook = jupytext.read(script)
    del notebook.metadata["jupytext"]
    docs = f"{address}/blob/main/docs/" if address else DOCS
    for number, cell in enumerate(notebook.cells):
        figure = figure_of(cell)
        cell.id = f"figure-{figure}" if figure else f"cell-{number}"
        # Colab goes to the cell of this name.
        cell.metadata["id"] = cell.id
        if figure:
            title = figure_named(figure).TITLE
            notebook.cells[number - 1].source += f"\n\n[In the gallery]({DOCS}gallery.md#{anchor(title)})"
    notebook.cells[0].source += badges(address)
    notebook.cells[1].source += "" if released() else UNRELEASED
    for cell in notebook.cells:
        cell.source = cell.source.replace(f"]({DOCS}", f"]({docs}") if cell.cell_type == "markdown" else cell.source
    return notebook


def text_of(script: Path) -> str:
    """Return the text of the notebook of this project."""
    return f"{nbformat.writes(notebook_of(script, repository()))}\n"


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, text_of(chosen.path.with_suffix(".py")), chosen.check)
