"""The organism under examination, its target, and its loss."""

from dataclasses import dataclass

import numpy as np

from blastema.engines import Engine
from blastema.loss import pixel_loss
from blastema.organism import Organism
from blastema.rule import Batch, seed_batch
from blastema.simulation import Simulation

# log10 of the loss of an organism whose values are not finite; larger losses are clipped to this.
EXPLODED_LOG_LOSS = 9.0
# CA steps after which an organism counts as grown.
GROWN = 200
# Floor for losses, so that log10 of a perfect match stays finite.
LEAST = 1e-12


@dataclass(frozen=True)
class Subject:
    """An organism under examination.

    Attributes:
        organism: the organism.
        target: float32 `(height, width, 4)`, premultiplied; it is grown in grids of this size.
        engine: the engine that grows it.
    """

    organism: Organism
    target: np.ndarray
    engine: Engine

    def seeds(self, seeds: np.ndarray) -> Batch:
        """Return a batch of seed cells, one state for each seed, uint32 `(batch,)`."""
        height, width, _ = self.target.shape
        return seed_batch(seeds, height, width, self.organism.rule.channels)

    def grown(self, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Return the batch `steps` steps later; states with values that are not finite are set to zero."""
        simulation = Simulation.from_batch(self.organism, batch, angle, self.engine)
        simulation.step(steps)
        simulation.states[simulation.exploded] = 0
        return simulation.batch

    def log_loss(self, batch: Batch) -> np.ndarray:
        """Return for each state log10 of the mean squared difference to the target over pixels and RGBA."""
        with np.errstate(over="ignore"):
            return log_of(pixel_loss(batch.states, self.target))


def log_of(loss: np.ndarray) -> np.ndarray:
    """Return log10 of losses, at most `EXPLODED_LOG_LOSS`, also where a loss is not finite.

    >>> log_of(np.array([0.001, 1e18, np.nan])).tolist()
    [-3.0, 9.0, 9.0]
    """
    result = np.where(np.isfinite(loss), np.log10(np.maximum(loss, LEAST)), EXPLODED_LOG_LOSS)
    return np.minimum(result, EXPLODED_LOG_LOSS).astype(float)


def lasting(losses: np.ndarray) -> np.ndarray:
    """Return log10 of losses, `(ages, organisms)`, in which an organism that exploded stays exploded.

    >>> lasting(np.array([[-4.0, -4.0], [9.0, -4.1], [-1.4, -4.1]]))[:, 0].tolist()
    [-4.0, 9.0, 9.0]
    """
    return np.where(np.logical_or.accumulate(losses >= EXPLODED_LOG_LOSS), EXPLODED_LOG_LOSS, losses)


def seeds_for(count: int, seed: int) -> np.ndarray:
    """Return seeds for `count` organisms, uint32; determined by `seed`, and distinct from those drawn in training."""
    return np.random.default_rng([seed, 0xE7A1]).integers(2**32, size=count, dtype=np.uint32)
