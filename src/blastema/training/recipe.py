"""A recipe: how an organism is trained, as data whose ranges are checked."""

from dataclasses import dataclass

from blastema.damage import DAMAGES
from blastema.errors import BlastemaError
from blastema.training.optimiser import OPTIMISERS
from blastema.training.ranges import Range, ascending, number, one_of, pair, several, some_of, stages, whole, whole_or

MOST_STEPS, MOST_STATES, LONGEST = 10**9, 10**6, 10**4
# Of the fields that a user may change. The least epsilon is far above the smallest float32, so Adam never divides by 0.
RANGES: dict[str, Range] = {
    "steps": whole(1, MOST_STEPS),
    "batch": whole(1, MOST_STATES),
    "pool": whole(1, MOST_STATES),
    "reseeded": whole(0, MOST_STATES),
    "damaged": whole(0, MOST_STATES),
    "shortest": whole(1, LONGEST),
    "longest": whole(1, LONGEST),
    "longer": pair(number(0, 1), number(0.01, 100)),
    "slowed": several(number(1, 100)),
    "damages": some_of(DAMAGES),
    "cuts": pair(number(0, 1), whole(1, 1000)),
    "between": ascending(whole(0, LONGEST)),
    "undamaged": number(0, 1),
    "switched": pair(number(0, 1), whole(0, MOST_STATES)),
    "optimiser": one_of(OPTIMISERS),
    "learning_rates": stages(number(0, 1000)),
    "warmup": whole(0, MOST_STEPS),
    "beta_1": number(0, 1, below=True),
    "beta_2": number(0, 1, below=True),
    "epsilon": number(1e-30, 1),
    "bits": pair(number(0, 1), whole_or(2, 8, 32)),
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
        slowed: factors that training steps apply in turn: cells fire so many times less often, and rollouts are
            longer by as much. So an organism learns to grow whatever share of its cells fires at a time.
        reseeded: states of a batch, those with the highest loss, that are replaced by a seed cell; if the experiment
            starts from a pool.
        damaged: states of a batch, those with the lowest loss, that are damaged; if the experiment damages.
        damages: names in `blastema.damage.DAMAGES`, applied in turn to the states that are damaged.
        cuts: (share of the training steps, most cuts): from that share on, a damaged state gets 1 to this many cuts
            in a row, drawn for each training step; before, it gets 1.
        between: range of CA steps from one of these cuts to the next, both inclusive; drawn likewise.
        undamaged: share of the training steps before states are damaged.
        switched: (share of the training steps, states): from that share on, so many states of a batch exchange their
            signals when they are put back into the pool, so that one body has to turn into another.
        optimiser: name in `blastema.training.optimiser.OPTIMISERS`.
        learning_rates: (share of the training steps from which it applies, rate), in order. The article lowers its
            rate after 2000 of 8000.
        warmup: training steps over which the learning rate rises to these, at most a quarter of all. At the full rate,
            the first steps can destroy what a trained organism, from whose weights a training starts, has learned.
        beta_1, beta_2, epsilon: of Adam, and beta_1 of Muon; epsilon is that of Keras, which the notebook uses.
        bits: (share of the training steps, bits): from that share on, rollouts use weights rounded to so many bits, and
            their gradients change the exact ones. The organism has the rounded ones; 32 bits are exact.
        sentence: description for help texts.
        for_trained: whether the recipe is for training an existing organism further, not for training from scratch.

    Raises:
        BlastemaError: a value has the wrong type or is out of range, or two do not fit together.
    """

    steps: int = 8000
    batch: int = 8
    pool: int = 1024
    reseeded: int = 1
    damaged: int = 3
    shortest: int = 64
    longest: int = 96
    longer: tuple[float, float] = (1.0, 1.0)
    slowed: tuple[float, ...] = (1,)
    damages: tuple[str, ...] = ("disc",)
    cuts: tuple[float, int] = (1.0, 1)
    between: tuple[int, int] = (2, 8)
    undamaged: float = 0
    switched: tuple[float, int] = (1.0, 0)
    optimiser: str = "adam"
    learning_rates: tuple[tuple[float, float], ...] = ((0, 2e-3), (0.25, 2e-4))
    warmup: int = 0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    bits: tuple[float, int] = (1.0, 32)
    sentence: str = ""
    for_trained: bool = False

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, allowed.plain(value))
            except ValueError:
                raise BlastemaError(f"{name} of a recipe is {value!r}; it must be {allowed.text}") from None
        for smaller, larger in (("shortest", "longest"), ("batch", "pool")):
            least, most = getattr(self, smaller), getattr(self, larger)
            if least > most:
                raise BlastemaError(f"{smaller} of a recipe is {least}; it must not be above {larger}, {most}")

    def learning_rate(self, step: int) -> float:
        """Return the learning rate after `step` training steps.

        >>> Recipe().learning_rate(1999), Recipe().learning_rate(2000)
        (0.002, 0.0002)
        >>> Recipe(warmup=10).learning_rate(0), Recipe(warmup=10).learning_rate(9)
        (0.0002, 0.002)
        """
        rate = [rate for begin, rate in self.learning_rates if step >= begin * self.steps][-1]
        warmup = min(self.warmup, self.steps / 4)
        return rate * min(1, (step + 1) / warmup) if warmup else rate

    def damaged_at(self, step: int) -> int:
        """Return the number of states that are damaged after `step` training steps.

        >>> Recipe(undamaged=0.1).damaged_at(799), Recipe(undamaged=0.1).damaged_at(800)
        (0, 3)
        """
        return self.damaged if step >= self.undamaged * self.steps else 0

    def switched_at(self, step: int) -> int:
        """Return the number of states that exchange their signals after `step` training steps."""
        begin, states = self.switched
        return states if step >= begin * self.steps else 0

    def bits_at(self, step: int) -> int:
        """Return the bits of the weights in rollouts after `step` training steps.

        >>> recipe = Recipe(bits=(0.6, 4))
        >>> recipe.bits_at(4799), recipe.bits_at(4800)
        (32, 4)
        """
        begin, bits = self.bits
        return bits if step >= begin * self.steps else 32

    def most_cuts(self, step: int) -> int:
        """Return the most cuts in a row after `step` training steps.

        >>> recipe = Recipe(cuts=(0.6, 9))
        >>> recipe.most_cuts(4799), recipe.most_cuts(4800)
        (1, 9)
        """
        begin, most = self.cuts
        return most if step >= begin * self.steps else 1

    def slowed_at(self, step: int) -> float:
        """Return the factor that applies to a training step.

        >>> [Recipe(slowed=(1, 4)).slowed_at(step) for step in range(3)]
        [1, 4, 1]
        """
        return self.slowed[step % len(self.slowed)]

    def rollout(self, step: int) -> tuple[int, int]:
        """Return the shortest and the longest rollout after `step` training steps.

        >>> recipe = Recipe(longer=(0.6, 1.5))
        >>> recipe.rollout(4799), recipe.rollout(4800)
        ((64, 96), (96, 144))
        """
        begin, times = self.longer
        times = times if step >= begin * self.steps else 1
        return max(1, round(self.shortest * times)), max(1, round(self.longest * times))
