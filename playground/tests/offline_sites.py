"""Writes three sites into a folder: `first`, `second` with every program changed, and `play` without a worker."""

import sys
from pathlib import Path

from blastema.formats.page import site_files
from blastema.hosting.catalogue import catalogue
from blastema.hosting.site import write_site
from blastema.playground.bundle import bundled
from blastema.playground.offline import offline

files = bundled(site_files(catalogue([])[:3]))


def said(which: str) -> dict[str, bytes]:
    """Return the files with programs that say which site they are of."""
    line = f"globalThis.which = '{which}';\n".encode()
    return {path: line + content if path.endswith(".js") else content for path, content in files.items()}


folder = Path(sys.argv[1])
write_site(folder / "first", offline(said("first")))
write_site(folder / "second", offline(said("second")))
write_site(folder / "play", said("play"))
