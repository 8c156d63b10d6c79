"""A run: its directory, and training that can be stopped at any moment and goes on exactly."""

import dataclasses
import json
import time
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from blastema import __version__
from blastema.atomic import replacing
from blastema.engines import choose_engine, default_engine
from blastema.errors import BlastemaError
from blastema.organism import Organism, load
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.checkpoint import load_checkpoint, save_checkpoint, saved_step
from blastema.training.collapse import collapse
from blastema.training.experiments import EXPERIMENTS, RECIPES, ExperimentName, Recipe, RecipeName
from blastema.training.held_out import held_out
from blastema.training.lock import LOCK, locked
from blastema.training.log import kept_lines, log_line, loss_of, trim
from blastema.training.milestone import BEST, GOOD, is_milestone, keep_good, keep_if_best
from blastema.training.trainer import Report, Trainer

CONFIG, TARGET, LOG = "config.json", "target.npy", "log.jsonl"
CHECKPOINT, ORGANISM = "checkpoint.safetensors", "organism.safetensors"
# So often in a row training goes back to the same milestone before it gives up.
PATIENCE = 5
# Seconds of training that a sudden end may cost.
CHECKPOINT_EVERY = 30.0


@dataclass(frozen=True)
class Config:
    """What a run was asked for; with the version of the program, all that its organism depends on.

    Attributes:
        target: what `blastema.targets.load_target` understands.
        experiment, recipe: names of records in `blastema.training.experiments`.
        steps, batch: of the recipe, or other numbers.
        seed: of the training.
        fit, pad, height, width, background: of the target, see `load_target`.
        engine: name of the engine.
    """

    target: str
    experiment: ExperimentName = "regenerating"
    recipe: RecipeName = "blastema"
    steps: int = 8000
    batch: int = 8
    seed: int = 0
    fit: int = 40
    pad: int | None = None
    height: int | None = None
    width: int | None = None
    background: str | None = None
    engine: str = field(default_factory=default_engine)

    def __post_init__(self) -> None:
        for name, choices in (("experiment", EXPERIMENTS), ("recipe", RECIPES)):
            if getattr(self, name) not in choices:
                raise BlastemaError(f"there is no {name} {getattr(self, name)!r}; choose one of {', '.join(choices)}")
        pool = RECIPES[self.recipe].pool
        damaged = EXPERIMENTS[self.experiment].damaged + EXPERIMENTS[self.experiment].reseeded
        for name, lowest, highest in (("steps", 1, 10**9), ("batch", max(1, damaged), pool), ("seed", 0, 2**63)):
            if not lowest <= getattr(self, name) <= highest:
                raise BlastemaError(
                    f"{name} is {getattr(self, name)}; the {self.experiment} experiment takes {lowest} to {highest}"
                )

    def taught_by(self) -> Recipe:
        """Return the recipe with this run's steps and batch."""
        return dataclasses.replace(RECIPES[self.recipe], steps=self.steps, batch=self.batch)

    def picture(self) -> np.ndarray:
        """Return the target, float32 `(height, width, 4)`."""
        return load_target(
            self.target, fit=self.fit, pad=self.pad, height=self.height, width=self.width, background=self.background
        )


