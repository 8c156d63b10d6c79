"""The article's experiments and the recipes to train them, each declared once."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from blastema.training.recipe import Recipe


@dataclass(frozen=True)
class Experiment:
    """What an organism is trained to do.

    Attributes:
        starts_from: whether rollouts start from seed cells, or from a pool of states of all ages.
        damaged: whether states are damaged in training; the recipe says how many, and how.
        sentence: description for help texts.
        expect: what users can expect of such organisms, shown on the page.
        ages: at which validation measures organisms; those of growing ones are young, because they need not persist.
            If states are damaged in training, validation includes cuts.
        colour: colour of its curves, a name in `blastema.render.chart.COLOURS`.
    """

    starts_from: Literal["seed", "pool"]
    damaged: bool
    sentence: str
    expect: str
    ages: tuple[int, ...]
    colour: str


# In the article's order, from the easiest to the hardest.
EXPERIMENTS = {
    "growing": Experiment(
        starts_from="seed",
        damaged=False,
        sentence="to grow",
        ages=(80, 96),
        colour="orange",
        expect="It was trained only to grow. Left alone it may overgrow, fade or fall apart.",
    ),
    "persistent": Experiment(
        starts_from="pool",
        damaged=False,
        sentence="to persist",
        ages=(100, 200, 1000),
        colour="blue",
        expect="It was trained to grow and to persist, but not to heal: cut it, and it may recover or grow something "
        "strange.",
    ),
    "regenerating": Experiment(
        starts_from="pool",
        damaged=True,
        sentence="to regenerate",
        ages=(200, 1000),
        colour="green",
        expect="It was trained to heal: cut it in half, and it grows back. Leave only an edge, and it may not.",
    ),
}


def falling(first: float, last: float, stages: int = 24) -> tuple[tuple[float, float], ...]:
    """Return learning rates that fall along half a cosine, in equal stages.

    >>> falling(1.0, 0.0, 2)
    ((0.0, 0.853553), (0.5, 0.146447))
    """
    heights = ((math.cos(math.pi * (stage + 0.5) / stages) + 1) / 2 for stage in range(stages))
    return tuple((stage / stages, round(last + (first - last) * height, 6)) for stage, height in enumerate(heights))


BLASTEMA = Recipe(
    pool=256,
    damages=("disc", "half", "square"),
    learning_rates=((0, 4e-3), (0.3, 2e-3), (0.6, 5e-4), (0.85, 1e-4)),
    warmup=200,
    sentence="our best",
)
# The article's cuts, too: without them, one or another of them did not regrow.
CUTS_IN_TURN = ("half", "lower", "left", "disc", "upper", "right", "centre")
# Cuts in a row, and rollouts long enough for regrown tissue to meet the rest.
FURTHER = replace(
    BLASTEMA,
    longer=(0, 2.0),
    cuts=(0, 9),
    switched=(0, 2),
    learning_rates=((0, 5e-4), (0.3, 2e-4), (0.6, 1e-4), (0.8, 3e-5)),
    sentence="for trained organisms, with --from",
    for_trained=True,
)
# The first is the default; docs/recipe.md compares them.
RECIPES = {
    "blastema": BLASTEMA,
    "long": replace(BLASTEMA, longer=(0.6, 1.6), sentence="longer rollouts late"),
    # Half batches take half the time, and so many of them learn more. A small pool has old states sooner. Muon learns
    # more from as many steps than Adam.
    "quick": replace(
        BLASTEMA,
        steps=2000,
        batch=4,
        pool=64,
        damaged=1,
        damages=CUTS_IN_TURN,
        optimiser="muon",
        learning_rates=falling(6e-3, 2e-5),
        sentence="sooner good from a trained organism",
    ),
    "further": FURTHER,
    # In a swarm, hardly any two cells update at the same time.
    "swarm": replace(
        FURTHER,
        steps=2000,
        slowed=(1, 2, 4),
        longer=(0, 1.5),
        damages=CUTS_IN_TURN,
        sentence="for trained organisms that are to grow in a swarm, with --from",
    ),
    # Many targets: slow at first, since the beginning grows another body, and damage only once all have a shape.
    "many": replace(
        BLASTEMA,
        pool=512,
        undamaged=0.1,
        switched=(0.2, 2),
        learning_rates=((0, 2e-3), (0.1, 4e-3), (0.3, 2e-3), (0.6, 5e-4), (0.85, 1e-4)),
        sentence="for several targets",
    ),
    "article": Recipe(sentence="as published"),
}


def reseeded(experiment: Experiment, recipe: Recipe) -> int:
    """Return the number of states of a batch that are replaced by a seed cell."""
    return recipe.reseeded if experiment.starts_from == "pool" else 0


def damaged(experiment: Experiment, recipe: Recipe) -> int:
    """Return the number of states of a batch that are damaged."""
    return recipe.damaged if experiment.damaged else 0
