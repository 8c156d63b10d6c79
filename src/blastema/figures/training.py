"""One training run of a regenerating lizard with the default recipe, and the weights at four of its steps."""

from collections.abc import Iterator

from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import Growing
from blastema.figures.recording import Recording, recording
from blastema.render.picture import sheet

TITLE = "Steps of training"
CAPTION = "Growth from a seed cell with the weights after more and more training steps."
TRAINS = True

STEPS = 240


def draw(setting: Setting) -> Film:
    """Return the film."""
    stride = 8 if setting.quick else 2
    record = recording(setting)
    return looping(_pictures(record, setting.seed, stride), STEPS // stride + 1)


def _pictures(record: Recording, seed: int, stride: int) -> Iterator[Image.Image]:
    stages = [Growing(organism, seed, record.side, record.side) for organism in record.organisms.values()]
    labels = [f"{step:,} training steps" for step in record.organisms]
    for age in range(0, STEPS + 1, stride):
        yield sheet([stage.grown(age - stage.age) for stage in stages], len(stages), 216 // record.side, labels)