class Run:
    """Training in a directory of its own.

    The directory holds `config.json`, `target.npy`, `log.jsonl` (a line a training step), `checkpoint.safetensors` (all
    that training needs to go on), `good.safetensors` (the same, of the last milestone), `best.safetensors` (the
    organism that did best in the held-out evaluation of a milestone), `organism.safetensors` (the organism as it is
    now; when training has ended, the best one), `lock`, and pictures, see `blastema.training.album`.

    Use `Run.begin` or `Run.resume`.
    """

    def __init__(self, directory: Path, config: Config, target: np.ndarray) -> None:
        self.directory, self.config, self.target = directory, config, target
        self.trainer = self._fresh_trainer()
        # Steps since the last milestone at which training collapsed, and the last one ever.
        self.setbacks, self.collapsed_at = 0, 0
        self.losses: list[float] = []

    @classmethod
    def begin(cls, directory: Path, config: Config) -> "Run":
        """Start a run in a new or empty directory.

        Raises:
            BlastemaError: the configuration cannot be met, or the directory is in use or cannot be written to.
        """
        _refuse_full(directory)
        run = cls(directory, config, config.picture())
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BlastemaError(f"cannot make {directory}: {error.strerror}; choose another --out") from None
        with locked(directory):
            _refuse_full(directory)
            # The picture that was meant may be moved or changed later.
            with replacing(directory / TARGET) as temporary:
                np.save(temporary, run.target)
            run.write_config()
        return run

    @classmethod
    def resume(cls, directory: Path, steps: int | None = None) -> "Run":
        """Go on with the run in a directory from its last checkpoint, if asked for up to another number of steps.

        Raises:
            BlastemaError: the directory does not hold a run, or its files are damaged.
        """
        config = read_config(directory)
        if steps is not None:
            config = dataclasses.replace(config, steps=steps)
        run = cls(directory, config, kept_target(directory / TARGET))
        if (directory / CHECKPOINT).exists():
            load_checkpoint(run.trainer, directory / CHECKPOINT)
        lines = kept_lines(directory / LOG, run.trainer.done)
        run.losses = [loss_of(line) for line in lines]
        run.collapsed_at = max((line["step"] for line in lines if "collapse" in line), default=0)
        return run

    def write_config(self) -> None:
        """Write `config.json`."""
        with replacing(self.directory / CONFIG) as temporary:
            temporary.write_text(json.dumps(asdict(self.config), ensure_ascii=False, indent=2) + "\n", "utf-8")

    def train(self) -> Generator[Report, None, None]:
        """Train to the end, yielding after each step. Whoever stops listening finds the work saved.

        Raises:
            BlastemaError: another process is or was training in this directory, or training collapses again and again.
        """
        saved, whole = time.monotonic(), True
        with locked(self.directory), self._opened_log() as log:
            try:
                while self.trainer.done < self.config.steps:
                    began, whole = time.monotonic(), False
                    report = self.trainer.step()
                    line = log_line(report, self._learning_rate(), time.monotonic() - began)
                    line |= self._judge(report)
                    log.write(json.dumps(line) + "\n")
                    whole = True
                    if "held_out" in line or time.monotonic() - saved > CHECKPOINT_EVERY:
                        self.save()
                        saved = time.monotonic()
                    if "held_out" in line:
                        keep_good(self.directory, self.directory / CHECKPOINT)
                    yield report
                    # Its states need not lie there while the next step is taken.
                    del report
            finally:
                # What broke off in the middle of a step is not a state to go on from; the last checkpoint is.
                if whole:
                    self.save()

    def _opened_log(self) -> TextIO:
        """Return the log to write on, line by line, without what came after the checkpoint."""
        saved = saved_step(self.directory / CHECKPOINT)
        if saved != self.trainer.done:
            # Another process went on since this one read it, or this one was interrupted in the middle of a step.
            raise BlastemaError(
                f"{self.directory} was saved at step {saved}, which is not where this run is; resume it anew"
            )
        self.write_config()
        trim(self.directory / LOG, self.trainer.done)
        return (self.directory / LOG).open("a", buffering=1, encoding="utf-8")

    def save(self) -> None:
        """Write the checkpoint and the organism as they are now."""
        save_checkpoint(self.trainer, self.directory / CHECKPOINT)
        self.organism().save(self.directory / ORGANISM)

    def organism(self) -> Organism:
        """Return the organism as it is now; when training has ended, the best one."""
        ended = self.trainer.done >= self.config.steps
        return load(self.directory / BEST) if ended and (self.directory / BEST).exists() else self._current()

    def _current(self) -> Organism:
        training: dict[str, Any] = asdict(self.config) | {
            "steps": self.trainer.done,
            "final_loss": self.losses[-1] if self.losses and np.isfinite(self.losses[-1]) else None,
            "versions": {"blastema": __version__, "numpy": np.__version__},
        }
        height, width = self.target.shape[:2]
        if Organism(self.trainer.weights, training=training).trained_size != (height, width):
            # The grid is larger than the padding says where the picture had to be moved onto the seed cell.
            training |= {"height": height, "width": width}
        return Organism(self.trainer.weights, self.trainer.rule, training)

    def _fresh_trainer(self) -> Trainer:
        config = self.config
        return Trainer(
            Rule(), EXPERIMENTS[config.experiment], config.taught_by(), self.target, config.seed,
            choose_engine(config.engine),
        )  # fmt: skip

    def _learning_rate(self) -> float:
        return self.trainer.recipe.learning_rate(self.trainer.done - 1)

    def _judge(self, report: Report) -> dict[str, Any]:
        """Go back if training collapsed, evaluate the organism at a milestone; return what the log is to say of it."""
        self.losses.append(report.loss)
        what = collapse(report, self.losses[self.collapsed_at :])
        if what:
            self._go_back(what)
            return {"collapse": what}
        if not is_milestone(report.step, self.config.steps):
            return {}
        score = held_out(self.trainer, self.config.experiment)
        keep_if_best(dataclasses.replace(self._current(), scores={"held_out": score}), self.directory)
        self.setbacks = 0
        return {"held_out": score}

    def _go_back(self, what: str) -> None:
        """Take weights and pool of the last milestone. The number of the step stays, so that it draws anew."""
        done, good = self.trainer.done, self.directory / GOOD
        self.setbacks, self.collapsed_at = self.setbacks + 1, done
        if self.setbacks > PATIENCE:
            raise BlastemaError(
                f"training {what} at step {done}, for the {self.setbacks}th time since its last milestone; "
                "try another --seed, or --recipe article"
            )
        self.trainer = self._fresh_trainer()
        if good.exists():
            load_checkpoint(self.trainer, good)
        self.trainer.done = done


def _refuse_full(directory: Path) -> None:
    """Raise if something is in the way of a new run."""
    there = directory.exists() and (not directory.is_dir() or any(one.name != LOCK for one in directory.iterdir()))
    if there:
        raise BlastemaError(
            f"{directory} is there already; go on with it by --resume {directory}, or choose another --out"
        )


def read_config(directory: Path) -> Config:
    """Return the configuration of the run in a directory.

    Raises:
        BlastemaError: there is none, or it is not one of this version.
    """
    path = directory / CONFIG
    if not path.is_file():
        raise BlastemaError(f"{directory} is not the directory of a run: it has no {CONFIG}")
    try:
        values = json.loads(path.read_text("utf-8"))
        unknown = values.keys() - {known.name for known in dataclasses.fields(Config)}
        if unknown:
            raise BlastemaError(f"{path} has unknown keys: {', '.join(sorted(unknown))}")
        return Config(**values)
    except BlastemaError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise BlastemaError(
            f"{path} is not the configuration of a run; it must be a JSON object as a run writes it"
        ) from None


def kept_target(path: Path) -> np.ndarray:
    """Return the target that a run keeps in its directory, float32 `(height, width, 4)`.

    Raises:
        BlastemaError: it is missing or broken.
    """
    try:
        target = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        target = np.zeros(0)
    if target.ndim != 3 or target.shape[-1] != 4 or target.dtype != np.float32:
        raise BlastemaError(f"{path} is missing or broken; a run cannot go on without its target")
    return target
