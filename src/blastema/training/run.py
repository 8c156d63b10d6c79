"""A run: its directory, and training that can be stopped at any moment and resumed exactly."""

import dataclasses
import json
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.io.atomic import remove_left_over
from blastema.loss import OwnLoss
from blastema.organism import Organism
from blastema.records import Scores
from blastema.training.checkpoint import RunState, load_checkpoint, saved_step
from blastema.training.collapse import REMEMBERED, collapse
from blastema.training.config import Config
from blastema.training.directory import (
    CHECKPOINT,
    LOG,
    ORGANISM,
    TARGET,
    DirectoryTakenError,
    kept_target,
    load_config,
    make_directory,
    refuse_taken,
    remove_unfinished,
    write_config,
    write_target,
)
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.lock import LockedError, locked
from blastema.training.log import log_line, trim
from blastema.training.milestone import SCORE, is_better, is_milestone, rollback_path
from blastema.training.record import organism_of, version_notices, with_versions
from blastema.training.recovery import recovered
from blastema.training.saving import refuse_stale, save
from blastema.training.start import (
    changed_steps,
    check_alive,
    check_beginning,
    check_resumed_loss,
    remarks,
    with_loss,
)
from blastema.training.trainer import Report, Trainer
from blastema.training.validation import validation_score

__all__ = ["CHECKPOINT", "LOG", "ORGANISM", "RECIPES", "TARGET", "Config", "Run", "kept_target"]

# Give up after this many consecutive rollbacks to the same milestone.
PATIENCE = 5
# Seconds of training that are lost at most if the process is killed.
CHECKPOINT_EVERY = 30.0


