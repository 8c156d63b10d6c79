"""`blastema train TARGET`: train an organism and watch it grow."""

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

if TYPE_CHECKING:
    from blastema.training.run import Config


def train(
    target: Annotated[Positional[str | None], arg(metavar="TARGET", help_behavior_hint="")] = None,
    /,
    experiment: Literal["growing", "persistent", "regenerating"] = "regenerating",
    recipe: Literal["blastema", "long", "article"] = "blastema",
    steps: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 8000)")] = None,
    batch: int = 8,
    seed: int = 0,
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint="")] = None,
    fit: int = 40,
    pad: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None,
    background: Annotated[str | None, arg(metavar="COLOUR", help_behavior_hint="")] = None,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None,
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    resume: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
) -> None:
    """Train an organism to grow a picture. Ctrl-C saves; --resume goes on.

    Args:
        target: an emoji (🦎), its name (lizard), an image file, or disc, ring, planarian, text:Hi
        experiment: what it learns: to grow, to persist, to regenerate
        recipe: how it is taught: as we found best, with longer rollouts late, or as in the article
        steps: training steps
        batch: organisms in a training step
        seed: of the training; on one engine and instruction set (see doctor), the same seed gives the same organism
        size: of the grid, 72 or 96x64 (width by height); the picture and its padding if not given
        fit: cells that the picture is fitted into
        pad: empty cells on each side of it, 16 unless --size is given
        background: colour to take out of an image: white, #00ff00, ..., or auto
        engine: native, numpy or jax; the fastest present if not given
        out: directory of the run; runs/TARGET-EXPERIMENT if not given
        resume: directory of a run to go on with; of the other flags only --steps may be given
    """
    from blastema.cli.training_screen import watch
    from blastema.errors import BlastemaError
    from blastema.targets.remarks import remarks
    from blastema.training.run import Config, Run

    flags: dict[str, Any] = {
        "experiment": experiment, "recipe": recipe, "batch": batch, "seed": seed,
        "fit": fit, "pad": pad, "background": background,
    }  # fmt: skip
    if resume is not None:
        defaults = {field.name: field.default for field in dataclasses.fields(Config)}
        extra = [f"--{name}" for name, value in flags.items() if value != defaults[name]]
        extra += [
            name
            for name, value in (("TARGET", target), ("--size", size), ("--engine", engine), ("--out", out))
            if value is not None
        ]
        if extra:
            raise BlastemaError(f"--resume goes on with a run as it was begun; leave out {', '.join(extra)}")
        watch(Run.resume(resume, steps))
        return
    if target is None:
        raise BlastemaError("no target came; give an emoji, a name or an image file, as in: blastema train 🦎")
    config = config_of(target, steps=steps, size=size, engine=engine, **flags)
    if engine is None:
        warn_if_slow(config)
    run = Run.begin(out or free_directory(target, experiment), config)
    for line in remarks(target, fit=fit, pad=pad, height=config.height, width=config.width, background=background):
        print(line, file=sys.stderr)
    watch(run)


def config_of(target: str, *, steps: int | None, size: str | None, engine: str | None, **flags: Any) -> "Config":
    """Return the configuration that the flags ask for, which are those of `train`."""
    from blastema.cli.size import parse_size
    from blastema.engines import choose_engine
    from blastema.training.experiments import RECIPES
    from blastema.training.run import Config

    height, width = parse_size(size) if size else (None, None)
    steps = RECIPES[flags["recipe"]].steps if steps is None else steps
    return Config(target, steps=steps, height=height, width=width, engine=choose_engine(engine).name, **flags)


def warn_if_slow(config: "Config") -> None:
    """Say so where another engine than the native one had to be taken."""
    if config.engine != "native":
        print(
            f"training on the {config.engine} engine, some ten times slower than the native one, which does not run "
            "here: blastema doctor says why",
            file=sys.stderr,
        )


def free_directory(target: str, experiment: str) -> Path:
    """Return `runs/TARGET-EXPERIMENT`, numbered where that is taken."""
    from blastema.targets import short_name

    name = f"{short_name(target)}-{experiment}"
    taken = [path.name for path in Path("runs").iterdir()] if Path("runs").is_dir() else []
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return Path("runs") / next(name for name in names if name not in taken)
