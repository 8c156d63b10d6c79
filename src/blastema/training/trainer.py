"""The trainer: training steps, and the state between them."""

import dataclasses
import functools
import math
from typing import NamedTuple

import numpy as np

from blastema.damage import DAMAGES, erased
from blastema.engines import Engine
from blastema.loss import OwnLoss, state_losses, towards
from blastema.quantisation.few_bits import MOST_BITS, nearest_weights, weights_of, whole_of
from blastema.rule import Batch, Rule, Weights, initial_weights, seed_batch
from blastema.training.draw import Group, group_of, in_turn, joined, part_of
from blastema.training.experiments import Experiment, reseeded
from blastema.training.optimiser import OPTIMISERS, no_moments, normalised
from blastema.training.pool import Pool
from blastema.training.recipe import Recipe


class Report(NamedTuple):
    """Report of a training step.

    Attributes:
        step: its number, from 1.
        loss: of the batch; infinite if any number was not finite, and then weights and pool did not change.
        rollout: number of CA steps.
        before, after: the batch before and after the rollout.
        reseeded, damaged: number of states of the batch, the first, that were replaced by a seed cell, and, the last,
            that were damaged.
        losses: after the rollout, by the number of each target in the batch; empty with one target.
    """

    step: int
    loss: float
    rollout: int
    before: Batch
    after: Batch
    reseeded: int = 0
    damaged: int = 0
    losses: dict[int, float] = {}  # noqa: RUF012 - never written to


# Standard deviation of the initial signal bias.
SIGNAL_SPREAD = 0.1


