"""The notebook, run from top to bottom as its reader would run it, and what leads to it."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blastema.figures import NAMES, figure_named

PROJECT = Path(__file__).resolve().parents[1]
SCRIPT, NOTEBOOK = PROJECT / "notebooks/growing.py", PROJECT / "notebooks/growing.ipynb"
ADDRESS = "https://github.com/someone/blastema"


@pytest.fixture
def writer():
    pytest.importorskip("jupytext")
    import write_notebook

    return write_notebook


def cells(kind="code"):
    """Return the sources of the notebook's cells."""
    return [
        "".join(cell["source"])
        for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
        if cell["cell_type"] == kind
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_notebook_runs_and_its_figures_show(tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    monkeypatch.setenv("BLASTEMA_QUICK", "1")
    notebook = nbformat.read(NOTEBOOK, 4)
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    pictures = [cell for cell in code if re.search(r"^(show|still|film|curve)\(", cell.source, re.M)]
    assert len(pictures) > len(NAMES) + 6
    for cell in pictures:
        assert "data:image/" in cell.outputs[-1]["data"]["text/html"], cell.source
    live = [cell for cell in code if cell.source.endswith(".show()")]
    assert len(live) == 3
    for cell in live:
        assert "application/vnd.jupyter.widget-view+json" in cell.outputs[-1]["data"]
    printed = "".join(output.get("text", "") for cell in code for output in cell.outputs)
    assert float(re.search(r"difference to a step of Blastema: (\S+)", printed)[1]) < 1e-5
    assert "installing" not in printed


def test_the_notebook_shows_every_figure_under_its_title():
    shown = []
    for before, cell in itertools.pairwise(json.loads(NOTEBOOK.read_text("utf-8"))["cells"]):
        if match := re.fullmatch(r'show\("([a-z]+)"\)', "".join(cell["source"])):
            title = figure_named(match[1]).TITLE
            assert f"### {title}\n" in "".join(before["source"]) + "\n", match[1]
            assert cell["id"] == f"figure-{match[1]}"
            shown.append(match[1])
    assert sorted(shown) == sorted(NAMES)


def test_the_notebook_has_the_articles_experiments_in_their_order():
    headings = re.findall(r"^## Experiment (\d): (.*)$", "\n".join(cells("markdown")), re.M)
    names = ["Learning to Grow", "What persists, exists", "Learning to regenerate", "Rotating the perceptive field"]
    assert headings == [(str(number), name) for number, name in enumerate(names, 1)]


def test_the_notebook_has_no_outputs_and_a_plain_kernel():
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_each_figure_and_its_cell_lead_to_one_another(writer):
    gallery, page = ((PROJECT / f"docs/{name}.md").read_text("utf-8") for name in ("gallery", "notebook"))
    for name in NAMES:
        anchor = writer.anchor(figure_named(name).TITLE)
        assert f"](notebook.md#{anchor})" in gallery
        assert f"](gallery.md#{anchor})" in page
        assert f"](../docs/gallery.md#{anchor})" in "\n".join(cells("markdown"))


def test_addresses_follow_from_the_projects_one(writer, tmp_path):
    written = tmp_path / "pyproject.toml"
    written.write_text(f'[project]\nurls.Repository = "{ADDRESS}/"')
    assert writer.repository(written) == ADDRESS
    written.write_text("[project]")
    assert writer.repository(written) is None
    plain, placed = writer.notebook_of(SCRIPT), writer.notebook_of(SCRIPT, ADDRESS)
    assert "badge" not in "".join(cell.source for cell in plain.cells)
    assert "someone/blastema/blob/main/notebooks/growing.ipynb)" in placed.cells[0].source
    assert "mybinder.org/v2/gh/someone/blastema/main?labpath=notebooks%2Fgrowing.ipynb)" in placed.cells[0].source
    assert "](../docs" not in "".join(cell.source for cell in placed.cells)
    assert f"]({ADDRESS}/blob/main/docs/gallery.md#unstable)" in "".join(cell.source for cell in placed.cells)
    assert writer.in_colab(ADDRESS, "figure-pool").endswith("growing.ipynb#scrollTo=figure-pool")
    assert writer.badges("https://gitlab.com/someone/blastema") == ""


def test_the_notebook_says_whether_there_is_a_release(writer, tmp_path):
    (changes := tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0, unreleased\n")
    assert not writer.released(changes)
    changes.write_text("# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-12-24\n")
    assert writer.released(changes)
    assert ("No release is on PyPI yet" in cells("markdown")[1]) == (not writer.released())


@pytest.mark.slow
def test_what_binder_installs_can_be_had():
    """Resolved from this checkout, not installed."""
    run = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-build-isolation",
            "-r", ".binder/requirements.txt",
        ],
        cwd=PROJECT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    would = re.search(r"^Would install (.*)$", run.stdout, re.M)[1]
    assert {"anywidget", "blastema", "ipywidgets", "numpy"} <= {name.rsplit("-", 1)[0] for name in would.split()}
