"""The files of the page by their paths, and their content types."""

import json
from dataclasses import asdict
from pathlib import Path

from blastema.organism_file import rule_record
from blastema.rule import FILTERS, Rule
from blastema.rule.perception import ARTICLE_FILTERS

PAGE = Path(__file__).parent / "page"
START = "index.html"
RULE, RECIPES, CATALOGUE, EVENTS = "rule.json", "recipes.json", "organisms.json", "training/events"
# The template of a page in one file, to which the page adds an organism that the user made.
ONE_FILE = "one_file.html"
# Cells on a side of the largest dish.
LARGEST_DISH = 512
# The types of file that the page may consist of.
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
    ".wasm": "application/wasm",
    ".safetensors": "application/octet-stream",
}


def page_files() -> dict[str, bytes]:
    """Return the page's own files: path relative to the page, with slashes, and content."""
    paths = sorted(path for path in PAGE.rglob("*") if path.suffix in TYPES)
    return {path.relative_to(PAGE).as_posix(): path.read_bytes() for path in paths} | {RULE: rule_file()}


def rule_file() -> bytes:
    """Return what the page's modules take from Python's definition of the rule, JSON."""
    content = {
        "default": rule_record(Rule()),
        "filters": {name: asdict(built_in) for name, built_in in FILTERS.items()},
        "article_filters": ARTICLE_FILTERS,
        "largest_dish": LARGEST_DISH,
    }
    return json.dumps(content).encode()


def content_type(path: str) -> str:
    """Return the content type of a file.

    >>> content_type("shaders/step.frag.glsl")
    'text/plain; charset=utf-8'
    """
    return TYPES[Path(path).suffix]
