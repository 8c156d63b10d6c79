"""The page in few files, as it is served: one script, one stylesheet, and early requests for what it fetches first.

Bytes that modules fetch, and the programs of workers, are files of their own, since nothing waits for them at the
start.

A browser that has to find fifty modules one after the other shows the first step much later.
"""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from blastema.errors import BlastemaError
from blastema.playground.files import CATALOGUE, ONE_FILE, RECIPES, RULE, START
from blastema.playground.inline import FETCHED_BYTES, STYLE, one_page, plain, program, worker_programs

ENTRY = re.compile(r'<script type="module" src="([^"]+)"></script>')
# Runs first; it requests the first organism unless the address names another one.
EARLY = '<script src="early.js"></script>'
PREVIEW = '<meta property="og:image" content="preview.png" />'
ADDRESS = re.compile(r"https?://[\w.:-]+(?:/[\w.~%/+-]*)?", re.ASCII)
PARTS = (".js", ".css", ".glsl")


def bundled(files: Mapping[str, bytes], address: str | None = None) -> dict[str, bytes]:
    """Return the files of a page with its modules and shaders in one script, and its styles in one sheet.

    Args:
        files: of a site, see `blastema.formats.page.site_files`.
        address: where the page will be; programs that show a preview of a link need it to find the picture.

    Raises:
        BlastemaError: this is not an address of a page.
        ValueError: as `blastema.playground.inline.one_module`.
    """
    page = _addressed(files[START].decode(), address)
    entry, styles = ENTRY.findall(page)[0], STYLE.findall(page)
    apart = (CATALOGUE, *(path for path in files if PurePosixPath(path).suffix in FETCHED_BYTES))
    parts = {path: content for path, content in files.items() if path not in apart}
    rest = {path: content for path, content in files.items() if not _is_part(path) or f'<script src="{path}">' in page}
    style = "\n".join(plain(files[path].decode()) for path in styles)
    workers = {path: text.encode() for path, text in worker_programs(parts, entry).items()}
    return (
        rest
        | workers
        | {
            entry: program(parts, entry, {}).encode(),
            styles[0]: style.encode(),
            START: _hurried(page, styles, json.loads(files[CATALOGUE])).encode(),
            ONE_FILE: _template(files).encode(),
        }
    )


def _addressed(page: str, address: str | None) -> str:
    """Return the start page with the whole address of its preview picture."""
    if address is None:
        return page
    if not ADDRESS.fullmatch(address):
        raise BlastemaError(f"{address!r} is not an address; give the page's as in https://example.org/blastema/")
    folder = address if address.endswith("/") else f"{address}/"
    url = f'<meta property="og:url" content="{folder}" />'
    return page.replace(PREVIEW, f"{PREVIEW.replace('preview.png', f'{folder}preview.png')}\n    {url}")


def _template(files: Mapping[str, bytes]) -> str:
    """Return the page in one file without organisms; the page fills one in that the user made."""
    without = json.loads(files[CATALOGUE]) | {"organisms": [], "training": None}
    return one_page({**files, CATALOGUE: json.dumps(without).encode()})


def _is_part(path: str) -> bool:
    return path in (RULE, RECIPES) or PurePosixPath(path).suffix in PARTS


def _hurried(page: str, styles: list[str], listed: dict[str, Any]) -> str:
    """Return the start page with one stylesheet, and with early requests for the list and the first organism."""
    page = STYLE.sub(lambda found: found[0] if found[1] == styles[0] else "", page)
    # Lines that are empty now.
    page = re.sub(r"\n[ \t]+(?=\n)", "", page)
    first = listed["organisms"][0]["url"] if listed["organisms"] else ""
    early = EARLY.replace(" src", f' data-first="{first}" src') if first else EARLY
    preload = f'<link rel="preload" href="{CATALOGUE}" as="fetch" crossorigin />'
    return page.replace(EARLY, f"{preload}\n    {early}")
