"""Conducts a sweep to its end, also if the scheduler is restarted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from blastema.sweep.cluster import Cluster, SchedulerLostError, UnreachableError
from blastema.sweep.conductor import Conductor
from blastema.sweep.job import WAITING, Job

if TYPE_CHECKING:
    from distributed import Client


def conducted(
    jobs: list[Job],
    connect: Callable[[], AbstractContextManager["Client"]],
    engine: str,
    seconds: float,
    tell: Callable[[str], None],
) -> Iterator["Conductor | None"]:
    """Train all jobs, also if the scheduler is restarted; yield the conductor several times a second.

    While there is no scheduler, None is yielded.

    Args:
        jobs: of the sweep.
        connect: returns a client.
        engine: that the workers need.
        seconds: length of a slice.
        tell: takes sentences for the user.
    """
    lost = False
    while any(job.state == WAITING for job in jobs):
        try:
            with connect() as client:
                if lost:
                    tell("the scheduler is back; training continues")
                    lost = False
                conductor = Conductor(jobs, Cluster(client, engine, tell), seconds)
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