class Run:
    """Training in a directory of its own; docs/runs.md describes the files in it.

    Use `Run.begin` or `Run.resume`.

    Attributes:
        directory, config, trainer: what is trained, and where.
        targets: float32 `(target, height, width, 4)`.
        target_losses: with several targets, the losses of this process by the name of a target's signal.
        losses, logged: the losses in the log, and the training steps that they belong to.
        last: the log line of the last training step of this process.
        state: recent losses, number of rollbacks, and the best organism so far.
        notices: sentences for the user: a warning about the target, problems found when the run was resumed.
    """

    def __init__(
        self,
        directory: Path,
        config: Config,
        target: np.ndarray,
        target_sum: str = "",
        loss: OwnLoss | None = None,
        devices: int | None = None,
    ) -> None:
        self.directory, self.config, self._target_sum = directory, config, target_sum
        self.targets = target.reshape(-1, *target.shape[-3:])
        self._own_loss, self._devices = loss, devices
        self.trainer = self._fresh_trainer()
        self.state = with_versions(RunState([], 0, None), self.trainer)
        self.losses: list[float] = []
        self.target_losses: dict[str, list[float]] = {}
        self.logged: list[int] = []
        self.last: dict[str, Any] = {}
        self.notices: list[str] = []
        self._log: TextIO | None = None

    @classmethod
    def begin(
        cls, directory: Path | str, config: Config, loss: OwnLoss | None = None, devices: int | None = None
    ) -> "Run":
        """Start a run in a new or empty directory.

        Args:
            directory: of the run.
            config: what is trained, and how.
            loss: your own loss, a function f(states, targets) that returns its value, a mean over the batch, and its
                gradient with respect to the states, such as `jax.value_and_grad` makes one. States have the shape
                `(batch, height, width, channel)`, targets `(batch, height, width, 4)`. The states of the pool are
                ranked by it, and it picks the best milestone.
            devices: number of devices that share the work, for the jax engine; by default one.

        Raises:
            BlastemaError: the configuration is invalid, it does not fit into memory, the loss has no gradient, or the
                directory is in use or not writable.
        """
        directory = Path(directory)
        refuse_taken(directory)
        check_beginning(config)
        config.check_memory()
        try:
            target = config.picture()
            config = with_loss(config, loss, target)
            check_alive(config, target)
            run = cls(directory, config, target, loss=loss, devices=devices)
        except MemoryError:
            raise _out_of_memory() from None
        make_directory(directory)
        with locked(directory):
            refuse_taken(directory)
            remove_unfinished(directory)
            # The configuration last: a directory without it holds no run, so one can be started in it.
            run._target_sum = write_target(directory, target)
            if config.beginning:
                run.trainer.weights = config.beginning.weights(run.trainer.weights, config.rule)
                run._save(True)
            write_config(directory, config, run._target_sum)
        run.notices += remarks(config, target)
        return run

    @classmethod
    def begin_in_free(
        cls, directories: Iterator[Path], config: Config, loss: OwnLoss | None = None, devices: int | None = None
    ) -> "Run":
        """Start a run in the first of these directories that is free, even if other runs are started at the same time.

        Raises:
            BlastemaError: none is free, or as for `begin`.
        """
        for directory in directories:
            try:
                return cls.begin(directory, config, loss, devices)
            except (DirectoryTakenError, LockedError):
                continue
        raise BlastemaError("no free directory found; choose one with --out")

    @classmethod
    def resume(
        cls,
        directory: Path | str,
        steps: int | None = None,
        loss: OwnLoss | None = None,
        devices: int | None = None,
    ) -> "Run":
        """Continue the run in a directory from its newest checkpoint.

        Args:
            directory: of the run.
            steps: training steps in all, instead of the number in the configuration. The learning rates and milestones
                of a run of that many steps apply from here on, which `Config.history` records; the organism differs
                from that of a run started with that many steps.
            loss: the loss that the run was begun with, if that was your own.
            devices: as for `begin`; it need not be the number that the run was begun with.

        Raises:
            BlastemaError: the directory does not hold a run, or its files are damaged.
        """
        directory = Path(directory)
        config, target_sum = load_config(directory)
        notices = check_resumed_loss(loss, config, directory)
        target = kept_target(directory / TARGET, target_sum)
        try:
            run = cls(directory, config, target, target_sum or "", loss, devices)
            run._recover()
        except MemoryError:
            raise _out_of_memory() from None
        run.config, changes = changed_steps(config, steps, run.trainer.done, directory)
        run.trainer.recipe = run.config.full_recipe()
        run.notices += [*notices, *changes]
        return run

    @property
    def target(self) -> np.ndarray:
        """The first target, `(height, width, 4)`."""
        return self.targets[0]

    def train(self) -> Generator[Report, None, None]:
        """Train to the end, yielding after each step. If the caller stops iterating, the state is saved.

        Raises:
            BlastemaError: another process is or was training in this directory, training collapses repeatedly, or
                memory runs out.
        """
        with locked(self.directory), self._opened_log():
            saved, unsaved, milestone = time.monotonic(), False, False
            try:
                while self.trainer.done < self.config.steps:
                    unsaved, milestone = False, False
                    report = self._logged_step()
                    unsaved, milestone = True, SCORE in self.last
                    yield report
                    # Free its states before the next step.
                    del report
                    # After the caller has written its pictures: a kill before this loses the step, not the pictures.
                    if milestone or time.monotonic() - saved > CHECKPOINT_EVERY:
                        self._save(milestone)
                        saved, unsaved = time.monotonic(), False
            except MemoryError:
                raise _out_of_memory() from None
            finally:
                # After an interrupted step the state is not saved; the run continues from the last checkpoint.
                if unsaved:
                    self._save(milestone)

    def save(self) -> None:
        """Write the checkpoint and the current organism."""
        if self._log is not None:
            self._save(False)
            return
        with locked(self.directory):
            refuse_stale(self.directory, self.trainer.done)
            self._save(False)

    def complete(self) -> None:
        """Write the files of a finished run again, in case the process was killed before all were written."""
        with locked(self.directory):
            refuse_stale(self.directory, self.trainer.done)
            remove_left_over(self.directory)
            self._save(False)

    def organism(self) -> Organism:
        """Return the current organism; when training has ended, the best one."""
        ended = self.trainer.done >= self.config.steps
        return self.state.best if ended and self.state.best else organism_of(self.config, self.trainer, self.state)

    def learning_rate(self) -> float:
        """Return the rate of the last training step."""
        return self.trainer.recipe.learning_rate(max(0, self.trainer.done - 1))

    @contextmanager
    def _opened_log(self) -> Iterator[None]:
        """Open the log for appending, line-buffered, after removing the lines that follow the checkpoint."""
        refuse_stale(self.directory, self.trainer.done)
        for folder in (self.directory, self.directory / "pictures"):
            remove_left_over(folder)
        checkpoint = self.directory / CHECKPOINT
        if not checkpoint.exists() or saved_step(checkpoint) < self.trainer.done:
            # From here on, a log without a checkpoint means that the checkpoint was lost. An old one is left by a kill
            # just after the rollback was written.
            self._save(False)
        if not self._target_sum:
            # Blastema 0.1.0, which did not write it, knew one target.
            self._target_sum = write_target(self.directory, self.target)
        write_config(self.directory, self.config, self._target_sum)
        trim(self.directory / LOG, self.trainer.done)
        with (self.directory / LOG).open("a", buffering=1, encoding="utf-8") as self._log:
            try:
                yield
            finally:
                self._log = None

    def _logged_step(self) -> Report:
        began = time.monotonic()
        report = self.trainer.step()
        line = log_line(report, self.learning_rate(), time.monotonic() - began, self.config.rule.signals)
        self.last = line | self._judge(report)
        assert self._log is not None
        self._log.write(json.dumps(self.last, ensure_ascii=False) + "\n")
        self.losses.append(report.loss)
        for target, loss in report.losses.items():
            self.target_losses.setdefault(self.config.rule.signals[target], []).append(loss)
        self.logged.append(report.step)
        return report

    def _save(self, milestone: bool) -> None:
        """Write the checkpoint and the organisms."""
        if self._log is not None:
            # Before the checkpoint, whose step the log must reach.
            self._log.flush()
            os.fsync(self._log.fileno())
        save(self.directory, self.trainer, self.state, self.organism(), milestone)

    def _fresh_trainer(self) -> Trainer:
        config = self.config
        return Trainer(
            config.rule, EXPERIMENTS[config.experiment], config.full_recipe(), self.targets, config.seed,
            choose_engine(config.engine, self._devices), self._own_loss,
        )  # fmt: skip

    def _recover(self) -> None:
        """Restore the newest checkpoint and read the log."""
        has_beginning = self.config.beginning is not None
        result = recovered(self.directory, self._fresh_trainer, bool(self._target_sum), has_beginning)
        self.trainer, self.losses, self.logged = result.trainer, result.losses, result.logged
        self.state = with_versions(result.state, self.trainer)
        self.notices += [*result.notices, *version_notices(result.state, self.state)]

    def _judge(self, report: Report) -> dict[str, Any]:
        """Roll back if training collapsed, validate the organism at a milestone; return what to add to the log line."""
        self.state = self.state._replace(recent=[*self.state.recent, float(report.loss)][-REMEMBERED:])
        kind = collapse(report, self.state.recent)
        if kind:
            self._roll_back(kind)
            return {"collapse": kind}
        if not is_milestone(report.step, self.config.steps):
            return {}
        score = validation_score(self.trainer, self.config.experiment)
        current = organism_of(self.config, self.trainer, self.state)
        organism = dataclasses.replace(current, scores=Scores(validation=score))
        best = organism if is_better(organism, self.state.best) else self.state.best
        self.state = self.state._replace(rollbacks=0, best=best)
        return {SCORE: score}

    def _roll_back(self, kind: str) -> None:
        """Restore weights and pool of the last milestone. The step number stays, so that the next batch is new."""
        done, rollback = self.trainer.done, rollback_path(self.directory)
        self.state = self.state._replace(recent=[], rollbacks=self.state.rollbacks + 1)
        if self.state.rollbacks > PATIENCE:
            raise BlastemaError(
                f"training {kind} at step {done}, for the {self.state.rollbacks}th time since the last milestone; "
                "try another --seed, or --recipe article"
            )
        self.trainer = self._fresh_trainer()
        if rollback.exists():
            load_checkpoint(self.trainer, rollback)
        self.trainer.done = done


def _out_of_memory() -> BlastemaError:
    return BlastemaError("there is not enough memory; use a smaller --fit or --size, or a smaller --batch")
