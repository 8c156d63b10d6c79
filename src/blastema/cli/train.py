"""`blastema train TARGET`: train an organism and watch it grow."""

import itertools
import sys
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, UseAppendAction, arg

from blastema.cli.choices import flag_name
from blastema.cli.registries import DEVICES, ENGINE, EXPERIMENT, RECIPE, SETTINGS

if TYPE_CHECKING:
    from blastema.rule import Rule
    from blastema.training.beginning import Beginning
    from blastema.training.run import Config, Run

# The value of --from for random weights.
NOTHING = "nothing"
# Where trainings start by default, the first that never saw the target; see docs/recipe.md. Of several targets: 🦎.
BEGINNINGS = ("🐠", "🦎")


def train(
    targets: Annotated[Positional[tuple[str, ...]], arg(metavar="TARGET", help_behavior_hint="")] = (),
    /,
    experiment: Annotated[str, EXPERIMENT] = "regenerating",
    recipe: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), RECIPE] = None,
    steps: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 8000)")] = None,
    batch: int = 8,
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
    watch(begin(config, out, devices))


def config_of(
    targets: Sequence[str],
    *,
    steps: int | None,
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
    from blastema.rule import Rule
    from blastema.training.experiments import RECIPES
    from blastema.training.run import Config

    height, width = parse_size(size) if size else (None, None)
    flags["recipe"] = flags["recipe"] or ("many" if len(targets) > 1 else "blastema")
    steps = RECIPES[flags["recipe"]].steps if steps is None else steps
    settings = parse_settings(set_)
    if from_ is not None:
        beginning = beginning_of(from_)
    else:
        beginning = default_beginning(targets, flags["recipe"], Rule().replace(**settings.rule))
    trained = beginning.organism if beginning else None
    return Config(
        tuple(targets), steps=steps, height=height, width=width, engine=choose_engine(engine, devices).name,
        beginning=beginning, rule=(trained.rule.replace(signals=()) if trained else Rule()).replace(**settings.rule),
        settings=settings.recipe, **flags,
    )  # fmt: skip


def default_beginning(targets: Sequence[str], recipe: str, rule: "Rule") -> "Beginning | None":
    """Return the beginning of a training for which the user names none, if it fits.

    The article's recipe begins from nothing, and those for trained organisms from what the user names.
    """
    from blastema.targets import short_name
    from blastema.training.experiments import RECIPES

    if recipe == "article" or RECIPES[recipe].for_trained:
        return None
    first, second = BEGINNINGS
    saw = len(targets) > 1 or short_name(targets[0]) == short_name(first)
    beginning = beginning_of(second if saw else first)
    return beginning if beginning and beginning.fits(rule) else None


def beginning_of(name: str | None) -> "Beginning | None":
    """Return the organism of that name as the beginning of a training, None for `nothing`."""
    from blastema.library import load
    from blastema.training.beginning import Beginning

    return None if name in (None, NOTHING) else Beginning.of(load(name), name)


def warn_if_slow(config: "Config") -> None:
    """Warn if an engine other than the native one is used."""
    if config.engine != "native":
        print(
            f"training on the {config.engine} engine, several times slower than the native one, which is not "
            "available here; blastema doctor shows why",
            file=sys.stderr,
        )


def begin(config: "Config", out: Path | None = None, devices: int | None = None) -> "Run":
    """Start a run in `out`, or in `runs/TARGET-EXPERIMENT`, with a number if that exists."""
    from blastema.training.config import run_name
    from blastema.training.run import Run

    if out is not None:
        return Run.begin(out, config, devices=devices)
    name = Path("runs") / f"{run_name(config)}-{config.experiment}"
    numbered = (name.with_name(f"{name.name}-{number}") for number in itertools.count(2))
    return Run.begin_in_free(itertools.chain([name], numbered), config, devices)
