"""The trainer: training steps, and the state between them."""

import math
from typing import NamedTuple

import numpy as np

from blastema.damage import DAMAGES, erased
from blastema.engines import Engine
from blastema.loss import OwnLoss, state_losses, towards
from blastema.rule import Batch, Rule, Weights, initial_weights, seed_batch
from blastema.training.experiments import Experiment, damaged, reseeded
from blastema.training.optimiser import adam, no_moments, normalised
from blastema.training.pool import Pool
from blastema.training.recipe import Recipe


class Report(NamedTuple):
    """Report of a training step.

    Attributes:
        step: its number, from 1.
        loss: of the batch; infinite if any number was not finite, and then weights and pool did not change.
        rollout: number of CA steps.
        before, after: the batch before and after the rollout.
    """

    step: int
    loss: float
    rollout: int
    before: Batch
    after: Batch


class Trainer:
    """Trains an organism to grow a target.

    The random numbers of a training step are a function of the seed and the step number alone, so weights, moments,
    pool and step number are the whole state, from which training can be resumed exactly.

    Args:
        rule: of the organism.
        experiment: where rollouts start, and what is damaged.
        recipe: learning rates, lengths of rollouts, sizes of pool and batch, and the like.
        target: `(height, width, 4)`, premultiplied; grids have its size.
        seed: random seed, 0 or more; on one engine and instruction set, the same seed gives the same weights.
        engine: that runs the rollouts.
        own_loss: the user's loss; by default, it is the pixel loss.
    """

    def __init__(
        self,
        rule: Rule,
        experiment: Experiment,
        recipe: Recipe,
        target: np.ndarray,
        seed: int,
        engine: Engine,
        own_loss: OwnLoss | None = None,
    ) -> None:
        self.rule, self.experiment, self.recipe, self.target = rule, experiment, recipe, target
        self.seed, self.engine, self.own_loss = seed, engine, own_loss
        draw = np.random.default_rng([seed])
        self.done, self.loss = 0, towards(target, own_loss)
        self.weights: Weights = initial_weights(draw, rule.perception, rule.hidden, rule.channels)
        self.moments = no_moments(self.weights)
        self.pool = Pool(new_seeds(draw, recipe.pool), (*target.shape[:2], rule.channels))

    @property
    def reseeded(self) -> int:
        """Number of states of a batch that are replaced by a seed cell, the first ones."""
        return reseeded(self.experiment, self.recipe)

    @property
    def damaged(self) -> int:
        """Number of states of a batch that are damaged, the last ones."""
        return damaged(self.experiment, self.recipe)

    def step(self) -> Report:
        """Take one training step."""
        draw = np.random.default_rng([self.seed, self.done])
        places, before = self.draw_batch(draw)
        rollout = int(draw.integers(*self.recipe.rollout(self.done), endpoint=True))
        loss, after, gradient, _ = self.engine.value_and_grad(self.rule, self.weights, before, rollout, self.loss)
        finite = all(np.isfinite(numbers).all() for numbers in (loss, *gradient))
        if finite and (self.experiment.starts_from == "seed" or self.pool.put(places, after)):
            self.weights, self.moments = adam(
                self.weights, normalised(gradient), self.moments, self.done, self.recipe.learning_rate(self.done),
                self.recipe.beta_1, self.recipe.beta_2, self.recipe.epsilon,
            )  # fmt: skip
        else:
            loss = math.inf
        self.done += 1
        return Report(self.done, loss, rollout, before, after)

    def draw_batch(self, draw: np.random.Generator) -> tuple[np.ndarray, Batch]:
        """Return positions in the pool and a batch to start from, by descending loss, after reseeding and damage."""
        height, width = self.target.shape[:2]
        if self.experiment.starts_from == "seed":
            fresh = seed_batch(new_seeds(draw, self.recipe.batch), height, width, self.rule.channels)
            return np.arange(0), fresh
        places = draw.choice(self.recipe.pool, self.recipe.batch, replace=False)
        places = places[np.argsort(-self.losses(places), kind="stable")]
        batch = self.pool.take(places)
        first, last = self.reseeded, self.damaged
        _replace(batch, slice(first), seed_batch(new_seeds(draw, first), height, width, self.rule.channels))
        if last:
            _replace(batch, slice(-last, None), self.damage(_part(batch, slice(-last, None)), draw))
        return places, batch

    def losses(self, places: np.ndarray) -> np.ndarray:
        """Return the losses of the states at these positions of the pool."""
        if self.own_loss is None:
            return self.pool.losses(places, self.target)
        return state_losses(self.pool.take(places).states, self.target, self.own_loss)

    def damage(self, batch: Batch, draw: np.random.Generator) -> Batch:
        """Return these states after one or more cuts, between which they grow, as the recipe says.

        The recipe's kinds of damage take turns. All cuts of a state are in one place, as when a user keeps erasing
        there.
        """
        recipe, (height, width) = self.recipe, self.target.shape[:2]
        kinds = [recipe.damages[turn % len(recipe.damages)] for turn in range(self.done, self.done + len(batch.seeds))]
        masks = [DAMAGES[kind].mask(draw, height, width) for kind in kinds]
        batch, most = erased(batch, masks), recipe.most_cuts(self.done)
        if most > 1:
            cuts, between = (int(draw.integers(*span, endpoint=True)) for span in ((1, most), recipe.between))
            for _ in range(cuts - 1):
                batch = erased(self.engine.grow(self.rule, self.weights, batch, between), masks)
        return batch


def new_seeds(draw: np.random.Generator, count: int) -> np.ndarray:
    """Return random seeds, uint32 `(count,)`."""
    return draw.integers(2**32, size=count, dtype=np.uint32)


def _part(batch: Batch, part: slice) -> Batch:
    return Batch(*(None if array is None else array[part] for array in batch))


def _replace(batch: Batch, part: slice, new: Batch) -> None:
    for array, values in zip(batch, new, strict=True):
        # A seed cell has no signals of its own; it takes those of the state that it replaces.
        if values is not None:
            array[part] = values
