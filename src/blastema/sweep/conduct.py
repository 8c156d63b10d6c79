"""Conducts a sweep to its end, also if the scheduler is restarted."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.machine.stop_signals import stop_gently
from blastema.sweep import SLICE
from blastema.sweep.cluster import Cluster, SchedulerLostError, UnreachableError, connected
from blastema.sweep.conductor import Conductor
from blastema.sweep.job import ENDED, WAITING, Job, jobs_in
from blastema.sweep.results import Results
from blastema.sweep.screen import Screen, screen_of
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
) -> list[Job]:
    """Train runs of these configurations to the end, and return what became of each; see `swept`."""
    ended = {job.name: job for job in swept(configs, directory, scheduler, workers, seconds)}
    return [ended[name] for name in configs]


def swept(
    configs: Mapping[str, Config],
    directory: Path | str,
    scheduler: str | None = None,
    workers: int | None = None,
    seconds: float = SLICE,
    looks: Mapping[str, Collection[int]] | None = None,
) -> Iterator[Job]:
    """Train runs of these configurations, and yield each when it has ended; `blastema sweep` for scripts.

    Called again, it continues, and yields those that ended before, too. The screen is that of `blastema sweep`. Ctrl-C
    saves all runs, then interrupts. While the caller looks at a run, no slice is started. A script that starts
    processes must call it under `if __name__ == "__main__":`.

    Args:
        configs: by the name of a run.
        directory: of the sweep; see docs/sweeps.md.
        scheduler: address of a Dask scheduler; None for processes on this machine.
        workers: number of these, which share the cores; None for one per core.
        seconds: length of a slice.
        looks: by the name of a run, training steps after which it is yielded, too. Then `Job.stop` ends it.

    Raises:
        BlastemaError: a configuration differs from that of an existing run, no scheduler answers, or a file cannot be
            written.
        KeyboardInterrupt: a stop signal came.
    """
    directory, console = Path(directory), Console(stderr=True)
    with stop_gently(console) as stopped:
        yield from train_jobs(
            jobs_in(directory, configs, looks), directory, scheduler, workers, seconds, console, stopped
        )
    if stopped:
        raise KeyboardInterrupt


def train_jobs(
    jobs: list[Job],
    directory: Path,
    scheduler: str | None,
    workers: int | None,
    seconds: float,
    console: Console,
    stopped: Sequence[int],
) -> Iterator[Job]:
    """Train all jobs, or until a stop signal, with a screen; yield each that ended or came to a look.

    Args:
        jobs: of the sweep.
        directory, scheduler, workers, seconds: as for `swept`.
        console: what the screen is drawn on.
        stopped: holds the stop signals that came.
    """
    for job in jobs:
        job.look()
    if scheduler is not None and any(job.state == WAITING for job in jobs):
        # Before anything is written.
        with connected(scheduler, 0):
            pass
    make_directory(directory)
    with _only_sweep_in(directory):
        results = Results(directory, jobs)
        results.write()
        yield from _news(jobs)
        if any(job.state == WAITING for job in jobs):
            with screen_of(jobs, directory, console) as screen:
                yield from _trained(jobs, scheduler, workers, seconds, screen, results, stopped)
        results.write()


@contextmanager
def _only_sweep_in(directory: Path) -> Iterator[None]:
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


def _news(jobs: Sequence[Job]) -> Iterator[Job]:
    """Yield the jobs that ended or came to a look."""
    for job in jobs:
        if job.is_news:
            yield job
            job.seen()


def _ended(jobs: Sequence[Job]) -> int:
    return sum(job.state in ENDED for job in jobs)


def _trained(
    jobs: list[Job],
    scheduler: str | None,
    workers: int | None,
    seconds: float,
    screen: Screen,
    results: Results,
    stopped: Sequence[int],
) -> Iterator[Job]:
    """Train the jobs, keep screen and table up to date, and stop when a signal came."""
    processes = min(workers or cores(), sum(job.state == WAITING for job in jobs))

    @contextmanager
    def connect() -> "Iterator[Client]":
        with connected(scheduler, processes) as client:
            where = scheduler or f"{processes} process{'es' if processes > 1 else ''} on this machine"
            screen.tell(f"training on {where}; Dask's dashboard: {client.dashboard_link}")
            yield client

    ended = _ended(jobs)
    try:
        with closing(_conducted(jobs, connect, seconds, screen.tell)) as training:
            for conductor in training:
                if _ended(jobs) != ended:
                    results.write()
                    ended = _ended(jobs)
                screen.show()
                yield from _news(jobs)
                if stopped and conductor is None:
                    break
                if stopped and conductor is not None and not conductor.stopping:
                    screen.tell("stopping after the current training steps; Ctrl-C again stops at once")
                    conductor.stop()
    except OSError as error:
        raise BlastemaError(
            f"cannot write to {error.filename or results.directory}: {error.strerror or error}; what was finished "
            "is saved. Make room, then run the same command again"
        ) from None
    screen.show(last=True)
    yield from _news(jobs)


def _conducted(
    jobs: list[Job],
    connect: Callable[[], AbstractContextManager["Client"]],
    seconds: float,
    tell: Callable[[str], None],
) -> Generator["Conductor | None"]:
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
            yield None
        except UnreachableError:
            if not lost:
                raise
            yield None
