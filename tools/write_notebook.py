"""Write the notebook from its script: python tools/write_notebook.py [--check] SCRIPT.

The script is in jupytext's percent format. The notebook has no outputs; they are drawn when it is run.
"""

import sys
from pathlib import Path

import jupytext
import nbformat


def notebook_of(script: Path) -> str:
    """Return the text of the notebook; equal scripts give equal text."""
    notebook = jupytext.read(script)
    del notebook.metadata["jupytext"]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return f"{nbformat.writes(notebook)}\n"


if __name__ == "__main__":
    script = Path(sys.argv[-1])
    path, text = script.with_suffix(".ipynb"), notebook_of(script)
    if "--check" not in sys.argv:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} does not match {script}; run: make docs")
