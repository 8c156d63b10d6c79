"""TensorBoard events of a run, where the extra `[tensorboard]` is installed."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blastema.training.trainer import Report


class Events:
    """Writes the loss of each training step to `events.*` files in a directory, or nothing without the extra."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.present = directory, find_spec("tensorboardX") is not None
        self.writer: Any = None

    def add(self, report: Report) -> None:
        """Write one training step."""
        if self.present and not self.writer:
            self.writer = self._begun_at(report.step)
        if self.writer:
            self.writer.add_scalar("loss", report.loss, report.step)
            self.writer.add_scalar("rollout", report.rollout, report.step)

    def _begun_at(self, step: int) -> Any:
        from tensorboardX import SummaryWriter

        # Steps that a resumed run takes again replace those that were written before.
        return SummaryWriter(str(self.directory), purge_step=step if step > 1 else None)

    def close(self) -> None:
        """Flush and close the file."""
        if self.writer:
            self.writer.close()
