"""The results of a sweep: a table of every field and every score, for pandas and the like, and a chart."""

import csv
import io
import json
import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from blastema.io.atomic import replacing
from blastema.organism import read_organism
from blastema.organism_file import FILE_KEYS, rule_record
from blastema.render.chart import COLOURS, Series, chart
from blastema.render.lettering import font, legible
from blastema.render.picture import save
from blastema.rule import Rule
from blastema.sweep.job import FINISHED, Job
from blastema.training.directory import LOG, ORGANISM
from blastema.training.experiments import EXPERIMENTS
from blastema.training.log import kept_lines
from blastema.training.recipe import MOST_STEPS, RANGES

CSV, JSONL, PICTURE = "results.csv", "results.jsonl", "results.png"
# Pixels of the chart: at least, at most, and beside each label.
NARROWEST, WIDEST, GAP = 480, 6000, 24


class Results:
    """The table and the chart of a sweep in its directory.

    Args:
        directory: of the sweep.
        jobs: a row of the table each.
    """

    def __init__(self, directory: Path, jobs: Sequence[Job]) -> None:
        self.directory, self.jobs = directory, jobs
        self._finished: dict[Job, dict[str, Any]] = {}

    def write(self) -> None:
        """Write the files, for the runs as they are now."""
        rows = [self._row(job) for job in self.jobs]
        _write(self.directory / CSV, _csv(rows))
        _write(self.directory / JSONL, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        if any(math.isfinite(job.validation) for job in self.jobs):
            save(results_picture(self.jobs), self.directory / PICTURE)

    def _row(self, job: Job) -> dict[str, Any]:
        if job in self._finished:
            return self._finished[job]
        values = row(job)
        job.validation = values.get("validation", math.nan)
        if job.state == FINISHED:
            self._finished[job] = values
        return values


def names_in(directory: Path) -> list[str]:
    """Return the names of the files of results in the directory of a sweep."""
    return [name for name in (CSV, JSONL, PICTURE) if (directory / name).exists()]


def row(job: Job) -> dict[str, Any]:
    """Return what is known of a run, by the name of a column."""
    config, recipe = job.config, job.config.full_recipe()
    fields = {name: value for name, value in config.record().items() if name not in ("rule", "settings", "from")}
    height, width = config.grid()
    return {
        "name": job.name,
        "state": job.state,
        "problem": job.problem,
        "done": job.saved,
        **fields,
        "height": height,
        "width": width,
        "from": config.beginning.name if config.beginning else None,
        **_rule(config.rule),
        **{name: getattr(recipe, name) for name in RANGES},
        **_outcome(job),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    """Return the fields of a rule by the names that `--set` takes."""
    fields = {key: name for name, key in FILE_KEYS.items()}
    return {fields.get(key, key): value for key, value in rule_record(rule).items()}


def _outcome(job: Job) -> dict[str, Any]:
    """Return what training gave: scores, versions, and sums over the log."""
    path = job.directory / ORGANISM
    if not job.saved or not path.exists():
        return {}
    organism = read_organism(path)
    training, lines = organism.training, kept_lines(job.directory / LOG, MOST_STEPS)
    return {
        "best_step": training.get("steps"),
        "final_loss": training.get("final_loss"),
        **(organism.scores or {}),
        "seconds": round(sum(line.get("seconds", 0) for line in lines), 1),
        "collapses": sum("collapse" in line for line in lines),
        **_versions(training),
    }


def _versions(training: dict[str, Any]) -> dict[str, str]:
    """Return engine, instruction set and versions; of a run that was moved, all in order."""
    history = training.get("version_history") or ((0, {"engine": training.get("engine"), **training["versions"]}),)
    names = dict.fromkeys(name for _, versions in history for name in versions)
    return {
        name: " then ".join(dict.fromkeys(str(versions[name]) for _, versions in history if name in versions))
        for name in names
    }


def results_picture(jobs: Sequence[Job]) -> Any:
    """Return a chart of the validation scores: a place for each combination, a point for each seed, their median."""
    places = list(dict.fromkeys(job.place for job in jobs))
    series: list[Series] = []
    medians: list[Series] = []
    for experiment in dict.fromkeys(job.config.experiment for job in jobs):
        colour, legend = COLOURS[EXPERIMENTS[experiment].colour], experiment
        of_experiment = [job for job in jobs if job.config.experiment == experiment]
        medians.append(("", [_median(job for job in of_experiment if job.place == place) for place in places], colour))
        for seed in dict.fromkeys(job.config.seed for job in jobs):
            found = {job.place: job.validation for job in of_experiment if job.config.seed == seed}
            series.append((legend, [found.get(place, math.nan) for place in places], colour))
            legend = ""
    labels = [legible(place) for place in places]
    width = round(68 + len(places) * (GAP + max(font(11).getlength(label) for label in labels)))
    if width > WIDEST:
        labels = [""] * len(places)
    title = "Validation score, lower is better: each seed and the median"
    return chart(title, labels, series, min(max(width, NARROWEST), WIDEST), line=False, marks=medians)


def _median(jobs: Iterable[Job]) -> float:
    """Return the median of the scores; NaN if there is none, or only one, which needs no mark."""
    scores = [job.validation for job in jobs if math.isfinite(job.validation)]
    return statistics.median(scores) if len(scores) > 1 else math.nan


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as CSV; lists and objects are written as JSON."""
    columns = list(dict.fromkeys(name for values in rows for name in values))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for values in rows:
        writer.writerow({name: _cell(value) for name, value in values.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8", newline="")
