"""The candidates that `recipes.py` compares: the package's recipes, and trainers with one change each."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from blastema.engines import Engine, ValueAndGrad
from blastema.engines.protocol import Loss
from blastema.loss import rgba_channels, towards
from blastema.quantisation.eight_bit import scale_of
from blastema.rule import ALPHA, Array, Batch, Rule, Weights
from blastema.training.experiments import BLASTEMA, RECIPES, falling
from blastema.training.recipe import Recipe
from blastema.training.trainer import Report, Trainer

ARTICLE_RECIPE = RECIPES["article"]
# Shares of the training steps: where the beginning ends, and where the late phase starts.
BEGINNING, LATE = 0.1, 0.6


class Candidate(NamedTuple):
    """A recipe, the trainer that runs it, and the random seed."""

    recipe: Recipe
    trainer: type[Trainer] = Trainer
    seed: int = 0


class Averaged(Trainer):
    """The result is the mean of the weights over about the last thousand steps."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.mean = self.weights

    def step(self) -> Report:
        report = super().step()
        share = max(0.001, 1 / self.done)
        self.mean = Weights(*(old + share * (new - old) for old, new in zip(self.mean, self.weights, strict=True)))
        return report

    @property
    def trained_weights(self) -> Weights:
        return self.mean


class SmallLastLayer(Trainer):
    """The last layer starts with small random numbers instead of zeros."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        small = np.random.default_rng(self.seed).normal(0, 0.01, self.weights.update_weight.shape)
        self.weights = self.weights._replace(update_weight=small.astype(np.float32))


class Overflow(Trainer):
    """The loss also penalises values outside -2 to 2 at the end of a rollout, in all channels."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        plain = towards(self.target)

        def loss(states: Array) -> tuple[float, np.ndarray]:
            value, cotangent = plain(states)
            beyond = states - np.clip(states, -2, 2)
            return value + float(np.abs(beyond).mean()), cotangent + np.sign(beyond) / np.float32(beyond.size)

        self.loss = loss


class Contained(Trainer):
    """At the beginning, alpha where the target is empty is penalised linearly as well as by its square."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        plain, empty = towards(self.target), self.target[..., ALPHA] == 0

        def loss(states: Array) -> tuple[float, np.ndarray]:
            value, cotangent = plain(states)
            if self.done < BEGINNING * self.recipe.steps:
                alpha = states[..., ALPHA]
                cotangent[..., ALPHA] += np.where(empty & (alpha > 0), np.float32(0.2 / alpha.size), np.float32(0))
            return value, cotangent

        self.loss = loss


class OtherBatches(Trainer):
    """At the beginning, batches are drawn as in another recipe."""

    drawn: Mapping[str, int] = {}

    def draw_batch(self, draw: np.random.Generator) -> tuple[np.ndarray, Batch]:
        recipe = self.recipe
        if self.done < BEGINNING * recipe.steps:
            self.recipe = dataclasses.replace(recipe, **self.drawn)
        batch = super().draw_batch(draw)
        self.recipe = recipe
        return batch


class ManySeeds(OtherBatches):
    """At the beginning, half of each batch are seed cells, and no state is damaged."""

    drawn: Mapping[str, int] = {"reseeded": 4, "damaged": 0}


class OnlySeeds(OtherBatches):
    """At the beginning, all states of a batch are seed cells, so that the pool fills with growing states."""

    drawn: Mapping[str, int] = {"reseeded": 8, "damaged": 0}


class LargeBatchLate(Trainer):
    """Batches are twice as large in the late phase of the training."""

    def draw_batch(self, draw: np.random.Generator) -> tuple[np.ndarray, Batch]:
        recipe = self.recipe
        if self.done >= LATE * recipe.steps:
            self.recipe = dataclasses.replace(recipe, batch=2 * recipe.batch)
        drawn = super().draw_batch(draw)
        self.recipe = recipe
        return drawn


class Roughened(Trainer):
    """In the late phase, weights get random noise of up to half a quantisation step of 8 bits."""

    def step(self) -> Report:
        exact = self.engine
        if self.done >= LATE * self.recipe.steps:
            self.engine = _Roughened(exact, self.done)
        report = super().step()
        self.engine = exact
        return report


class _Roughened:
    """An engine that computes gradients at noisy weights."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.draw = engine, np.random.default_rng(seed)

    def value_and_grad(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss) -> ValueAndGrad:
        off = Weights(*(self.roughened(tensor) for tensor in weights))
        return self.engine.value_and_grad(rule, off, batch, steps, loss)

    def roughened(self, tensor: np.ndarray) -> np.ndarray:
        return (tensor + self.draw.uniform(-0.5, 0.5, tensor.shape) * scale_of(tensor) / 255).astype(np.float32)


