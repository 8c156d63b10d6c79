"""Pictures drawn by code: disc, ring, planarian, letters."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from blastema.errors import BlastemaError

# Pixels per side, many times finer than the cells: Pillow draws without antialiasing, which scaling down adds.
SIDE = 1024
LONGEST_TEXT = 4
Colour = tuple[int, int, int]
BLUE, RED, INK = (38, 110, 222), (226, 62, 52), (30, 92, 168)
FLANK, BACK = (120, 66, 42), (232, 172, 112)
EYE_WHITE, PUPIL = (255, 250, 238), (34, 22, 18)


def disc() -> Image.Image:
    """Return a blue disc."""
    image, draw = _canvas()
    _circle(draw, 0, 0, 1, BLUE)
    return image


def ring() -> Image.Image:
    """Return a red ring; its hole has half of its diameter."""
    image, draw = _canvas()
    _circle(draw, 0, 0, 1, RED)
    _circle(draw, 0, 0, 0.5, (0, 0, 0, 0))
    return image


def planarian() -> Image.Image:
    """Return a flatworm with a head at both ends, on a winding line.

    The article's discussion mentions such worms: planaria that regenerate with disturbed signals grow a second head.
    """
    return _worm((-1, 1))


def one_headed() -> Image.Image:
    """Return the same flatworm with a head at its upper end and a tail at the other."""
    return _worm((1,))


def _worm(heads: tuple[int, ...]) -> Image.Image:
    """Return a flatworm with heads at these ends, -1 or 1, and tails at the others."""
    image, draw = _canvas()
    # Shells from the outline inwards, each a little lighter, shade a round back.
    for shell in range(33):
        inwards = shell / 32
        draw.polygon(_outline(1 - inwards, heads), _between(FLANK, BACK, math.sin(inwards * math.pi / 2)))
    for end in heads:
        for side in (-1, 1):
            x, y = _beside(end * 0.77, side * 0.125)
            _circle(draw, x, y, 0.088, EYE_WHITE)
            x, y = _beside(end * 0.785, side * 0.098)
            _circle(draw, x, y, 0.056, PUPIL)
    box = image.getbbox()
    return image.crop(box)


def text(letters: str) -> Image.Image:
    """Return a short text in blue, bold.

    Raises:
        BlastemaError: it is not 1 to 4 printable characters of ASCII, which Pillow's bundled font has.
    """
    if not 1 <= len(letters) <= LONGEST_TEXT:
        raise BlastemaError(
            f"the text {letters!r} has {len(letters)} characters; give 1 to {LONGEST_TEXT}, as in text:Hi"
        )
    for letter in letters:
        if not "!" <= letter <= "~":
            raise BlastemaError(
                f"{letter!r} is neither an emoji nor a character that can be drawn; use printable ASCII, such as A to Z"
            )
    font = ImageFont.load_default(SIDE / 2)
    bold = SIDE / 64
    widths = [font.getlength(letter) + 2 * bold for letter in letters]
    image = Image.new("RGBA", (math.ceil(sum(widths) + SIDE), SIDE))
    draw = ImageDraw.Draw(image)
    for number, letter in enumerate(letters):
        draw.text((SIDE / 2 + sum(widths[:number]), SIDE / 4), letter, INK, font, stroke_width=bold)
    return image.crop(image.getbbox())


DRAWN: dict[str, Callable[[], Image.Image]] = {
    "disc": disc,
    "ring": ring,
    "planarian": planarian,
    "one-headed planarian": one_headed,
}


def _canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (SIDE, SIDE))
    return image, ImageDraw.Draw(image)


def _circle(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: tuple[int, ...]) -> None:
    """Draw a disc; coordinates in the square are from -1 to 1."""
    left, top, right, bottom = (SIDE / 2 * (1 + place) for place in (x - radius, y - radius, x + radius, y + radius))
    draw.ellipse((left, top, right - 1, bottom - 1), colour)


def _outline(scale: float, heads: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return the worm's outline in pixels, shrunk towards its middle line by `scale`."""
    places = [place / 100 for place in range(-100, 101)]
    # Shells also shrink from the tips.
    reach = 0.86 + 0.14 * scale
    half_widths = [
        _half_width(abs(along)) if math.copysign(1, along) in heads else _half_width_of_tail(abs(along))
        for along in places
    ]
    outline = list(zip(places, half_widths, strict=True))
    right = [_beside(along * reach, scale * half) for along, half in outline]
    left = [_beside(along * reach, -scale * half) for along, half in reversed(outline)]
    return [(SIDE / 2 * (1 + x), SIDE / 2 * (1 + y)) for x, y in right + left]


def _beside(along: float, aside: float) -> tuple[float, float]:
    """Return the point at distance `aside` from the worm's middle line, at `along` of its length, -1 to 1."""
    step = 1e-3
    (x, y), (next_x, next_y) = _middle(along), _middle(along + step)
    length = math.hypot(next_x - x, next_y - y)
    return x - (next_y - y) / length * aside, y + (next_x - x) / length * aside


def _middle(along: float) -> tuple[float, float]:
    return 0.74 * along - 0.26 * math.sin(math.pi * along), -0.72 * along - 0.05 * math.sin(math.pi * along)


def _half_width(along: float) -> float:
    """Return half of the worm's width, from its middle (0) to a tip (1): body, neck, ears, rounded tip."""
    body = 0.21 + 0.035 * math.cos(along * math.pi * 1.4)
    ears = 0.18 * math.exp(-(((along - 0.74) / 0.1) ** 2))
    return (body + ears) * math.sqrt(max(0.0, 1 - max(0.0, (along - 0.6) / 0.4) ** 2.4))


def _half_width_of_tail(along: float) -> float:
    """Return half of the worm's width towards a tail, which narrows to a tip."""
    return _half_width(0) * (1 - along**1.7) ** 0.9 + 0.02 * math.sqrt(1 - along**2)


def _between(start: Colour, end: Colour, part: float) -> Colour:
    red, green, blue = (round(first + (second - first) * part) for first, second in zip(start, end, strict=True))
    return red, green, blue
