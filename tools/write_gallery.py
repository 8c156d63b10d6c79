"""Write docs/gallery.md and its pictures.

Draws all figures in full, which takes minutes, or only those named; with --text only the page is written. Its pictures
are small versions.
"""

import sys
from pathlib import Path

from rich.progress import track

from blastema.figures import NAMES, figure_named, save_small_figure
from blastema.figures.figure import Setting
from generated_file import command_line, refuse_large, write_or_check
from write_notebook import anchor, in_colab, repository

FOLDER = "pictures/figures"
MOST_BYTES = 6_000_000
INTRODUCTION = """# Gallery

The article's figures, redrawn with Blastema's organisms by `blastema figure all`; [the notebook](notebook.md) walks
through them and trains. These are small versions; written by `tools/write_gallery.py`.
"""


def picture_of(name: str, folder: Path) -> Path:
    """Return the small version of a figure."""
    files = list(folder.glob(f"{name}.*"))
    if len(files) != 1:
        sys.exit(
            f"{folder} has {len(files)} pictures of {name}; run: python tools/write_gallery.py docs/gallery.md {name}"
        )
    return files[0]


def page(folder: Path) -> str:
    """Return the text of the page."""
    parts = [INTRODUCTION]
    for name in NAMES:
        module = figure_named(name)
        method = " ".join(module.__doc__.split())
        parts += [
            f"\n## {module.TITLE}\n\n{module.CAPTION}\n",
            f"\n![{module.CAPTION}]({FOLDER}/{picture_of(name, folder).name})\n",
            f"\n`blastema figure {name}` · {cell_links(name)} · {method}\n",
        ]
    return "".join(parts)


def cell_links(name: str) -> str:
    """Return links to the cell of the notebook that draws a figure."""
    links = f"[in the notebook](notebook.md#{anchor(figure_named(name).TITLE)})"
    colab = in_colab(repository(), f"figure-{name}")
    return f"{links} · [in Colab]({colab})" if colab else links


def main() -> None:
    """Write the gallery's page and pictures, or check the page with --check."""
    parser = command_line(__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help="figures that are drawn; all if none is named")
    parser.add_argument("--text", action="store_true", help="draw nothing, and write the page")
    chosen = parser.parse_args()
    folder = chosen.path.parent / FOLDER
    if not (chosen.text or chosen.check):
        write_pictures(chosen.names or list(NAMES), folder)
    write_or_check(chosen.path, page(folder), chosen.check)
    if chosen.check:
        refuse_large(folder, MOST_BYTES)


def write_pictures(names: list[str], folder: Path) -> None:
    """Draw figures and write their small versions."""
    folder.mkdir(parents=True, exist_ok=True)
    setting = Setting(track=lambda items, name, count: track(items, name, count, transient=True))
    for name in names:
        save_small_figure(name, folder, setting)
        print(f"{name}: {sum(file.stat().st_size for file in folder.glob(f'{name}.*')) / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
