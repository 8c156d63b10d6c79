"""TensorBoard events of a run, if the extra `[tensorboard]` is installed."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from PIL import Image

from blastema.training.milestone import SCORE
from blastema.training.run import Run
from blastema.training.trainer import Report


class Events:
    """Writes `events.*` files to the directory of a run; without the extra it writes nothing.

    Scalars: `loss`, `rollout` and `learning_rate` of each training step, `validation` of each milestone. Images:
    `batch` and `pool`, as in the run's pictures.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.present = run, find_spec("tensorboardX") is not None
        self.writer: Any = None

    def add(self, report: Report, pictures: dict[str, Image.Image]) -> None:
        """Write the scalars and pictures of one training step."""
        if self.present and not self.writer:
            self.writer = self._opened_at(report.step)
        if not self.writer:
            return
        scalars = {"loss": report.loss, "rollout": report.rollout, "learning_rate": self.run.learning_rate()}
        if SCORE in self.run.last:
            scalars["validation"] = self.run.last[SCORE]
        for name, value in scalars.items():
            self.writer.add_scalar(name, value, report.step)
        for name, picture in pictures.items():
            self.writer.add_image(name, np.asarray(picture.convert("RGB")), report.step, dataformats="HWC")

    def _opened_at(self, step: int) -> Any:
        from tensorboardX import SummaryWriter

        # Steps that a resumed run repeats replace those that were written before.
        return SummaryWriter(str(self.run.directory), purge_step=step if step > 1 else None)

    def close(self) -> None:
        """Flush and close the file."""
        if self.writer:
            self.writer.close()
