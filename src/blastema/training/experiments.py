"""The article's experiments and the recipes they are trained by, each declared once."""

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Experiment:
    """What an organism is asked to learn.

    Attributes:
        starts_from: each rollout starts from fresh seed cells, or from a pool of organisms of all ages.
        reseeded: how many of a batch, those with the highest loss, are replaced by a seed cell.
        damaged: how many of a batch, those with the lowest loss, lose a part of their cells.
        sentence: what it teaches, for help texts.
        expect: what to expect of such organisms, for the page.
        ages: at which validation looks at organisms: a growing one need not last, another must. Those that lose cells
            in training are cut, too.
        colour: of its curves, a name in `blastema.render.chart.COLOURS`.
    """

    starts_from: Literal["seed", "pool"]
    reseeded: int
    damaged: int
    sentence: str
    expect: str
    ages: tuple[int, ...]
    colour: str


# In the article's order, from the least to the most that is asked of an organism.
EXPERIMENTS = {
    "growing": Experiment(
        starts_from="seed",
        reseeded=0,
        damaged=0,
        sentence="to grow",
        ages=(80, 96),
        colour="orange",
        expect="It was trained only to grow. Left alone it may overgrow, fade or fall apart.",
    ),
    "persistent": Experiment(
        starts_from="pool",
        reseeded=1,
        damaged=0,
        sentence="to persist",
        ages=(100, 200, 1000),
        colour="blue",
        expect="It was trained to grow and to persist, but not to heal: cut it, and it may recover or grow something "
        "strange.",
    ),
    "regenerating": Experiment(
        starts_from="pool",
        reseeded=1,
        damaged=3,
        sentence="to regenerate",
        ages=(200, 1000),
        colour="green",
        expect="It was trained to heal: cut it in half, and it grows back. Leave only an edge, and it may not.",
    ),
}


@dataclass(frozen=True)
class Recipe:
    """How it is taught. The defaults are the article's, or its notebook's where the article is silent.

    Attributes:
        steps: training steps.
        batch: organisms in a training step.
        pool: organisms kept between training steps.
        shortest, longest: steps of the automaton in a rollout, drawn anew for each training step, both inclusive.
        longer: (from which share of the training steps, how many times) rollouts are longer than that.
        damages: names of `blastema.damage.DAMAGES`; those to be damaged get them in turn.
        cuts: (from which share of the training steps, the most cuts in a row that each of those to be damaged gets).
            How many is drawn for each training step, from 1 on; before that share it is 1.
        between: fewest and most CA steps from one of these cuts to the next, drawn likewise, both inclusive.
        learning_rates: (from which share of the training steps, rate), in order. The article lowers its rate after
            2000 of 8000.
        beta_1, beta_2, epsilon: of Adam; epsilon is that of Keras, which the notebook uses.
        sentence: what it is, for help texts.
        for_trained: it trains an organism further; alone, it would not make one grow.
    """

    steps: int = 8000
    batch: int = 8
    pool: int = 1024
    shortest: int = 64
    longest: int = 96
    longer: tuple[float, float] = (1.0, 1.0)
    damages: tuple[str, ...] = ("disc",)
    cuts: tuple[float, int] = (1.0, 1)
    between: tuple[int, int] = (2, 8)
    learning_rates: tuple[tuple[float, float], ...] = ((0, 2e-3), (0.25, 2e-4))
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    sentence: str = ""
    for_trained: bool = False

    def learning_rate(self, step: int) -> float:
        """Return the rate for the training step that follows `step` others.

        >>> Recipe().learning_rate(1999), Recipe().learning_rate(2000)
        (0.002, 0.0002)
        """
        return [rate for begin, rate in self.learning_rates if step >= begin * self.steps][-1]

    def most_cuts(self, step: int) -> int:
        """Return the most cuts in a row in the training step that follows `step` others.

        >>> recipe = Recipe(cuts=(0.6, 9))
        >>> recipe.most_cuts(4799), recipe.most_cuts(4800)
        (1, 9)
        """
        begin, most = self.cuts
        return most if step >= begin * self.steps else 1

    def rollout(self, step: int) -> tuple[int, int]:
        """Return the shortest and the longest rollout for the training step that follows `step` others.

        >>> recipe = Recipe(longer=(0.6, 1.5))
        >>> recipe.rollout(4799), recipe.rollout(4800)
        ((64, 96), (96, 144))
        """
        begin, times = self.longer
        times = times if step >= begin * self.steps else 1
        return round(self.shortest * times), round(self.longest * times)


BLASTEMA = Recipe(
    pool=256,
    damages=("disc", "half", "square"),
    learning_rates=((0, 4e-3), (0.3, 2e-3), (0.6, 5e-4), (0.85, 1e-4)),
    sentence="our best",
)
# The first is the default; docs/recipe.md says in what they differ, and what was measured of them.
RECIPES = {
    "blastema": BLASTEMA,
    "long": replace(BLASTEMA, longer=(0.6, 1.6), sentence="longer rollouts late"),
    # Cuts in a row, and rollouts until what regrew has met what was left.
    "further": replace(
        BLASTEMA,
        longer=(0, 1.8),
        cuts=(0, 9),
        learning_rates=((0, 5e-4), (0.3, 2e-4), (0.6, 1e-4), (0.8, 3e-5)),
        sentence="for trained organisms",
        for_trained=True,
    ),
    "article": Recipe(sentence="as published"),
}
