"""A hook of MkDocs: our own copy of what the search needs in a site that is opened from a folder."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

# Workers for pages from a folder, where browsers allow none; the search is one. mkdocs.yml names it as a polyfill.
SHIM, NAME = Path(__file__).parents[1] / "playground/node_modules/iframe-worker/shim/index.js", "iframe-worker.js"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the shim, from the npm package."""
    files.append(File.generated(config, NAME, content=SHIM.read_text("utf-8")))
    return files
