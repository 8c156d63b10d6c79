"""TensorBoard events of a run, where the extra `[tensorboard]` is installed."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blastema.training.trainer import Report


class Events:
    """Writes the loss of each training step to `events.*` files in a directory, or nothing without the extra."""

    def __init__(self, directory: Path, done: int) -> None:
        self.writer: Any = None
        if find_spec("tensorboardX"):
            from tensorboardX import SummaryWriter

            # Steps that a resumed run takes again replace those that were written before.
            self.writer = SummaryWriter(str(directory), purge_step=done + 1 if done else None)

    def add(self, report: Report) -> None:
        """Write one training step."""
        if self.writer:
            self.writer.add_scalar("loss", report.loss, report.step)
            self.writer.add_scalar("rollout", report.rollout, report.step)

    def close(self) -> None:
        """Flush and close the file."""
        if self.writer:
            self.writer.close()
