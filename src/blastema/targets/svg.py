"""Rendering of SVG in a separate process, since a drawing can crash the renderer or exhaust time or memory.

python -m blastema.targets.svg renders the file on its standard input and writes a PNG to its standard output.
"""

import gzip
import importlib.util
import io
import re
import subprocess
import sys
import zlib
from xml.etree import ElementTree

from PIL import Image

from blastema.errors import BlastemaError

SIDE = 1024
# As in CSS; without it resvg accepts no units but pixels.
DPI = 96
MOST_SECONDS, MOST_WAITING, MOST_MEMORY, MOST_BYTES = 10, 30, 1_000_000_000, 20_000_000
# Deeper nesting overflows the renderer's stack.
MOST_NESTED = 100
# References may point to elements of the drawing or to embedded pictures, but not to files of this computer, nor to
# embedded SVG, which may refer to files.
INSIDE = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])", re.IGNORECASE)


def draw_svg(content: bytes, path: str) -> Image.Image:
    """Return the drawing, RGBA, its longer side 1024 pixels; what it shows must not need fonts of this computer.

    Args:
        content: of an SVG file in any encoding that it declares, or of an .svgz file.
        path: of the file, for messages.

    Raises:
        BlastemaError: the extra is missing, the file is not an SVG, or drawing it takes too long or too much memory.
    """
    if importlib.util.find_spec("resvg_py") is None:
        raise BlastemaError(f"reading {path} needs an extra: pip install 'blastema[svg]'")
    # -P: files in the current directory must not shadow modules.
    command = [sys.executable, "-P", "-m", "blastema.targets.svg"]
    try:
        run = subprocess.run(command, input=content, capture_output=True, timeout=MOST_WAITING)
    except subprocess.TimeoutExpired:
        raise BlastemaError(f"{path} takes too long to draw; simplify it, or save it as PNG") from None
    if run.returncode == 1:
        says = run.stderr.decode("utf-8", "replace").strip().splitlines() or ["it cannot be rendered"]
        raise BlastemaError(f"{path} is not an SVG that can be drawn: {says[-1]}; save it again")
    if run.returncode:
        raise BlastemaError(
            f"{path} needs more than {MOST_SECONDS} seconds or 1 GB of memory to draw; simplify it, or save it as PNG"
        )
    return Image.open(io.BytesIO(run.stdout)).convert("RGBA")


def safe_markup(content: bytes) -> str:
    """Return the XML of an SVG file as text, without references to anything outside the file.

    Raises:
        ValueError: it is not XML, is too large, or is nested too deeply.
    """
    root = ElementTree.fromstring(_unpacked(content))
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > MOST_NESTED:
            raise ValueError(f"it is nested more than {MOST_NESTED} elements deep")
        for name, value in list(element.attrib.items()):
            if name.rpartition("}")[2] == "href" and not INSIDE.match(value):
                del element.attrib[name]
        waiting += [(child, depth + 1) for child in element]
    return ElementTree.tostring(root, "unicode")


def _unpacked(content: bytes) -> bytes:
    """Return the decompressed content of an .svgz file; other content unchanged."""
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"damaged gzip data: {error}") from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES:,} bytes")
    return content


def _limit() -> None:
    """Limit time and memory of this process if the system supports it; the caller limits the time in any case."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CPU, MOST_SECONDS), (resource.RLIMIT_AS, MOST_MEMORY)):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (most, hard))
        except (OSError, ValueError):
            # macOS does not support limits of memory.
            continue
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Render standard input to standard output."""
    import resvg_py

    _limit()
    try:
        markup = safe_markup(sys.stdin.buffer.read())
        # Given both, resvg fits the drawing inside, so that a long, thin one cannot take endless memory.
        png = resvg_py.svg_to_bytes(svg_string=markup, width=SIDE, height=SIDE, dpi=DPI)
    except (ValueError, LookupError, ElementTree.ParseError, RecursionError) as error:
        sys.exit((str(error).splitlines() or [type(error).__name__])[0])
    sys.stdout.buffer.write(bytes(png))


if __name__ == "__main__":
    main()