class LateChange(Trainer):
    """The loss also includes the change of the picture in another 16 steps."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.engine = _LateChange(self.engine)


class _LateChange:
    """An engine that adds to the loss the change of the picture in the 16 steps after the rollout."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.grow = engine, engine.grow

    def value_and_grad(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss) -> ValueAndGrad:
        after = self.engine.grow(rule, weights, batch, steps)

        def change(states: Array) -> tuple[float, np.ndarray]:
            cotangent, difference = np.zeros_like(states), rgba_channels(states) - rgba_channels(after.states)
            cotangent[..., :4] = 2 * difference / difference.size
            return float(np.mean(difference**2)), cotangent

        later = self.engine.value_and_grad(rule, weights, after, 16, change)

        def both(states: Array) -> tuple[float, np.ndarray]:
            value, cotangent = loss(states)
            return value, cotangent + later.states_gradient

        first = self.engine.value_and_grad(rule, weights, batch, steps, both)
        gradient = Weights(*(one + two for one, two in zip(first.gradient, later.gradient, strict=True)))
        return first._replace(gradient=gradient)


ONCE: dict[str, Candidate] = {
    "article": Candidate(ARTICLE_RECIPE),
    "article, hotter rates": Candidate(dataclasses.replace(ARTICLE_RECIPE, learning_rates=BLASTEMA.learning_rates)),
    "article, mixed damages": Candidate(dataclasses.replace(ARTICLE_RECIPE, damages=BLASTEMA.damages)),
    "article, a pool of 256": Candidate(dataclasses.replace(ARTICLE_RECIPE, pool=BLASTEMA.pool)),
    "all three": Candidate(BLASTEMA),
    "+ longer rollouts late": Candidate(RECIPES["long"]),
    "+ contained at the beginning": Candidate(BLASTEMA, Contained),
    "+ half of a batch seeds at the beginning": Candidate(BLASTEMA, ManySeeds),
    "+ only seeds at the beginning": Candidate(BLASTEMA, OnlySeeds),
    "+ rates as a cosine": Candidate(dataclasses.replace(BLASTEMA, learning_rates=falling(4e-3, 5e-5, 12))),
    "+ a loss on overflow": Candidate(BLASTEMA, Overflow),
    "+ a loss on late change": Candidate(BLASTEMA, LateChange),
    "+ damage late": Candidate(dataclasses.replace(BLASTEMA, undamaged=0.5)),
    "+ weights averaged": Candidate(BLASTEMA, Averaged),
    "+ a small last layer": Candidate(BLASTEMA, SmallLastLayer),
    "+ larger batches late": Candidate(BLASTEMA, LargeBatchLate),
    "+ noise of rounding late": Candidate(BLASTEMA, Roughened),
}
# Luck is as large as most differences, so the best candidates are trained again with another seed.
AGAIN = (
    "article, hotter rates", "all three", "+ longer rollouts late", "+ contained at the beginning",
    "+ rates as a cosine", "+ damage late", "+ larger batches late", "+ noise of rounding late",
)  # fmt: skip
SEEDS = ", another seed"
CANDIDATES = ONCE | {name + SEEDS: ONCE[name]._replace(seed=1) for name in AGAIN}
