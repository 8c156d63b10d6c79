"""Pictures that we draw ourselves: disc, ring, planarian, letters."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

from blastema.errors import BlastemaError

SIDE = 480
LONGEST_TEXT = 4
BLUE, RED, INK = (38, 110, 222, 255), (226, 62, 52, 255), (30, 92, 168, 255)
BODY, BACK, SPOT, PUPIL = (150, 100, 66, 255), (186, 134, 92, 255), (248, 240, 224, 255), (42, 28, 22, 255)


def _canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (SIDE, SIDE))
    return image, ImageDraw.Draw(image)


def disc() -> Image.Image:
    """Return a blue disc."""
    image, draw = _canvas()
    draw.ellipse((0, 0, SIDE - 1, SIDE - 1), BLUE)
    return image


def ring() -> Image.Image:
    """Return a red ring."""
    image, draw = _canvas()
    draw.ellipse((0, 0, SIDE - 1, SIDE - 1), RED)
    hole = SIDE * 0.27
    draw.ellipse((hole, hole, SIDE - 1 - hole, SIDE - 1 - hole), (0, 0, 0, 0))
    return image


def planarian() -> Image.Image:
    """Return a flatworm with a head at both ends, the creature that inspired the article (its discussion).

    It lies along the height; heads are arrow-shaped with two eyes, a lighter band runs along the back.
    """
    image, draw = _canvas()
    _worm(draw, 1.0, BODY)
    _worm(draw, 0.55, BACK)
    for end in (-1, 1):
        for side in (-1, 1):
            x, y = SIDE / 2 + side * 46, SIDE / 2 + end * 172
            draw.ellipse((x - 27, y - 27, x + 27, y + 27), SPOT)
            x -= side * 8
            draw.ellipse((x - 16, y - 16, x + 16, y + 16), PUPIL)
    return image


def _worm(draw: ImageDraw.ImageDraw, scale: float, colour: tuple[int, int, int, int]) -> None:
    """Draw the outline of the worm: half its width at each place along the body, from one tip to the other."""
    places = [place / 200 for place in range(-200, 201)]
    half = [scale * _half_width(abs(place)) for place in places]
    reach = SIDE / 2 - 2 - (1 - scale) * 30
    right = [(SIDE / 2 + width, SIDE / 2 + place * reach) for place, width in zip(places, half, strict=True)]
    left = [(SIDE - 1 - x, y) for x, y in reversed(right)]
    draw.polygon(right + left, colour)


def _half_width(along: float) -> float:
    """Return half the worm's width at `along` of the way from its middle (0) to a tip (1): body, ears, pointed head."""
    body = 84 + 14 * math.cos(along * math.pi * 1.4)
    ears = 74 * math.exp(-(((along - 0.72) / 0.09) ** 2))
    return (body + ears) * math.sqrt(max(0.0, 1 - max(0.0, (along - 0.55) / 0.45) ** 2.6))


def text(letters: str) -> Image.Image:
    """Return a short text in blue.

    Raises:
        BlastemaError: it is empty, longer than 4 letters, or has none that our font can draw.
    """
    if not 1 <= len(letters) <= LONGEST_TEXT or not letters.isprintable() or not letters.strip():
        raise BlastemaError(f"the text {letters!r} cannot be drawn; give 1 to {LONGEST_TEXT} letters, as in text:Hi")
    font = ImageFont.load_default(SIDE / len(letters) * 1.2)
    left, top, right, bottom = font.getbbox(letters, stroke_width=10)
    image = Image.new("RGBA", (math.ceil(right - left), math.ceil(bottom - top)))
    ImageDraw.Draw(image).text((-left, -top), letters, INK, font, stroke_width=10)
    if image.getbbox() is None:
        raise BlastemaError(f"the text {letters!r} shows nothing; give letters, as in text:Hi")
    return image.crop(image.getbbox())


DRAWN: dict[str, Callable[[], Image.Image]] = {"disc": disc, "ring": ring, "planarian": planarian}
