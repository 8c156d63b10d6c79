"""The files of the page by their paths, and what browsers are told that they are."""

from pathlib import Path

PAGE = Path(__file__).parent / "page"
START = "index.html"
CATALOGUE, EVENTS = "organisms.json", "training/events"
# Cells a side of the largest dish, as in page/dish.js.
LARGEST_DISH = 512
# What the page may consist of.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".glsl": "text/plain; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".safetensors": "application/octet-stream",
}


def page_files() -> dict[str, bytes]:
    """Return the page's own files: path from the page's folder, with slashes, and content."""
    paths = sorted(path for path in PAGE.rglob("*") if path.suffix in TYPES)
    return {path.relative_to(PAGE).as_posix(): path.read_bytes() for path in paths}


def content_type(path: str) -> str:
    """Return what a browser is told that the file is.

    >>> content_type("shaders/step.frag.glsl")
    'text/plain; charset=utf-8'
    """
    return TYPES[Path(path).suffix]
