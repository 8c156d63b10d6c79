"""A file as it is sent: compressed if the browser takes that, with a tag by which the browser's copy stays valid."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from blastema.playground.files import content_type

# These are compressed already.
PACKED = ("image/png", "font/woff2", "image/x-icon")
# The share of its size that a file must lose for compression to be worth it.
LEAST_SAVED = 0.05
CODING = re.compile(r"\s*([\w*!#$%&'+.^`|~-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.ASCII)


@dataclass(frozen=True)
class Served:
    """One file of the page.

    Attributes:
        path: relative to the page; its suffix gives the content type.
        content: its bytes.
    """

    path: str
    content: bytes

    @cached_property
    def tag(self) -> str:
        """Return a name of the content, the same for the same bytes."""
        return hashlib.sha256(self.content).hexdigest()[:20]

    @cached_property
    def packed(self) -> bytes | None:
        """Return the content compressed with gzip, or None if that saves too little."""
        if content_type(self.path) in PACKED:
            return None
        packed = gzip.compress(self.content, mtime=0)
        return packed if len(packed) <= (1 - LEAST_SAVED) * len(self.content) else None

    def answer(self, accepted: str, known: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and content of a response.

        Args:
            accepted: the request's Accept-Encoding.
            known: its If-None-Match: tags of copies that the browser has.
        """
        packs = self.packed is not None and accepts_gzip(accepted)
        tag = f'"{self.tag}-gzip"' if packs else f'"{self.tag}"'
        headers = {"ETag": tag} | ({"Vary": "Accept-Encoding"} if self.packed is not None else {})
        if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
            return 304, headers, b""
        content = self.packed if packs and self.packed is not None else self.content
        headers |= {"Content-Type": content_type(self.path), "Content-Length": str(len(content))}
        return 200, headers | ({"Content-Encoding": "gzip"} if packs else {}), content


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip; a header that is malformed allows nothing.

    >>> [accepts_gzip(text) for text in ("gzip, deflate, br", "br;q=1, *;q=0.1", "gzip;q=0, *", "identity", "")]
    [True, True, False, False, False]
    """
    codings = [CODING.fullmatch(part) for part in header.split(",")]
    weights = {found[1].lower(): float(found[2] or 1) for found in codings if found}
    return all(codings) and weights.get("gzip", weights.get("*", 0.0)) > 0
