"""The conductor: hands out slices of runs to workers, and writes what they return.

Each slice is a Dask task from bytes to bytes. If its worker dies, Dask runs it again on another one; if the scheduler
dies, it is submitted again from the files.
"""

import queue
import secrets
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from blastema._version import __version__
from blastema.errors import BlastemaError
from blastema.sweep.cluster import Cluster
from blastema.sweep.files import read_files, write_files
from blastema.sweep.job import ENDED, FAILED, FINISHED, RUNNING, STOPPED, WAITING, Job
from blastema.sweep.slice import TOPIC, Slice, UnfitWorkerError, stop, train_slice
from blastema.training.directory import CONFIG
from blastema.training.lock import LockedError, locked
from blastema.training.run import Run

if TYPE_CHECKING:
    from distributed import Future

# Seconds between two looks at the workers, and between two chances to draw and to stop.
LOOK_EVERY, TICK = 1.0, 0.2
# So that sending the files of long pools takes a small share of the time, and of the network.
BYTES_PER_SECOND = 1_000_000
# How often a slice of a run may come back without a result before the run fails.
ATTEMPTS = 5


class Conductor:
    """Trains the jobs of a sweep on the workers of one client.

    Args:
        jobs: those that are waiting are trained, in order.
        cluster: the workers.
        seconds: length of a slice.
    """

    def __init__(self, jobs: list[Job], cluster: Cluster, seconds: float) -> None:
        self.cluster, self.client, self.seconds = cluster, cluster.client, seconds
        self.waiting = deque(job for job in jobs if job.state == WAITING)
        self.running: dict[Future[Slice], Job] = {}
        self.by_name = {job.name: job for job in jobs}
        self.token, self.stopping = secrets.token_hex(8), False
        self._ended: queue.SimpleQueue[Future[Slice]] = queue.SimpleQueue()
        self._locks: dict[Job, ExitStack] = {}
        self._chosen: dict[Future[Slice], list[str] | None] = {}
        self._lost: dict[tuple[Job, int], int] = {}
        self._looked = 0.0

    def conduct(self) -> Iterator[None]:
        """Train until nothing is waiting, yielding several times a second.

        Raises:
            SchedulerLostError: the connection broke; then the same jobs can be given to another conductor.
            OSError, BlastemaError: a file cannot be written.
        """
        try:
            self.client.subscribe_topic(TOPIC, self._note)
            while (self.waiting and not self.stopping) or self.running:
                self._look()
                self._submit()
                self._collect()
                yield
        finally:
            for future in self.running:
                _cancel(future)
            for job in list(self._locks):
                self._end(job, job.state if job.state in ENDED else WAITING)

    def stop(self) -> None:
        """Start no slice any more, and end those that are being trained after their current step."""
        self.stopping = True
        with suppress(OSError):
            self.client.run(stop, self.token, workers=list(self.cluster.threads), on_error="ignore")

    def _look(self) -> None:
        """Look at the workers, and take back slices that no worker can train any more."""
        if time.monotonic() - self._looked < LOOK_EVERY:
            return
        self.cluster.refresh()
        self._looked = time.monotonic()
        for future, job in list(self.running.items()):
            chosen = self._chosen[future]
            alone = not self.cluster.threads if chosen is None else not set(chosen) & self.cluster.threads.keys()
            if alone and (chosen is not None or self.stopping):
                _cancel(future)
                self._take_back(future, job)

    def _submit(self) -> None:
        free = sum(self.cluster.threads.values()) - len(self.running)
        while free > 0 and self.waiting and not self.stopping:
            job = self.waiting.popleft()
            if job.state == STOPPED:
                self._end(job, STOPPED)
            elif self._is_ready(job):
                self._hand_out(job)
                free -= 1

    def _is_ready(self, job: Job) -> bool:
        """Make the directory of a run, if it has none, and lock it; return whether there is something to train."""
        if job in self._locks:
            return True
        try:
            if not (job.directory / CONFIG).exists():
                Run.begin(job.directory, job.config)
            self._locks[job] = ExitStack()
            self._locks[job].enter_context(locked(job.directory))
            # Another process may have trained it since the sweep started.
            job.look()
        except BlastemaError as error:
            if isinstance(error.__context__, OSError) and not isinstance(error, LockedError):
                raise
            self._end(job, FAILED, str(error))
        return job.state == WAITING

    def _hand_out(self, job: Job) -> None:
        job.state, chosen, files = RUNNING, self.cluster.chosen, read_files(job.directory)
        seconds = max(self.seconds, sum(map(len, files.values())) / BYTES_PER_SECOND)
        key = f"{job.name}, from step {job.saved}, {secrets.token_hex(4)}"
        future = self.client.submit(
            train_slice, files, self.token, job.name, seconds, job.config.engine, __version__,
            job.next_look, key=key, workers=chosen, pure=False,
        )  # fmt: skip
        self.running[future], self._chosen[future] = job, chosen
        future.add_done_callback(self._ended.put)

    def _collect(self) -> None:
        """Take the results of slices that ended, waiting for a moment if there is none."""
        wait = TICK
        while True:
            try:
                future = self._ended.get(timeout=wait)
            except queue.Empty:
                self.cluster.check_connection()
                return
            wait = 0.0
            if future in self.running:
                self._take(future, self.running[future])

    def _take(self, future: "Future[Slice]", job: Job) -> None:
        try:
            result = future.result(timeout=600)
        except (ImportError, UnfitWorkerError) as error:
            self._looked = 0.0
            self._take_back(future, job, error)
        except BlastemaError as error:
            self._forget(future)
            self._end(job, FAILED, str(error))
        except Exception as error:
            self._take_unexpected(future, job, error)
        else:
            self._forget(future)
            self._keep(job, result)

    def _take_unexpected(self, future: "Future[Slice]", job: Job, error: Exception) -> None:
        """Take note that Dask lost a slice, that workers died of it, or of an error in the code."""
        self.cluster.check_connection()
        if isinstance(error, CancelledError | OSError | TimeoutError):
            self._take_back(future, job, error)
            return
        self._forget(future)
        self._end(job, FAILED, f"{type(error).__name__}: {error}")

    def _keep(self, job: Job, result: Slice) -> None:
        """Write the files of a slice."""
        write_files(job.directory, result.files)
        job.done = job.saved = result.done
        job.loss = result.loss
        if job.saved >= job.config.steps:
            self._end(job, FINISHED)
        elif self.stopping:
            self._end(job, WAITING)
        else:
            self.waiting.appendleft(job)

    def _take_back(self, future: "Future[Slice]", job: Job, error: object = "its workers are gone") -> None:
        """Put a job whose slice was lost back in front, unless that happened too often."""
        self._forget(future)
        key = (job, job.saved)
        self._lost[key] = self._lost.get(key, 0) + 1
        if self._lost[key] >= ATTEMPTS:
            self._end(job, FAILED, f"from step {job.saved} on, {ATTEMPTS} attempts failed: {error}")
            return
        job.state, job.done = WAITING, job.saved
        self.waiting.appendleft(job)

    def _forget(self, future: "Future[Slice]") -> None:
        del self.running[future], self._chosen[future]

    def _end(self, job: Job, state: str, problem: str = "") -> None:
        """Note that a run is trained no further by this conductor, and unlock its directory."""
        job.state, job.done, job.worker, job.problem = state, job.saved, "", " ".join(problem.split())
        lock = self._locks.pop(job, None)
        if lock:
            lock.close()

    def _note(self, event: tuple[float, dict[str, Any]]) -> None:
        """Note how far a worker is."""
        _, said = event
        job = self.by_name.get(said.get("run", ""))
        if job and job.state == RUNNING and said.get("sweep") == self.token:
            job.done, job.loss, job.worker = int(said["step"]), float(said["loss"]), str(said["worker"])


def _cancel(future: "Future[Slice]") -> None:
    try:
        future.cancel(force=True)
    except Exception:
        # The scheduler is gone, and the slice with it.
        return
