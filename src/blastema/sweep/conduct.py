"""Conducts a sweep to its end, also if the scheduler is restarted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.sweep import SLICE
from blastema.sweep.cluster import Cluster, SchedulerLostError, UnreachableError, connected
from blastema.sweep.conductor import Conductor
from blastema.sweep.job import WAITING, Job
from blastema.sweep.results import Results
from blastema.training.config import Config
from blastema.training.directory import make_directory
from blastema.training.lock import LockedError, locked

if TYPE_CHECKING:
    from distributed import Client


def run_sweep(
    configs: Mapping[str, Config],
    directory: Path | str,
    scheduler: str | None = None,
    workers: int | None = None,
    seconds: float = SLICE,
    tell: Callable[[str], None] = print,
) -> list[Job]:
    """Train runs of these configurations, and return what became of each; `blastema sweep` for scripts.

    Run again, it continues. A script that starts processes must call it under `if __name__ == "__main__":`.

    Args:
        configs: by the name of a run.
        directory: of the sweep; see docs/sweeps.md.
        scheduler: address of a Dask scheduler; None for processes on this machine.
        workers: number of these; None for one per core.
        seconds: length of a slice.
        tell: takes sentences for the user.

    Raises:
        BlastemaError: a configuration differs from that of an existing run, no scheduler answers, or a file cannot be
            written.
    """
    directory = Path(directory)
    jobs = [Job(name, config, directory / name, name, name) for name, config in configs.items()]
    for job in jobs:
        job.look()
    make_directory(directory)
    with only_sweep_in(directory):
        results = Results(directory, jobs)
        processes = min(workers or cores(), max(1, sum(job.state == WAITING for job in jobs)))
        for _ in conducted(jobs, lambda: connected(scheduler, processes), seconds, tell):
            pass
        results.write()
    return jobs


@contextmanager
def only_sweep_in(directory: Path) -> Iterator[None]:
    """Lock the directory of a sweep.

    Raises:
        BlastemaError: another process has locked it.
    """
    try:
        with locked(directory):
            yield
    except LockedError:
        raise BlastemaError(
            f"another sweep is running in {directory}; wait for it or stop it, or choose another --out"
        ) from None


def conducted(
    jobs: list[Job],
    connect: Callable[[], AbstractContextManager["Client"]],
    seconds: float,
    tell: Callable[[str], None],
) -> Iterator["Conductor | None"]:
    """Train all jobs, also if the scheduler is restarted; yield the conductor several times a second.

    While there is no scheduler, None is yielded.

    Args:
        jobs: of the sweep.
        connect: returns a client.
        seconds: length of a slice.
        tell: takes sentences for the user.
    """
    lost, engines = False, sorted({job.config.engine for job in jobs})
    if len(engines) > 1:
        raise BlastemaError(f"the runs have the engines {' and '.join(engines)}; use one for all runs of a sweep")
    while any(job.state == WAITING for job in jobs):
        try:
            with connect() as client:
                if lost:
                    tell("the scheduler is back; training continues")
                    lost = False
                conductor = Conductor(jobs, Cluster(client, engines[0], tell), seconds)
                for _ in conductor.conduct():
                    yield conductor
                return
        except SchedulerLostError:
            tell("the connection to the scheduler was lost; every run is saved up to its last slice. Waiting for it")
            lost = True
        except UnreachableError:
            if not lost:
                raise
            yield None
