"""Write docs/notebook.md, the notebook as a page.

With --run, the notebook is run in a Jupyter kernel, which takes minutes, and what its cells print and draw is recorded.
Its figures are those of the gallery, and are not drawn again. Otherwise only the page is written.
"""

import base64
import json
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

from blastema.figures import figure_named
from generated_file import command_line, refuse_large, write_or_check
from write_gallery import FOLDER as FIGURES
from write_gallery import picture_of
from write_notebook import DOCS, PROJECT, figure_of, notebook_of

SCRIPT = PROJECT / "notebooks/growing.py"
FOLDER, RECORD = "pictures/notebook", "outputs.json"
MOST_BYTES = 1_500_000
# Lines of a cell's code that are shown at once.
LONGEST = 30
EMBEDDED = re.compile(r'<img src="data:image/(\w+);base64,([^"]*)" alt="([^"]*)">')
LIVE = "application/vnd.jupyter.widget-view+json"
NOTE = """
This page shows the notebook `notebooks/growing.ipynb` after it was run; in Jupyter, organisms are live. Written by
`tools/write_notebook_page.py`.
"""


def recorded(output: NotebookNode, folder: Path, name: str) -> dict[str, str] | None:
    """Return what the page needs of an output, and write its picture; None for what it leaves out, such as progress."""
    if output.output_type == "stream":
        return {"text": output.text} if output.name == "stdout" else None
    data = output.get("data", {})
    if match := EMBEDDED.search(data.get("text/html", "")):
        suffix, content, caption = match.groups()
        (folder / f"{name}.{suffix}").write_bytes(base64.b64decode(content))
        return {"picture": f"{name}.{suffix}", "caption": caption}
    # A progress bar is such a widget, too, but a displayed one, not a result.
    return {"live": ""} if LIVE in data and output.output_type == "execute_result" else None


def run(folder: Path) -> None:
    """Run the notebook and record what the page needs of its outputs."""
    notebook = notebook_of(SCRIPT)
    notebook.cells = [cell for cell in notebook.cells if not figure_of(cell)]
    with TemporaryDirectory() as place:
        NotebookClient(notebook, timeout=None, resources={"metadata": {"path": place}}).execute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record: list[dict[str, Any]] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            outputs = [recorded(output, folder, cell.id) for output in cell.outputs]
            record.append({"source": cell.source, "outputs": [output for output in outputs if output]})
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def code(source: str) -> str:
    """Return the code of a cell as Markdown, folded if it is long."""
    fenced = f"```python\n{source}\n```\n"
    if source.count("\n") < LONGEST:
        return fenced
    return f'<details markdown="1">\n<summary>Code</summary>\n\n{fenced}\n</details>\n'


def shown(output: dict[str, str]) -> str:
    """Return an output as Markdown."""
    if "text" in output:
        return f"```text\n{output['text'].rstrip()}\n```\n"
    if "live" in output:
        return "*In Jupyter, a live organism; [some are here, too](experiments.md).*\n"
    return f"![{output['caption']}]({FOLDER}/{output['picture']})\n\n{output['caption']}\n"


def outputs_of(cell: NotebookNode, record: dict[str, list[dict[str, str]]], docs: Path) -> list[str]:
    """Return the outputs of a cell as Markdown."""
    if name := figure_of(cell):
        caption = figure_named(name).CAPTION
        return [f"![{caption}]({FIGURES}/{picture_of(name, docs / FIGURES).name})\n\n{caption}\n"]
    if cell.source not in record:
        sys.exit(f"a cell has changed since the notebook was run; run: python {sys.argv[0]} --run docs/notebook.md")
    return [shown(output) for output in record[cell.source]]


def page(docs: Path) -> str:
    """Return the text of the page."""
    record = {cell["source"]: cell["outputs"] for cell in json.loads((docs / FOLDER / RECORD).read_text("utf-8"))}
    parts: list[str] = []
    for cell in notebook_of(SCRIPT).cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source.replace(f"]({DOCS}", "](") + "\n")
        else:
            parts += [code(cell.source), *outputs_of(cell, record, docs)]
    return "\n".join([parts[0], NOTE.lstrip(), *parts[1:]])


def main() -> None:
    """Run the notebook, write its page, or check it."""
    parser = command_line(__doc__)
    parser.add_argument("--run", action="store_true", help="run the notebook, and record what it prints and draws")
    chosen = parser.parse_args()
    folder = chosen.path.parent / FOLDER
    if chosen.run:
        run(folder)
    write_or_check(chosen.path, page(chosen.path.parent), chosen.check)
    if chosen.check:
        refuse_large(folder, MOST_BYTES)


if __name__ == "__main__":
    main()
