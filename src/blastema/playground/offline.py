"""Makes a static site run without a network: its service worker gets the list of its files."""

import hashlib
import json
from collections.abc import Mapping

from blastema.playground.files import PAGE, START

WORKER = "offline_worker.js"
# What is replaced in the worker, and in the start page.
NOTHING, HTML = "{ version: '', files: {} }", '<html lang="en">'
# Hexadecimal digits.
VERSION_LENGTH = 16


def offline(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a site, with a worker that keeps them and a start page that asks for it.

    Both name the version, a hash of all files, so the browser replaces what it keeps as soon as any file is different.

    Args:
        files: of a bundle, see `blastema.playground.bundle.bundled`.

    Raises:
        ValueError: the worker or the start page lack the place for the version.
    """
    worker, page = (PAGE / WORKER).read_text("utf-8"), files[START].decode()
    hashes = {path: _hash(content) for path, content in sorted(files.items()) if path != START}
    version = _hash(json.dumps([hashes, worker, page]).encode())[:VERSION_LENGTH]
    listed = json.dumps({"version": version, "files": hashes}, indent=1)
    marked = HTML.replace(">", f' data-version="{version}">')
    return {
        **files,
        WORKER: _replaced(worker, NOTHING, listed).encode(),
        START: _replaced(page, HTML, marked).encode(),
    }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old} must be there once, not {text.count(old)} times")
    return text.replace(old, new)
