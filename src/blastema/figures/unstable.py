"""Organisms that were trained only to grow, each rollout from a seed cell, continue far beyond their training.

The bar marks the 64 to 96 steps after which training computed the loss.
"""

from collections.abc import Iterator

from PIL import Image, ImageDraw

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import Growing, organisms_of, plain
from blastema.render.colour import WHITE
from blastema.render.layout import stack
from blastema.render.lettering import font
from blastema.render.picture import sheet
from blastema.training.experiments import RECIPES

TITLE = "Unstable"
CAPTION = "Ten organisms that were trained to grow but not to persist, far beyond the length of training rollouts."

ZOOM, LAST = 2, 1500
INK, GONE, AHEAD, TRAINED = (90, 90, 90), (100, 116, 139), (232, 232, 232), (21, 128, 61)
BAR, TEXT = 6, 18


def draw(setting: Setting) -> Film:
    """Return the film."""
    quick = [*range(0, 120, 8), *range(120, 501, 38)]
    ages = quick if setting.quick else [*range(0, 120, 2), *range(120, LAST + 1, 15)]
    return looping(_pictures(ages, setting), len(ages), fades=False)


def _pictures(ages: list[int], setting: Setting) -> Iterator[Image.Image]:
    names = organisms_of("growing", 10)
    grown = [Growing(name, setting.seed) for name in names]
    for age in ages:
        states = [growing.grown(age - growing.age) for growing in grown]
        tiles = sheet(states, 5, ZOOM, [plain(name) for name in names])
        yield stack(tiles, _time_bar(tiles.width, age, ages[-1]), margin=4)


def _time_bar(width: int, age: int, last: int) -> Image.Image:
    """Return a bar for the whole time shown, filled up to the present step."""
    recipe = RECIPES["blastema"]
    image = Image.new("RGB", (width, BAR + 2 * TEXT), WHITE)
    draw = ImageDraw.Draw(image)
    scale = (width - 8) / last
    draw.rectangle((4, TEXT, width - 4, TEXT + BAR), AHEAD)
    draw.rectangle((4, TEXT, 4 + age * scale, TEXT + BAR), GONE)
    draw.rectangle((4 + recipe.shortest * scale, TEXT, 4 + recipe.longest * scale, TEXT + BAR), TRAINED)
    draw.text((4, 2), f"step {age:,}", INK, font(13), "la")
    draw.text((4 + recipe.shortest * scale, TEXT + BAR + 3), "end of training rollouts", TRAINED, font(12), "la")
    return image
