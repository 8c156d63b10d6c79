"""The notebook, run from top to bottom as its reader would run it."""

import re
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "notebooks/growing.py"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_notebook_runs_and_its_figures_show(tmp_path, monkeypatch):
    jupytext, nbclient = pytest.importorskip("jupytext"), pytest.importorskip("nbclient")
    monkeypatch.setenv("BLASTEMA_QUICK", "1")
    notebook = jupytext.read(SCRIPT)
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    figures = [cell for cell in notebook.cells if re.fullmatch(r'show\("[a-z]+"\)', cell.source)]
    assert len(figures) > 10
    for cell in figures:
        assert "data:image/" in cell.outputs[-1]["data"]["text/html"], cell.source
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[-1].outputs[-1]["data"]
    assert any("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ()))


def test_the_notebook_shows_every_figure():
    from blastema.figures import NAMES

    assert set(re.findall(r'^show\("([a-z]+)"\)$', SCRIPT.read_text(), re.MULTILINE)) == set(NAMES)
