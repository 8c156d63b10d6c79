"""`blastema train TARGET`: train an organism and watch it grow."""

import sys
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, UseAppendAction, arg

from blastema.cli.choices import flag_name
from blastema.cli.registries import DEVICES, ENGINE, EXPERIMENT, RECIPE, SETTINGS

if TYPE_CHECKING:
    from blastema.training.run import Config


def train(
    targets: Annotated[Positional[tuple[str, ...]], arg(metavar="TARGET", help_behavior_hint="")] = (),
    /,
    experiment: Annotated[str, EXPERIMENT] = "regenerating",
    recipe: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), RECIPE] = None,
    steps: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: the recipe's)")] = None,
    batch: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: the recipe's)")] = None,
    seed: int = 0,
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint="")] = None,
    fit: int = 40,
    pad: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None,
    background: Annotated[str | None, arg(metavar="COLOUR", help_behavior_hint="")] = None,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), ENGINE] = None,
    from_: Annotated[str | None, arg(name="from", metavar="ORGANISM", help_behavior_hint="")] = None,
    set_: Annotated[
        tuple[str, ...], UseAppendAction, arg(name="set", metavar="NAME=VALUE", help_behavior_hint=""), SETTINGS
    ] = (),
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    resume: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    devices: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 1)"), DEVICES] = None,
) -> None:
    """Train an organism to grow a picture. Press Ctrl-C to save and stop; --resume continues.

    The same seed gives the same organism, byte for byte, on the same engine and instruction set, for any number of
    threads; elsewhere, results diverge within a few steps. See docs/runs.md.

    Args:
        targets: an emoji (🦎), its name (lizard), an image file, or disc, ring, planarian, text:Hi; with several, one
            rule learns to grow them all, each when it gets the signal of that name
        experiment: what it learns: {experiment}
        recipe: {recipe} (default: blastema; many for several targets)
        steps: training steps
        batch: states per training step
        seed: seed of the training; on one engine and instruction set (see doctor), it determines the organism
        size: size of the grid, 72 or 96x64 (width by height) (default: the picture and its padding)
        fit: size of the picture in cells (longer side)
        pad: empty cells on each side of the picture, 16 unless --size is given
        background: colour to remove from an image: white, #00ff00, ..., or auto
        engine: {engine} (default: the fastest available)
        from_: start from the weights of this organism: a name in the zoo (🦎), an organism file or a run directory, or
            nothing: random weights. Its channels and filters are kept, its hidden units may be more; fire_rate,
            alive_threshold and edge are free (default: 🐠; 🦎 for the 🐠 itself and for several targets; nothing
            where these do not fit, and with --recipe article)
        set_: change the recipe or the rule; can be repeated. The names, with the values of the default recipe:
            {set_}
        out: directory of the run (default: runs/TARGET-EXPERIMENT)
        resume: continue the run in this directory; can only be combined with --steps and --devices
        devices: {devices}
    """
    from blastema.cli.training_screen import watch
    from blastema.errors import BlastemaError
    from blastema.learning import begin
    from blastema.training.run import Run

    flags: dict[str, Any] = {
        "experiment": experiment, "recipe": recipe, "batch": batch, "seed": seed,
        "fit": fit, "pad": pad, "background": background, "from_": from_, "set_": set_,
    }  # fmt: skip
    if resume is not None:
        defaults = {name: parameter.default for name, parameter in signature(train).parameters.items()}
        extra = [flag_name(name) for name, value in flags.items() if value != defaults[name]]
        extra += [
            name
            for name, value in (("TARGET", targets or None), ("--size", size), ("--engine", engine), ("--out", out))
            if value is not None
        ]
        if extra:
            raise BlastemaError(f"--resume continues a run with its own settings; leave out {', '.join(extra)}")
        watch(Run.resume(resume, steps, devices=devices))
        return
    if not targets:
        raise BlastemaError("no target given; pass an emoji, a name or an image file, as in: blastema train 🦎")
    config = config_of(targets, steps=steps, size=size, engine=engine, devices=devices, **flags)
    if engine is None:
        warn_if_slow(config)
    watch(begin(config, out, devices=devices))


def config_of(
    targets: Sequence[str],
    *,
    size: str | None,
    engine: str | None,
    devices: int | None = None,
    from_: str | None = None,
    set_: tuple[str, ...] = (),
    **flags: Any,
) -> "Config":
    """Return the configuration that these flags of `train` describe."""
    from blastema.cli.settings import parse_settings
    from blastema.cli.size import parse_size
    from blastema.engines import choose_engine
    from blastema.learning import beginning_of, default_beginning, recipe_for
    from blastema.rule import Rule
    from blastema.training.run import Config

    height, width = parse_size(size) if size else (None, None)
    flags["recipe"] = flags["recipe"] or recipe_for(several=len(targets) > 1)
    settings = parse_settings(set_)
    if from_ is not None:
        beginning = beginning_of(from_)
    else:
        beginning = default_beginning(targets, flags["recipe"], Rule().replace(**settings.rule))
    trained = beginning.organism if beginning else None
    return Config(
        tuple(targets), height=height, width=width, engine=choose_engine(engine, devices).name,
        beginning=beginning, rule=(trained.rule.replace(signals=()) if trained else Rule()).replace(**settings.rule),
        settings=settings.recipe, **flags,
    )  # fmt: skip


def warn_if_slow(config: "Config") -> None:
    """Warn if an engine other than the native one is used."""
    if config.engine != "native":
        print(
            f"training on the {config.engine} engine, several times slower than the native one, which is not "
            "available here; blastema doctor shows why",
            file=sys.stderr,
        )
