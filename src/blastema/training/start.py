"""The start of a run or of its next session: what is checked, and what a user should read."""

import dataclasses
from pathlib import Path

import numpy as np

from blastema.engines.protocol import evaluate
from blastema.errors import BlastemaError
from blastema.loss import OwnLoss, towards
from blastema.rule import ALPHA, seed_batch
from blastema.training.config import Config
from blastema.training.experiments import RECIPES
from blastema.training.reach import unreachable


def check_beginning(config: Config) -> None:
    """Raise if training needs the weights of an organism and has none.

    Raises:
        BlastemaError: it has none.
    """
    if config.beginning is None and RECIPES[config.recipe].for_trained:
        raise BlastemaError(
            f"the recipe {config.recipe} continues the training of an organism; name it with --from, as in --from 🦎, "
            "or choose another recipe"
        )
    if config.beginning is not None and config.recipe == "article":
        raise BlastemaError(
            f"the recipe article begins from nothing, as published, not from {config.beginning.name}; choose another "
            "recipe, or leave out --from"
        )
    if config.beginning is not None and config.beginning.organism is None:
        raise BlastemaError(
            f"the weights of the beginning {config.beginning.name} are unknown; give the organism itself, as "
            "blastema.load returns it"
        )


def check_alive(config: Config, target: np.ndarray) -> None:
    """Raise if the cells of a target could not live; with a loss of its own, a run may ask for anything.

    Raises:
        BlastemaError: it is too faint, or empty where growth starts and training begins with random weights.
    """
    if config.loss is not None:
        return
    for picture in target.reshape(-1, *target.shape[-3:]):
        alpha, threshold = picture[..., ALPHA], config.rule.alive_threshold
        if alpha.max() <= threshold:
            raise BlastemaError(
                f"the target is too faint: its alpha is at most {alpha.max():.2f}, and cells live only above "
                f"{threshold:g}; use a more opaque picture"
            )
        y, x = (side // 2 for side in alpha.shape)
        near = alpha[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        if near.max() <= threshold and config.beginning is None:
            raise BlastemaError(
                f"the target is empty around the cell at row {y}, column {x}, where growth starts, so all cells would "
                "die within a dozen training steps; move the picture, as with numpy.roll, or give it as a file, which "
                "is moved by itself"
            )


def check_resumed_loss(loss: OwnLoss | None, config: Config, directory: Path) -> list[str]:
    """Return a notice if a run is resumed with another loss, judged by its name.

    Raises:
        BlastemaError: a run that was begun with its own loss is resumed without one, or another run with one.
    """
    if config.loss is not None and loss is None:
        raise BlastemaError(
            f"{directory} is trained with a loss of its own, {config.loss}; resume it from Python: "
            f"Run.resume({str(directory)!r}, loss=...)"
        )
    if config.loss is None and loss is not None:
        raise BlastemaError(f"{directory} is not trained with a loss of its own; leave out loss")
    if loss is None or loss_name(loss) == config.loss:
        return []
    return [f"the loss is {loss_name(loss)}; the run was begun with {config.loss}"]


def changed_steps(config: Config, steps: int | None, done: int, directory: Path) -> tuple[Config, list[str]]:
    """Return the configuration of a run that continues with a new total of training steps, and a notice.

    Args:
        config: of the run so far.
        steps: the new total; None to keep it.
        done: training steps taken.
        directory: of the run, for messages.

    Raises:
        BlastemaError: it has taken that many steps already.
    """
    changed = config if steps is None else config.with_steps(steps, done)
    if changed.steps == config.steps:
        return config, []
    if changed.steps <= done:
        raise BlastemaError(f"--steps is {steps}, but {directory} has already taken {done} training steps")
    notice = (
        f"--steps changed from {config.steps} to {steps} at step {done}: learning rates and milestones follow the new "
        f"number from here on, so the organism differs from one trained with --steps {steps} throughout; its record "
        "says so"
    )
    return changed, [notice] if changed.history else []


def with_loss(config: Config, loss: OwnLoss | None, target: np.ndarray) -> Config:
    """Return the configuration of a run with this loss, after evaluating it on seed cells.

    Raises:
        BlastemaError: it does not return its value and its gradient, or the value is not finite.
    """
    if loss is None:
        if config.loss is not None:
            raise BlastemaError(f"the configuration names the loss {config.loss}; give the function itself, as loss")
        return config
    height, width = target.shape[-3:-1]
    target = target.reshape(-1, *target.shape[-3:])[0]
    states = seed_batch(np.arange(config.batch), height, width, config.rule.channels).states
    value, _ = evaluate(towards(target, loss), states)
    if not np.isfinite(value):
        raise BlastemaError(f"the loss of seed cells is {value}; it must be a finite number")
    return dataclasses.replace(config, loss=loss_name(loss))


def loss_name(loss: OwnLoss) -> str:
    """Return the name of a loss for files: its module and qualified name, or `own` if it has none."""
    names = [getattr(loss, attribute, None) for attribute in ("__module__", "__qualname__")]
    return ".".join(names) if all(isinstance(name, str) for name in names) else "own"  # type: ignore[arg-type]


def remarks(config: Config, target: np.ndarray) -> list[str]:
    """Return what a user should read before a long training, one line each."""
    fit = None if config.array is not None else config.fit
    shortest = config.full_recipe().rollout(0)[0]
    warnings = (
        unreachable(picture, shortest, fit, config.rule.alive_threshold)
        for picture in target.reshape(-1, *target.shape[-3:])
    )
    beginning = config.beginning.remarks(config.rule) if config.beginning else []
    return [*config.remarks(), *dict.fromkeys(filter(None, warnings)), *beginning]
