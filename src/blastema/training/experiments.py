"""The article's experiments and the recipes to train them, each declared once."""

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Experiment:
    """What an organism is trained to do.

    Attributes:
        starts_from: whether rollouts start from seed cells, or from a pool of states of all ages.
        reseeded: number of states of a batch, those with the highest loss, that are replaced by a seed cell.
        damaged: number of states of a batch, those with the lowest loss, that are damaged.
        sentence: description for help texts.
        expect: what users can expect of such organisms, shown on the page.
        ages: at which validation measures organisms; those of growing ones are young, because they need not persist.
            If states are damaged in training, validation includes cuts.
        colour: colour of its curves, a name in `blastema.render.chart.COLOURS`.
    """

    starts_from: Literal["seed", "pool"]
    reseeded: int
    damaged: int
    sentence: str
    expect: str
    ages: tuple[int, ...]
    colour: str


# In the article's order, from the easiest to the hardest.
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
    """How an organism is trained. The defaults are the article's, or its notebook's where the article is silent.

    Attributes:
        steps: training steps.
        batch: states per training step.
        pool: states kept between training steps.
        shortest, longest: range of CA steps in a rollout, both inclusive; drawn for each training step.
        longer: (share of the training steps, factor): from that share on, rollouts are longer by this factor.
        damages: names in `blastema.damage.DAMAGES`, applied in turn to the states that are damaged.
        cuts: (share of the training steps, most cuts): from that share on, a damaged state gets 1 to this many cuts
            in a row, drawn for each training step; before, it gets 1.
        between: range of CA steps from one of these cuts to the next, both inclusive; drawn likewise.
        learning_rates: (share of the training steps from which it applies, rate), in order. The article lowers its
            rate after 2000 of 8000.
        beta_1, beta_2, epsilon: of Adam; epsilon is that of Keras, which the notebook uses.
        sentence: description for help texts.
        for_trained: whether the recipe is for training an existing organism further, not for training from scratch.
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
        """Return the learning rate after `step` training steps.

        >>> Recipe().learning_rate(1999), Recipe().learning_rate(2000)
        (0.002, 0.0002)
        """
        return [rate for begin, rate in self.learning_rates if step >= begin * self.steps][-1]

    def most_cuts(self, step: int) -> int:
        """Return the most cuts in a row after `step` training steps.

        >>> recipe = Recipe(cuts=(0.6, 9))
        >>> recipe.most_cuts(4799), recipe.most_cuts(4800)
        (1, 9)
        """
        begin, most = self.cuts
        return most if step >= begin * self.steps else 1

    def rollout(self, step: int) -> tuple[int, int]:
        """Return the shortest and the longest rollout after `step` training steps.

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
# The first is the default; docs/recipe.md compares them.
RECIPES = {
    "blastema": BLASTEMA,
    "long": replace(BLASTEMA, longer=(0.6, 1.6), sentence="longer rollouts late"),
    # Cuts in a row, and rollouts long enough for regrown tissue to meet the rest.
    "further": replace(
        BLASTEMA,
        longer=(0, 2.0),
        cuts=(0, 9),
        learning_rates=((0, 5e-4), (0.3, 2e-4), (0.6, 1e-4), (0.8, 3e-5)),
        sentence="for trained organisms",
        for_trained=True,
    ),
    "article": Recipe(sentence="as published"),
}
