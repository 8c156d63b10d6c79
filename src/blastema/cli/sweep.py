"""`blastema sweep TARGET ...`: train every combination of targets, seeds and settings, on many machines."""

from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, UseAppendAction, arg

from blastema.cli.choices import FromRegistry
from blastema.cli.ranges import check_range
from blastema.cli.registries import EXPERIMENT, RECIPE
from blastema.cli.shared_flags import with_flags_of
from blastema.cli.train import train
from blastema.sweep import SLICE

# Seconds of a slice: at least one training step, at most a day.
SHORTEST, LONGEST = 0.1, 86_400
TOML = ".toml"
# Flags that can be given beside a file.
OF_THE_SWEEP = ("out", "scheduler", "workers", "slice_")


@with_flags_of(train, ("size", "fit", "pad", "background", "engine"))
def sweep(
    targets: Annotated[Positional[tuple[str, ...]], arg(metavar="TARGET", help_behavior_hint="")] = (),
    /,
    experiment: Annotated[
        tuple[str, ...],
        arg(metavar="NAME ...", help_behavior_hint="(default: regenerating)"),
        FromRegistry(EXPERIMENT.text),
    ] = ("regenerating",),
    seed: Annotated[tuple[str, ...], arg(metavar="SEED ...", help_behavior_hint="(default: 0)")] = ("0",),
    recipe: Annotated[tuple[str, ...], arg(metavar="NAME ...", help_behavior_hint=""), FromRegistry(RECIPE.text)] = (),
    from_: Annotated[tuple[str, ...], arg(name="from", metavar="ORGANISM ...", help_behavior_hint="")] = (),
    steps: Annotated[tuple[int, ...], arg(metavar="INT ...", help_behavior_hint="(default: the recipe's)")] = (),
    batch: Annotated[tuple[int, ...], arg(metavar="INT ...", help_behavior_hint="(default: the recipe's)")] = (),
    set_: Annotated[
        tuple[str, ...], UseAppendAction, arg(name="set", metavar="NAME=VALUE,...", help_behavior_hint="")
    ] = (),
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None,
    scheduler: Annotated[str | None, arg(metavar="ADDRESS", help_behavior_hint="")] = None,
    workers: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: one per core)")] = None,
    slice_: Annotated[float, arg(name="slice", metavar="SECONDS")] = SLICE,
    **flags: Any,
) -> None:
    """Train every combination of targets, experiments, seeds and settings, on this machine or many.

    Each training is the same, byte for byte, as one by blastema train, on the same engine and instruction set. Press
    Ctrl-C to save and stop; the same command continues, and trains nothing twice. Needs the extra [cluster]; see
    docs/sweeps.md.

    Args:
        targets: emoji, names, image files, each for runs of its own; or one .toml file with these flags
        experiment: what they learn: {experiment}
        seed: seeds of the trainings: 0 1 2, or 0..4, which includes both
        recipe: {recipe} (default: blastema)
        from_: organisms to start from, as for blastema train
        steps: training steps
        batch: states per training step
        set_: values of the recipe or the rule, as for blastema train; can be repeated. Of numbers and words several,
            hidden=64,128; of lists, such as damages, one each time
        out: directory of the sweep: a run for each training, results.csv, results.jsonl and results.png (default, of a
            .toml file: sweeps/NAME)
        scheduler: address of a running Dask scheduler, such as tcp://10.0.0.2:8786, whose workers train (default:
            processes on this machine)
        workers: processes on this machine
        slice_: a worker sends its results after so many seconds, and after one for each megabyte; at most this is lost
            if it dies
    """
    from blastema.cli.sweep_axes import check_targets, flags_of_file, jobs_of
    from blastema.cli.sweeping import watch_sweep
    from blastema.errors import BlastemaError
    from blastema.sweep.job import refuse_same_names

    check_range("--slice", slice_, SHORTEST, LONGEST)
    if workers is not None:
        check_range("--workers", workers, 1, 1024)
    given = {
        "targets": targets, "experiment": experiment, "seed": seed, "recipe": recipe, "from_": from_, "steps": steps,
        "batch": batch, "set_": set_, **flags,
    }  # fmt: skip
    if len(targets) == 1 and targets[0].endswith(TOML):
        path = Path(targets[0])
        given |= {"targets": ()} | flags_of_file(path)
        out = out or Path("sweeps") / path.stem
    if not given["targets"]:
        raise BlastemaError("no target given; pass emoji, names or image files, as in: blastema sweep 🦎 🎄 --out mine")
    if out is None:
        raise BlastemaError("a sweep needs a directory for its runs; give one, as in --out sweeps/first")
    if scheduler is not None and workers is not None:
        raise BlastemaError("--workers are processes on this machine; leave it out with --scheduler")
    jobs = jobs_of(given, out)
    refuse_same_names(jobs)
    check_targets(jobs)
    watch_sweep(jobs, out, scheduler, workers, slice_)
