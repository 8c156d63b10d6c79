"""A job: one training of a sweep, in a directory of its own."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.strict_json import parse_json
from blastema.training.checkpoint import saved_step
from blastema.training.config import Config
from blastema.training.config_file import as_json
from blastema.training.directory import CHECKPOINT, CONFIG, load_config
from blastema.training.milestone import rollback_path

WAITING, RUNNING, FINISHED, FAILED = "waiting", "running", "finished", "failed"


@dataclass(eq=False)
class Job:
    """One training of a sweep.

    Attributes:
        name: of its directory.
        config: what is trained.
        directory: of the run.
        label: what tells it from the others, for the screen.
        place: the same without experiment and seed, for the chart.
        state: `WAITING`, `RUNNING`, `FINISHED` or `FAILED`.
        done, loss: training steps taken, and the loss of the last one.
        saved: training steps in the files of the run.
        worker: address of the worker that trains it.
        problem: why it failed.
    """

    name: str
    config: Config
    directory: Path
    label: str
    place: str
    state: str = WAITING
    done: int = 0
    loss: float = math.nan
    saved: int = 0
    worker: str = ""
    problem: str = ""

    def look(self) -> None:
        """Find out from its directory how far the run is.

        Raises:
            BlastemaError: the directory holds another run, or its files are damaged.
        """
        if not (self.directory / CONFIG).exists():
            return
        refuse_other(self.directory, self.config)
        paths = (self.directory / CHECKPOINT, rollback_path(self.directory))
        self.done = self.saved = max(saved_step(path) for path in paths)
        if self.saved >= self.config.steps:
            self.state = FINISHED


def refuse_other(directory: Path, config: Config) -> None:
    """Raise if the directory holds a run of another configuration.

    Raises:
        BlastemaError: it does.
    """
    kept, wanted = load_config(directory)[0].record(), config.record()
    # As in the file, which has lists for tuples.
    kept, wanted = (parse_json(as_json(record), directory) for record in (kept, wanted))
    changed = [name for name in {**wanted, **kept} if kept.get(name) != wanted.get(name)]
    if changed:
        raise BlastemaError(
            f"{directory} holds a run with another {' and another '.join(changed)}; choose another --out, or remove it"
        )


def refuse_same_names(jobs: list[Job]) -> None:
    """Raise if two jobs have the same name.

    Raises:
        BlastemaError: they do.
    """
    name, count = Counter(job.name for job in jobs).most_common(1)[0]
    if count > 1:
        raise BlastemaError(f"{count} runs would be called {name}; rename the pictures or organisms that are alike")
