"""A job: one training of a sweep, in a directory of its own."""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.strict_json import parse_json
from blastema.training.checkpoint import saved_step
from blastema.training.config import Config
from blastema.training.config_file import as_json
from blastema.training.directory import CHECKPOINT, CONFIG, LOG, load_config
from blastema.training.log import loss_at
from blastema.training.milestone import rollback_path

WAITING, RUNNING, FINISHED, FAILED, STOPPED = "waiting", "running", "finished", "failed", "stopped"
ENDED = (FINISHED, FAILED, STOPPED)


@dataclass(eq=False)
class Job:
    """One training of a sweep.

    Attributes:
        name: of its directory.
        config: what is trained.
        directory: of the run.
        label: what tells it from the others, for the screen.
        place: the same without experiment and seed, for the chart.
        looks: training steps after which the caller looks at the run.
        state: `WAITING`, `RUNNING`, or one of `ENDED`.
        done, loss: training steps taken, and the loss of the last one.
        validation: log10 of the best validation score, when the results were last written.
        saved: training steps in the files of the run.
        worker: address of the worker that trains it.
        problem: why it failed.
    """

    name: str
    config: Config
    directory: Path
    label: str
    place: str
    looks: Collection[int] = ()
    state: str = WAITING
    done: int = 0
    loss: float = math.nan
    validation: float = math.nan
    saved: int = 0
    worker: str = ""
    problem: str = ""
    _seen: tuple[bool, int] = (False, 0)

    def stop(self) -> None:
        """Train this run no further, when it has been yielded; it can be continued."""
        if self.state not in ENDED:
            self.state = STOPPED

    @property
    def next_look(self) -> int | None:
        """The training step after which the caller looks next."""
        return min((step for step in self.looks if step > self.saved), default=None)

    @property
    def is_news(self) -> bool:
        """Whether the run has ended, or has come to a look, and the caller has not seen it so."""
        ended = self.state in ENDED
        return (ended or self.saved in self.looks) and self._seen != (ended, self.saved)

    def seen(self) -> None:
        """Note that the caller has seen the run as it is."""
        self._seen = (self.state in ENDED, self.saved)

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
        self.loss = loss_at(self.directory / LOG, self.saved)
        if self.saved >= self.config.steps:
            self.state = FINISHED


def jobs_in(
    directory: Path, configs: Mapping[str, Config], looks: Mapping[str, Collection[int]] | None = None
) -> list[Job]:
    """Return a job for each configuration, by the name of its run; those whose names differ in `-seed=3` share a place.

    Args:
        directory: of the sweep.
        configs: what is trained.
        looks: training steps after which the caller looks, of some of the runs.
    """
    looks = looks or {}
    return [
        Job(name, config, directory / name, name, name.removesuffix(f"-seed={config.seed}"), looks.get(name, ()))
        for name, config in configs.items()
    ]


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