class Trainer:
    """Trains an organism to grow a target.

    The random numbers of a training step are a function of the seed and the step number alone, so weights, moments,
    pool and step number are the whole state, from which training can be resumed exactly.

    Args:
        rule: of the organism.
        experiment: where rollouts start, and what is damaged.
        recipe: learning rates, lengths of rollouts, sizes of pool and batch, and the like.
        target: `(height, width, 4)`, premultiplied; grids have its size. `(target, height, width, 4)` trains the rule
            to grow one for each of its signals.
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
        self.rule, self.experiment, self.recipe = rule, experiment, recipe
        self.targets = target.reshape(-1, *target.shape[-3:])
        self.seed, self.engine, self.own_loss = seed, engine, own_loss
        draw = np.random.default_rng([seed])
        self.done, self.loss = 0, towards(self.target, own_loss)
        self.weights: Weights = initial_weights(
            draw, rule.perception, rule.hidden, rule.channels, len(rule.signals), SIGNAL_SPREAD
        )
        self.moments = no_moments(self.weights)
        shape = (*self.target.shape[:2], rule.channels)
        self.pool = Pool(new_seeds(draw, recipe.pool), shape, len(self.targets))

    @property
    def target(self) -> np.ndarray:
        """The first target, `(height, width, 4)`."""
        return self.targets[0]

    @property
    def cell_weights(self) -> Weights:
        """The weights that cells have in this training step: `weights`, or rounded as the recipe says."""
        bits = self.recipe.bits_at(self.done)
        return self.weights if bits > MOST_BITS else nearest_weights(self.weights, bits)

    @property
    def final_weights(self) -> Weights:
        """The weights that an organism of this state has: rounded, if the recipe rounds them sooner or later."""
        bits = self.recipe.bits[1]
        if bits > MOST_BITS:
            return self.weights
        # As the format `packed` holds them, which has no signals.
        return nearest_weights(self.weights, bits) if self.rule.signals else weights_of(whole_of(self.weights, bits))

    def step(self) -> Report:
        """Take one training step."""
        draw = np.random.default_rng([self.seed, self.done])
        group, signals, before = self.draw_batch(draw)
        slowed = self.recipe.slowed_at(self.done)
        rule = dataclasses.replace(self.rule, fire_rate=self.rule.fire_rate / slowed)
        rollout = round(draw.integers(*self.recipe.rollout(self.done), endpoint=True) * slowed)
        evaluate = self.loss if len(self.targets) == 1 else towards(self.targets[signals], self.own_loss)
        loss, after, gradient, _ = self.engine.value_and_grad(rule, self.cell_weights, before, rollout, evaluate)
        finite = all(np.isfinite(numbers).all() for numbers in (loss, *gradient))
        if finite and (self.experiment.starts_from == "seed" or self.pool.put(group.places, after)):
            self.weights, self.moments = OPTIMISERS[self.recipe.optimiser](
                self.weights, normalised(gradient), self.moments, self.done, self.recipe.learning_rate(self.done),
                self.recipe.beta_1, self.recipe.beta_2, self.recipe.epsilon,
            )  # fmt: skip
            self.exchange_signals(draw, group.places, signals)
        else:
            loss = math.inf
        losses = self.losses_after(after, signals)
        self.done += 1
        return Report(self.done, loss, rollout, before, after, group.reseeded, group.damaged, losses)

    def draw_batch(self, draw: np.random.Generator) -> tuple[Group, np.ndarray, Batch]:
        """Return what is drawn from the pool, the target of each state, and the batch after reseeding and damage."""
        height, width = self.target.shape[:2]
        turns = in_turn(len(self.targets), self.recipe.batch, self.done)
        if self.experiment.starts_from == "seed":
            fresh = seed_batch(new_seeds(draw, self.recipe.batch), height, width, self.rule.channels)
            signals = np.repeat(*np.array(turns).T)
            return Group(np.arange(0), 0, 0), signals, self.with_signals(fresh, signals)
        groups = [self.draw_group(draw, target, size) for target, size in turns]
        group, signals = joined(groups, [target for target, _ in turns])
        batch = self.with_signals(self.pool.take(group.places), signals)
        first, last = group.reseeded, group.damaged
        _replace(batch, slice(first), seed_batch(new_seeds(draw, first), height, width, self.rule.channels))
        if last:
            _replace(batch, slice(-last, None), self.damage(_part(batch, slice(-last, None)), draw))
        return group, signals, batch

    def draw_group(self, draw: np.random.Generator, target: int, size: int) -> Group:
        """Draw states of one target from the pool."""

        def parts(states: int) -> tuple[int, int]:
            counts = reseeded(self.experiment, self.recipe), damaged_now
            first, last = (part_of(draw, states, count, self.recipe.batch) for count in counts)
            return first, last

        damaged_now = self.recipe.damaged_at(self.done) if self.experiment.damaged else 0
        losses = functools.partial(self.losses_or_dead, target=self.targets[target])
        return group_of(draw, self.pool.of_target(target), size, losses, parts)

    def losses_or_dead(self, places: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return the losses of the states at these positions of the pool, infinite where no cell is alive."""
        if self.own_loss is None:
            losses = self.pool.losses(places, target)
        else:
            losses = state_losses(self.pool.take(places).states, target, self.own_loss)
        return np.where(self.pool.dead(places, self.rule.alive_threshold), np.inf, losses)

    def with_signals(self, batch: Batch, signals: np.ndarray) -> Batch:
        """Return a batch whose states have these signals, each its own; unchanged if the rule has none."""
        count = len(self.rule.signals)
        return batch._replace(signals=np.eye(count, dtype=np.float32)[signals]) if count else batch

    def losses_after(self, batch: Batch, signals: np.ndarray) -> dict[int, float]:
        """Return the mean loss of the states of each target after the rollout; empty with one target."""
        if len(self.targets) == 1:
            return {}
        losses = state_losses(batch.states, self.targets[signals], self.own_loss)
        return {int(target): float(losses[signals == target].mean()) for target in np.unique(signals)}

    def exchange_signals(self, draw: np.random.Generator, places: np.ndarray, signals: np.ndarray) -> None:
        """Let some of the states that were put back into the pool exchange their signals, as the recipe says.

        So each target keeps its number of states.
        """
        count = min(self.recipe.switched_at(self.done), len(places))
        if len(self.targets) > 1 and count > 1:
            chosen = draw.choice(len(places), count, replace=False)
            self.pool.signals[places[chosen]] = np.roll(signals[chosen], 1)

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
                batch = erased(self.engine.grow(self.rule, self.cell_weights, batch, between), masks)
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
