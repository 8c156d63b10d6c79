"""Image files that mean harm or were harmed: attacks by SVG, and a fuzzer for every reader of images but PNG's.

    python tests/attacks/images.py READER [SECONDS] [FIRST]

fuzzes one as fuzz.py does, where PNG is.
"""

import io
import sys

from fuzz import READERS, fuzz, spoilt_bytes
from PIL import Image

from attacks import gigabyte
from blastema import load_target

BEGIN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
RECT = '<rect width="9" height="9" fill="lime"/>'


def svg(inside, before=""):
    return f"{before}{BEGIN}{inside}</svg>".encode()


def chained(kind, attribute, count):
    """Each of many masks, clip paths, patterns, filters, markers refers to the next one."""
    parts = (
        f'<{kind} id="a{number}"><rect width="9" height="9" fill="white" {attribute}="url(#a{number + 1})"/></{kind}>'
        for number in range(count)
    )
    return svg(f'{"".join(parts)}<rect width="9" height="9" {attribute}="url(#a0)"/>')


LAUGHS = "".join(f'<!ENTITY a{number + 1} "{f"&a{number};" * 10}">' for number in range(9))
# Each is read or refused with one line, within the limits of the process that draws.
SVG_ATTACKS = {
    "200,000 nested groups": svg("<g>" * 200_000 + RECT + "</g>" * 200_000),
    "300 nested masks": svg(
        "".join(f'<mask id="a{number}">' for number in range(300)) + RECT + "</mask>" * 300 + RECT
    ),
    "300 chained masks": chained("mask", "mask", 300),
    "5,000 chained masks": chained("mask", "mask", 5000),
    "5,000 chained clip paths": chained("clipPath", "clip-path", 5000),
    "5,000 chained patterns": chained("pattern", "fill", 5000),
    "a use of itself": svg('<g id="a"><use href="#a"/></g>' + RECT),
    "a billion uses": svg(
        "<defs>" + '<g id="a0"><rect width="1" height="1"/></g>'
        + "".join(f'<g id="a{number + 1}">{f"""<use href="#a{number}"/>""" * 10}</g>' for number in range(9))
        + '</defs><use href="#a9"/>'
    ),
    "a billion laughs": svg("<text>&a9;</text>", f'<!DOCTYPE svg [<!ENTITY a0 "ha">{LAUGHS}]>'),
    "endless noise": svg(
        '<filter id="f"><feTurbulence baseFrequency=".1" numOctaves="999999999"/></filter>'
        '<rect width="9" height="9" filter="url(#f)"/>'
    ),
    "a blur of a million": svg(
        '<filter id="f"><feGaussianBlur stdDeviation="1000000"/></filter><rect width="9" height="9" filter="url(#f)"/>'
    ),
    "a dilation of a thousand": svg(
        '<filter id="f"><feMorphology operator="dilate" radius="1000"/></filter>'
        '<rect width="9" height="9" filter="url(#f)"/>'
    ),
    "a billion dashes": svg('<path d="M0 0H9" stroke="red" stroke-dasharray=".00000001"/>'),
    "a picture of 900 megapixels": svg(f'<svg width="30000" height="30000">{RECT}</svg>'),
    "a gigabyte packed": gigabyte(gzipped=True),
}  # fmt: skip


def image(kind):
    """A small picture of a kind, with soft edges and all colours."""
    picture = Image.radial_gradient("L").resize((24, 24))
    picture = Image.merge("RGB", (picture, picture.rotate(90), picture.transpose(Image.Transpose.TRANSPOSE)))
    if kind not in ("JPEG", "BMP"):
        picture.putalpha(Image.linear_gradient("L").resize((24, 24)))
    written = io.BytesIO()
    picture.save(written, kind)
    return {f"a.{kind.lower()}": written.getvalue()}


def spoilt(files, draw):
    ((name, content),) = files.items()
    return {name: spoilt_bytes(content, draw)}


PAINTS = ("fill", "stroke", "mask", "clip-path", "filter", "marker-end", "opacity", "transform", "stroke-dasharray")
VALUES = (
    "red", "url(#a)", "url(#b)", "none", "-1", "1e38", "nan", "0", "1e-38", "rotate(45)", "scale(1e20)", "99999",
    "matrix(0 0 0 0 0 0)", "1 0.0001", "100%", "inherit",
)  # fmt: skip
ELEMENTS = (
    "g", "rect", "circle", "path", "text", "use", "image", "mask", "clipPath", "pattern", "filter", "marker", "svg",
    "linearGradient", "radialGradient", "stop", "switch", "style", "feGaussianBlur", "feImage", "feTile", "feOffset",
    "feTurbulence", "feFlood", "feMorphology", "feConvolveMatrix", "feDisplacementMap", "tspan", "textPath", "symbol",
)  # fmt: skip
SIZES = ("x", "y", "width", "height", "r", "cx", "cy", "stdDeviation", "radius", "order", "baseFrequency", "viewBox")


def drawn_at_random(draw, depth=0):
    """A tree of elements that refer to each other, with attributes that may be absurd."""
    name = draw.choice(ELEMENTS)
    attributes = {key: draw.choice(VALUES) for key in draw.sample(PAINTS, draw.randrange(4))}
    attributes |= {key: draw.choice(["1", "5", "9", "-3", "1e9", "0 0 9 9", "nan"]) for key in draw.sample(SIZES, 4)}
    attributes |= {"id": draw.choice("abc"), "href": draw.choice(["#a", "#b", "a.svg", "data:,"])}
    attributes |= {"d": draw.choice(["M0 0L9 9V0z", "M0 0A1e9 1 0 0 1 9 9", "M", "M1 1" + "q1 1 2 0" * 99])}
    inside = "".join(drawn_at_random(draw, depth + 1) for _ in range(draw.randrange(5) if depth < 6 else 0))
    text = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"<{name} {text}>{inside or 'a'}</{name}>"


def spoilt_svg(files, draw):
    ((name, content),) = files.items()
    if draw.random() < 0.3:
        return {name: spoilt_bytes(content, draw)}
    return {name: svg(RECT + "".join(drawn_at_random(draw) for _ in range(draw.randrange(1, 6))))}


def read(path):
    return load_target(path, fit=20)


IMAGES = {kind.lower(): (spoilt, image(kind), read) for kind in ("JPEG", "WEBP", "GIF", "BMP", "TIFF")}
IMAGES["svg"] = (spoilt_svg, {"a.svg": svg(RECT)}, read)
READERS_OF_IMAGES = tuple(IMAGES)

if __name__ == "__main__":
    READERS |= IMAGES
    fuzz(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 10, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
