"""The axes of a sweep: the values of each flag, from the command line or a TOML file, and all combinations."""

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_origin

from blastema.cli.settings import default_values, parse_settings, type_of
from blastema.cli.train import config_of
from blastema.errors import BlastemaError
from blastema.sweep.job import Job
from blastema.targets import short_name
from blastema.training.config import Config, run_name
from blastema.training.start import check_alive, check_beginning

# Flags with several values, in the order of a run's name, and those with one for all runs.
SEVERAL, ONE = ("recipe", "from_", "steps", "batch"), ("size", "fit", "pad", "background", "engine")
RANGE = re.compile(r"(\d+)\.\.(\d+)")
MOST_RUNS, LONGEST_NAME = 100_000, 200
# Keys of a file that have another name than the parameter of the command.
KEYS = {"from": "from_", "set": "set_"}


def flags_of_file(path: Path) -> dict[str, Any]:
    """Return the flags in a TOML file: `targets`, and the flags of the command by their names.

    Raises:
        BlastemaError: it cannot be read, or has an unknown key.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BlastemaError(f"{path} is not a TOML file: {error}") from None
    known = {"targets", "experiment", "seed", *SEVERAL, *ONE, "set_"}
    flags = {KEYS.get(key, key): value for key, value in values.items()}
    if unknown := [key for key in values if KEYS.get(key, key) not in known]:
        names = ", ".join(sorted(name.strip("_") for name in known))
        raise BlastemaError(f"{path} has the unknown key {unknown[0]}; choose from {names}")
    if "set_" in flags:
        flags["set_"] = _settings_of_table(flags["set_"], path)
    return {
        key: value if key in (*ONE, "set_") else tuple(value) if isinstance(value, list) else (value,)
        for key, value in flags.items()
    }


def _settings_of_table(table: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(table, dict):
        raise BlastemaError(f"set in {path} is {table!r}; it must be a table, as in [set] and hidden = [64, 128]")
    lists = {name: values if isinstance(values, list) else [values] for name, values in table.items()}
    return tuple(f"{name}={value}" for name, values in lists.items() for value in values)


def jobs_of(flags: Mapping[str, Any], out: Path) -> list[Job]:
    """Return the job of each combination of values, in order.

    Args:
        flags: of `blastema sweep`, by parameter: tuples of values, and single ones for `ONE`.
        out: directory of the sweep.

    Raises:
        BlastemaError: a value is invalid, or two runs would have the same name.
    """
    targets = [tuple(target) if isinstance(target, list) else (target,) for target in flags["targets"]]
    axes: dict[str, Sequence[Any]] = {"targets": _once(targets), "experiment": _once(flags["experiment"])}
    axes |= {name: _once(flags[name]) for name in SEVERAL if flags[name]}
    axes |= _settings(flags["set_"])
    axes["seed"] = _seeds(flags["seed"])
    if (count := _product(axes)) > MOST_RUNS:
        raise BlastemaError(f"that makes {count:,} runs; a sweep has at most {MOST_RUNS:,}")
    shared = {name: flags[name] for name in ONE}
    varied = [name for name, values in axes.items() if len(values) > 1]
    return [
        _job(dict(zip(axes, values, strict=True)), shared, varied, out) for values in itertools.product(*axes.values())
    ]


def check_targets(jobs: Sequence[Job]) -> None:
    """Load each target once, so that a mistake shows before anything is trained.

    Raises:
        BlastemaError: a target cannot be grown.
    """
    seen: set[Any] = set()
    for config in (job.config for job in jobs):
        check_beginning(config)
        key = (config.target, config.rule, config.beginning is None)
        if key not in seen:
            seen.add(key)
            config.check_memory()
            check_alive(config, config.picture())


def _product(axes: Mapping[str, Sequence[Any]]) -> int:
    count = 1
    for values in axes.values():
        count *= len(values)
    return count


def _settings(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each name in `--set`, of all that were given; numbers are separated by commas."""
    values: dict[str, list[str]] = {}
    for text in texts:
        name, equals, given = text.partition("=")
        if not equals:
            parse_settings([text])
        # Of a list, such as damages, a comma separates its parts; several lists are given one by one.
        plain = name in default_values() and get_origin(type_of(name)) is not tuple
        values.setdefault(name, []).extend(given.split(",") if plain else [given])
    return {name: _once(given) for name, given in values.items()}


def _once(values: Sequence[Any]) -> list[Any]:
    """Return the values without repetitions; a file may hold anything, also what has no hash."""
    return [value for place, value in enumerate(values) if value not in values[:place]]


def _seeds(texts: Sequence[Any]) -> list[int]:
    """Return the seeds in texts such as `3` and `0..4`, which includes both.

    >>> _seeds(["0..2", "7"])
    [0, 1, 2, 7]
    """
    seeds: list[int] = []
    for text in map(str, texts):
        match = RANGE.fullmatch(text)
        first, last = (match[1], match[2]) if match else (text, text)
        if not (first.isascii() and first.isdecimal()) or len(first + last) > 38 or int(first) > int(last):
            raise BlastemaError(f"--seed is {text!r}; it must be a whole number, or a range such as 0..4")
        if int(last) - int(first) >= MOST_RUNS:
            raise BlastemaError(f"--seed {text} makes more than {MOST_RUNS:,} runs; give fewer seeds")
        seeds.extend(range(int(first), int(last) + 1))
    return list(dict.fromkeys(seeds))


def _job(values: dict[str, Any], shared: dict[str, Any], varied: Sequence[str], out: Path) -> Job:
    config = _config(values, shared)
    named = _named(values, config)
    name = "-".join(named.values())
    if len(name.encode()) > LONGEST_NAME:
        raise BlastemaError(f"the name of a run would be too long: {name}; sweep over fewer settings at once")
    label = {axis: text for axis, text in named.items() if axis in varied} or {"targets": named["targets"]}
    place = [text for axis, text in label.items() if axis not in ("experiment", "seed")]
    return Job(name, config, out / name, " ".join(label.values()), " ".join(place) or named["targets"])


def _config(values: dict[str, Any], shared: dict[str, Any]) -> Config:
    known = {"targets", "experiment", "seed", *SEVERAL}
    flags = {"recipe": None, "from_": None, "steps": None, "batch": None} | shared
    flags |= {name: value for name, value in values.items() if name in known and name != "targets"}
    settings = tuple(f"{name}={value}" for name, value in values.items() if name not in known)
    return config_of(values["targets"], set_=settings, **flags)


def _named(values: dict[str, Any], config: Config) -> dict[str, str]:
    """Return the part of a run's name that each axis gives; file systems take all of its characters."""
    parts = {"targets": run_name(config), "experiment": config.experiment}
    for axis, value in values.items():
        if axis not in parts:
            text = short_name(str(value)) if axis == "from_" else str(value)
            parts[axis] = text if axis == "recipe" else f"{axis.strip('_')}={text}"
    return {axis: re.sub(r"[^\w.,=+-]", "_", part) for axis, part in parts.items()}
