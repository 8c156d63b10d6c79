"""What `blastema grow` and `blastema swarm` have in common: a growth that is shown or written, state by state."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator

import numpy as np

from blastema.organism import Organism


class Growing(ABC):
    """An organism that grows.

    Attributes:
        organism: the organism.
        steps: number of steps.
        height, width: of the grid.
    """

    organism: Organism
    steps: int
    height: int
    width: int

    @abstractmethod
    def states(self, progress: bool = False) -> Iterator[np.ndarray]:
        """Yield the state after 0, 1, ... steps.

        Args:
            progress: show a bar on standard error, if that is a terminal.
        """

    def caption(self, step: int) -> str:
        """Return the line below the state of this step, the last that was yielded."""
        return f"step {step}"

    @abstractmethod
    def notice(self, captioned: bool) -> str | None:
        """Return what is to be said at the end, if anything.

        Args:
            captioned: whether the last caption is on the screen.
        """

    def final_state(self) -> np.ndarray:
        """Return the last state."""
        return deque(self.states(progress=True), maxlen=1).pop()

    def sample(self, most: int) -> Iterator[tuple[int, np.ndarray]]:
        """Yield at most this many steps and their states, evenly spaced, the first and the last among them."""
        wanted = set(np.linspace(0, self.steps, self.sampled(most)).round().astype(int).tolist())
        step, state = -1, None
        for step, state in enumerate(self.states(progress=True)):
            if step in wanted:
                yield step, state
        if step not in wanted and state is not None:
            yield step, state

    def sampled(self, most: int) -> int:
        """Return how many states `sample` yields, unless the growth ends early."""
        return min(most, self.steps + 1)
