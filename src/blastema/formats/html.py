"""The playground with one organism, as a single HTML file that opens from disk. Writing only."""

from pathlib import Path

from blastema.formats.format import Format, Size
from blastema.io.atomic import replacing
from blastema.organism import Organism


def write_html(organism: Organism, path: Path, size: Size = None) -> str:
    """Write the page, and return how large it is.

    Raises:
        BlastemaError: the page is not installed, or the file cannot be written.
    """
    from blastema.formats.page import entry_of, site_files
    from blastema.playground.inline import one_page

    content = one_page(site_files([entry_of(organism)])).encode()
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return f"weights are exact; {len(content) / 1000:.0f} kB, opens in a browser"


FORMAT = Format(
    "html",
    ".html",
    "the playground with the organism inside, in one file",
    write_html,
    weights="exact",
    proven_in="Chromium, from disk",
    tolerance="none: the page contains the organism file",
)
