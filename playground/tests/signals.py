"""Writes what the page's tests of signals need: weights that are known to grow, with small signal biases.

    python playground/tests/signals.py FOLDER

writes into a folder: `bodies.safetensors`, an organism with three bodies, of which the first is the lizard of the zoo
itself; a page with it and the lizard, `site`; the same as one file, `bodies.html`; the widget of a notebook,
`widget.json`; and the states that Python grows with a blend and with a map, `blend.states` and `map.states`.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

from blastema import Organism, Simulation, load
from blastema.formats.html import write_html
from blastema.formats.page import site_files
from blastema.hosting.catalogue import catalogue
from blastema.hosting.site import write_site

NAMES = ("🦎", "🎄", "two heads")
STEPS, SIZE = 40, {"height": 40, "width": 40}


def with_signals(organism: Organism, names: tuple[str, ...], spread: float = 0.02) -> Organism:
    """Return the organism with signals, of which the first changes nothing."""
    rows = np.random.default_rng(0).normal(0, spread, (len(names), organism.rule.hidden)).astype(np.float32)
    rows[0] = 0
    return Organism(
        organism.weights._replace(signal_bias=rows),
        organism.rule.replace(signals=names),
        organism.training | {"target": list(names)},
    )


def grown(organism: Organism, signal: object) -> bytes:
    """Return states after some steps, float32 `(height, width, channel)`."""
    return Simulation(organism, seed=3, signal=signal, engine="numpy", **SIZE).step(STEPS)[0].tobytes()


def widget_of(organism: Organism) -> dict:
    widget = organism.show(seed=7)
    state = {name: getattr(widget, name) for name in ("height", "width", "seed", "angle")}
    content = base64.b64encode(widget.content).decode()
    return {"esm": widget._esm, "css": widget._css, "state": state | {"content": content}}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    # Large enough to see a body in a few steps.
    bodies = with_signals(load("🦎"), NAMES, 0.05)
    bodies.save(folder / "bodies.safetensors")
    offered = catalogue([folder / "bodies.safetensors", "🦎"])[:2]
    write_site(folder / "site", site_files(offered))
    (folder / "site/blank.html").write_text('<!doctype html><link rel="icon" href="data:,"><title>blank</title>')
    write_html(bodies, folder / "bodies.html")
    (folder / "widget.json").write_text(json.dumps(widget_of(bodies)))
    (folder / "blend.states").write_bytes(grown(bodies, {"🦎": 0.25, "🎄": 0.75}))
    # The left half of the grid has the second signal, the right half the third.
    columns = np.where(np.arange(40) < 20, 1, 2).astype(np.uint8)
    (folder / "map.states").write_bytes(grown(bodies, np.tile(columns, (40, 1))))
