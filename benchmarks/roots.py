"""Train every emoji that is empty at the seed cell for a few steps: does it survive, and do all of its parts grow?

    python benchmarks/roots.py growing|regenerating [TARGET@FIT+PAD[+STEPS] ...]

Trains each one twice: left in the middle of its grid until it dies, and as `load_target` places it. Writes roots.json;
results in it are kept and not measured again. Without targets: every emoji that is empty around the seed cell at 20 or
40 cells.
"""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

from blastema import Rule, choose_engine, load_target
from blastema.io.atomic import replacing
from blastema.machine import cores, instruction_set
from blastema.rule import seed_batch
from blastema.targets.emoji import ARTICLE_EMOJI, characters
from blastema.targets.fit import fitted, opacity
from blastema.targets.place import OPAQUE, ROOTED, around
from blastema.targets.target import find_picture
from blastema.training.experiments import BLASTEMA, EXPERIMENTS
from blastema.training.trainer import Trainer

RESULTS = Path(__file__).with_name("roots.json")
# An emoji that is empty at 20 cells is trained at 20; one that is empty only at 40, the default size, at 40.
# Those that die do so within a dozen steps.
STEPS = {20: 200, 40: 200}
PAD, DIES_WITHIN = 2, 15


def alpha_at_seed(name: str, fit: int) -> float:
    """Return the sum of alpha in the 3x3 cells around the middle of a picture, 0 to 9."""
    return float(around(opacity(find_picture(name), fit))[fit // 2, fit // 2]) / OPAQUE


def empty_ones() -> list[str]:
    """Return the emoji that are empty around the middle, each with its size for training."""
    names = [*sorted(characters()), *(f"noto:{character}" for character in ARTICLE_EMOJI)]
    sizes = ((name, next((fit for fit in STEPS if alpha_at_seed(name, fit) < ROOTED), None)) for name in names)
    return [f"{name}@{fit}+{PAD}" for name, fit in sizes if fit]


def trained(target: np.ndarray, experiment: str, steps: int) -> tuple[Trainer, list[float], bool]:
    """Train for `steps` steps or until all cells are dead; return the trainer, its losses, and whether all are dead."""
    recipe = dataclasses.replace(BLASTEMA, steps=max(steps, 100))
    trainer = Trainer(Rule(), EXPERIMENTS[experiment], recipe, target, 0, choose_engine())
    losses: list[float] = []
    while len(losses) < steps:
        report = trainer.step()
        losses.append(report.loss)
        if not report.after.states[..., 3].any():
            return trainer, losses, True
    return trainer, losses, False


def parts(target: np.ndarray) -> list[np.ndarray]:
    """Return the separate parts of a picture, bool `(height, width)`: cells with alpha above a half that touch."""
    left, found = target[..., 3] > 0.5, []
    while left.any():
        part = np.zeros_like(left)
        part.flat[np.flatnonzero(left)[0]] = True
        while True:
            grown = left & np.lib.stride_tricks.sliding_window_view(np.pad(part, 1), (3, 3)).any(axis=(-2, -1))
            if (grown == part).all():
                break
            part = grown
        left &= ~part
        found.append(part)
    return found


def measured(name: str, experiment: str, fit: int, pad: int, steps: int) -> dict[str, object]:
    """Train a target both ways and return the measurements."""
    moved = load_target(name, fit=fit, pad=pad)
    middle = np.pad(fitted(find_picture(name), fit), ((pad, pad), (pad, pad), (0, 0)))
    _, losses, died = trained(middle, experiment, DIES_WITHIN)
    result: dict[str, object] = {"fit": fit, "pad": pad, "alpha": round(alpha_at_seed(name, fit), 2)}
    result |= {"middle": len(losses) if died else "lives"}
    trainer, losses, died = trained(moved, experiment, steps)
    seeds = np.arange(8, dtype=np.uint32)
    grown = trainer.engine.grow(trainer.rule, trainer.weights, seed_batch(seeds, *moved.shape[:2]), 96).states
    shows = (np.clip(grown[..., 3], 0, 1) > 0.5).mean(axis=0)
    pieces = parts(moved)
    return result | {
        "grid": list(moved.shape[:2]),
        "steps": len(losses),
        "lives": not died and bool((grown[..., 3] > 0.1).any(axis=(1, 2)).all()),
        "empty": float((moved**2).mean()),
        "loss": float(np.mean((grown[..., :4] - moved) ** 2)),
        "parts": [[int(part.sum()), round(float(shows[part].mean()), 2)] for part in pieces],
    }


def main() -> None:
    experiment, *names = sys.argv[1:]
    results = (
        json.loads(RESULTS.read_text("utf-8"))
        if RESULTS.exists()
        else {"machine": f"{cores()} cores, {instruction_set()}", "trainings": {}}
    )
    for name in names or empty_ones():
        target, _, size = name.partition("@")
        fit, pad, *steps = (int(number) for number in size.split("+"))
        key = f"{target} {experiment} {fit}+{pad}"
        if key not in results["trainings"]:
            results["trainings"][key] = measured(target, experiment, fit, pad, *(steps or [STEPS.get(fit, 200)]))
            with replacing(RESULTS) as temporary:
                temporary.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
            print(key, results["trainings"][key], flush=True)


if __name__ == "__main__":
    main()
